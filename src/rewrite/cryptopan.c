/* cryptopan.c: addresses that stand for others, prefix by prefix. */
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_NETTLE
#include <nettle/aes.h>
#endif

#include "rewrite/cryptopan.h"

#ifdef HAVE_NETTLE

enum { BLOCK = 16 };

struct cryptopan {
	struct aes128_ctx aes;
	uint8_t pad[BLOCK];
};

int
cryptopan_is_there(void)
{
	return 1;
}

struct cryptopan *
cryptopan_new(const uint8_t key[CRYPTOPAN_KEY])
{
	struct cryptopan *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	aes128_set_encrypt_key(&c->aes, key);
	aes128_encrypt(&c->aes, BLOCK, c->pad, key + BLOCK);
	return c;
}

/* Bit i is inverted when the bits before it, with those of the pad behind
 * them, are encrypted to a block that begins with one. */
void
cryptopan_map(const struct cryptopan *c, uint8_t *a, unsigned int n,
    unsigned int kept)
{
	uint8_t was[BLOCK], in[BLOCK], out[BLOCK];

	memcpy(was, a, n);
	memcpy(in, c->pad, sizeof(in));
	memcpy(in, was, kept / 8);
	for (unsigned int i = kept; i < n * 8; i++) {
		const unsigned int byte = i / 8;
		const uint8_t mask = (uint8_t)(0xff00 >> i % 8);

		in[byte] = (uint8_t)((was[byte] & mask) |
		    (c->pad[byte] & ~mask));
		aes128_encrypt(&c->aes, BLOCK, out, in);
		a[byte] ^= (uint8_t)(out[0] >> 7 << (7 - i % 8));
		if (i % 8 == 7)
			in[byte] = was[byte];
	}
}

void
cryptopan_hash(const struct cryptopan *c, const uint8_t in[6], uint8_t out[6])
{
	uint8_t b[BLOCK] = "\0\0\0\0\0\0link layer";

	memcpy(b, in, 6);
	aes128_encrypt(&c->aes, BLOCK, b, b);
	memcpy(out, b, 6);
}

#else

int
cryptopan_is_there(void)
{
	return 0;
}

struct cryptopan *
cryptopan_new(const uint8_t key[CRYPTOPAN_KEY])
{
	(void)key;
	return NULL;
}

void
cryptopan_map(const struct cryptopan *c, uint8_t *a, unsigned int n,
    unsigned int kept)
{
	(void)c, (void)a, (void)n, (void)kept;
}

void
cryptopan_hash(const struct cryptopan *c, const uint8_t in[6], uint8_t out[6])
{
	(void)c;
	memcpy(out, in, 6);
}

#endif

void
cryptopan_free(struct cryptopan *c)
{
	free(c);
}
