/* community_id.c: Community ID flow hashing, version 1. */
#include "session/community_id.h"

#ifdef HAVE_NETTLE
#include <endian.h>
#include <string.h>

#include <nettle/sha1.h>

#include <sessdump/wire.h>

/*
 * What is hashed is two zeros, addresses, protocol, a zero, and ports: with the
 * mark of its end and its length, one block of SHA-1.  Where every store is as
 * wide as the load that asks for it, neither waits for the other: so the block
 * and the text are put together in registers.
 */
typedef uint64_t pair __attribute__((vector_size(16)));
typedef int8_t chars __attribute__((vector_size(16)));

enum { HASH_WORDS = SHA1_DIGEST_SIZE / 4 };

static int
has_port_field(unsigned int protocol)
{
	return protocol == 1 || protocol == 6 || protocol == 17 ||
	    protocol == 58 || protocol == 132;
}

/* What follows the addresses, the first byte lowest, and its length. */
static uint64_t
tail(const struct session_key *k, unsigned int *bytes)
{
	*bytes = has_port_field(k->protocol) ? 6 : 2;
	return *bytes == 2 ? k->protocol : k->protocol |
	    (uint64_t)__builtin_bswap16(k->port[0]) << 16 |
	    (uint64_t)__builtin_bswap16(k->port[1]) << 32;
}

static void
make_block(pair *block, const struct session_key *k)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;
	unsigned int n;
	uint64_t t = tail(k, &n), end = UINT64_C(0x80);

	if (n < 6) {
		t |= end << 16;
		end = 0;
	}
	if (k->ip_version == 4) {
		n += 2 + 2 * 4;
		block[0] = (pair){ htole64((uint64_t)le32(a) << 16 |
		    (uint64_t)le32(b) << 48),
		    htole64(le32(b) >> 16 | t << 16) };
		block[1] = (pair){ htole64(end), 0 };
		block[2] = (pair){ 0, 0 };
	} else {
		n += 2 + 2 * 16;
		block[0] = (pair){ htole64(le64(a) << 16),
		    htole64(le64(a) >> 48 | le64(a + 8) << 16) };
		block[1] = (pair){ htole64(le64(a + 8) >> 48 | le64(b) << 16),
		    htole64(le64(b) >> 48 | le64(b + 8) << 16) };
		block[2] = (pair){ htole64(le64(b + 8) >> 48 | t << 16),
		    htole64(end) };
	}
	block[3] = (pair){ 0, htobe64(8 * n) };
}

/* Twelve bytes, six of them in each number, in base64 (RFC 4648): halved three
 * times until each six bits are a byte, the first the lowest, and then it is
 * all the same arithmetic for each. */
static void
put_base64(char *p, uint64_t first, uint64_t second)
{
	pair v = { first, second };
	chars c;

	v = (v & 0xffffff) << 32 | v >> 24;
	v = (v & UINT64_C(0xfff00000fff)) << 16 |
	    (v >> 12 & UINT64_C(0xfff00000fff));
	v = (v & UINT64_C(0x3f003f003f003f)) << 8 |
	    (v >> 6 & UINT64_C(0x3f003f003f003f));
	c = (chars)v;
	c = c + 'A' + ((c > 25) & ('a' - 'Z' - 1)) +
	    ((c > 51) & ('0' - 'z' - 1)) + ((c > 61) & ('+' - '9' - 1)) +
	    ((c > 62) & ('/' - '+' - 1));
	memcpy(p, &c, sizeof(c));
}

/* The key holds the lower pair first, which is the order that is asked for. */
char *
community_id(char *p, const struct session_key *k)
{
	uint32_t h[HASH_WORDS] = { 0x67452301, 0xefcdab89, 0x98badcfe,
	    0x10325476, 0xc3d2e1f0 };
	pair block[SHA1_BLOCK_SIZE / sizeof(pair)];

	make_block(block, k);
	nettle_sha1_compress(h, (const uint8_t *)block);
	*p++ = '1';
	*p++ = ':';
	put_base64(p, (uint64_t)h[0] << 16 | h[1] >> 16,
	    (uint64_t)(h[1] & 0xffff) << 32 | h[2]);
	put_base64(p + 16, (uint64_t)h[3] << 16 | h[4] >> 16,
	    (uint64_t)(h[4] & 0xffff) << 32);
	p[27] = '=';
	return p + 28;
}

#else

char *
community_id(char *p, const struct session_key *k)
{
	(void)k;
	return p;
}

#endif
