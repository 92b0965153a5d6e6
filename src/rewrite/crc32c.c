/* crc32c.c: what a change of some bytes does to a CRC32c, RFC 9260. */
#include "rewrite/crc32c.h"

/* Castagnoli's polynomial, the lowest bit first. */
#define CRC32C_POLYNOMIAL UINT32_C(0x82f63b78)

/* What four bits that are shifted out do to the rest. */
static void
make_table(uint32_t table[16])
{
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 4; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
		table[i] = crc;
	}
}

uint32_t
crc32c_change(const uint8_t *from, const uint8_t *to, uint32_t n,
    uint32_t behind)
{
	uint32_t table[16], crc = 0;

	make_table(table);
	for (uint32_t i = 0; i < n + behind; i++) {
		if (i < n)
			crc ^= (uint32_t)(from[i] ^ to[i]);
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}
