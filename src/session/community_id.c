/* community_id.c: Community ID flow hashing, version 1. */
#include "session/community_id.h"

#ifdef HAVE_NETTLE
#include <string.h>

#include <nettle/sha1.h>

enum {
	/* Version, addresses, protocol, a zero, ports: with the mark of its
	 * end and its length, every input is one block of SHA-1. */
	INPUT_MAX	= 2 + 16 + 16 + 2 + 4,
	LENGTH		= SHA1_BLOCK_SIZE - 2,	/* in bits, in two bytes */
	WORDS		= SHA1_DIGEST_SIZE / 4,
};

_Static_assert(INPUT_MAX < SHA1_BLOCK_SIZE - 8, "one block");

static int
has_port_field(unsigned int protocol)
{
	return protocol == 1 || protocol == 6 || protocol == 17 ||
	    protocol == 58 || protocol == 132;
}

/* Three bytes as four characters, RFC 4648. */
static char *
put_base64(char *p, uint32_t v)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int shift = 18; shift >= 0; shift -= 6)
		*p++ = digit[v >> shift & 63];
	return p;
}

/* The twenty bytes of the digest: six times three, and two. */
static char *
put_digest(char *p, const uint32_t *h)
{
	p = put_base64(p, h[0] >> 8);
	p = put_base64(p, h[0] << 16 | h[1] >> 16);
	p = put_base64(p, h[1] << 8 | h[2] >> 24);
	p = put_base64(p, h[2]);
	p = put_base64(p, h[3] >> 8);
	p = put_base64(p, h[3] << 16 | h[4] >> 16);
	p = put_base64(p, h[4] << 8);
	p[-1] = '=';
	return p;
}

/* The key holds the lower pair first, which is the order that is asked for. */
char *
community_id(char *p, const struct session_key *k)
{
	uint32_t h[WORDS] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
	    0xc3d2e1f0 };
	uint8_t in[SHA1_BLOCK_SIZE] = { 0, 0 };
	size_t n = 2;

	if (k->ip_version == 4) {
		memcpy(in + 2, k->addr[0].b, 4);
		memcpy(in + 6, k->addr[1].b, 4);
		n += 8;
	} else {
		memcpy(in + 2, k->addr[0].b, 16);
		memcpy(in + 18, k->addr[1].b, 16);
		n += 32;
	}
	in[n++] = k->protocol;
	in[n++] = 0;
	for (unsigned int i = 0; i < 2 && has_port_field(k->protocol); i++) {
		in[n++] = (uint8_t)(k->port[i] >> 8);
		in[n++] = (uint8_t)k->port[i];
	}
	in[n] = 0x80;
	in[LENGTH] = (uint8_t)(n >> 5);
	in[LENGTH + 1] = (uint8_t)(n << 3);
	nettle_sha1_compress(h, in);
	*p++ = '1';
	*p++ = ':';
	return put_digest(p, h);
}

#else

char *
community_id(char *p, const struct session_key *k)
{
	(void)k;
	return p;
}

#endif
