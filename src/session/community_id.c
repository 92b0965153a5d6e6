/* community_id.c: Community ID flow hashing, version 1. */
#include "session/community_id.h"

#ifdef HAVE_NETTLE
#include <string.h>

#include <nettle/base64.h>
#include <nettle/sha1.h>

static int
has_port_field(unsigned int protocol)
{
	return protocol == 1 || protocol == 6 || protocol == 17 ||
	    protocol == 58 || protocol == 132;
}

/* The key holds the lower pair first, which is the order that is asked for. */
char *
community_id(char *p, const struct session_key *k)
{
	size_t addr = k->ip_version == 4 ? 4 : 16, n = 2;
	uint8_t in[2 + 16 + 16 + 2 + 4] = { 0, 0 };
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha1;

	for (unsigned int i = 0; i < 2; i++, n += addr)
		memcpy(in + n, k->addr[i].b, addr);
	in[n++] = k->protocol;
	in[n++] = 0;
	for (unsigned int i = 0; i < 2 && has_port_field(k->protocol); i++) {
		in[n++] = (uint8_t)(k->port[i] >> 8);
		in[n++] = (uint8_t)k->port[i];
	}
	sha1_init(&sha1);
	sha1_update(&sha1, n, in);
	sha1_digest(&sha1, sizeof(digest), digest);
	*p++ = '1';
	*p++ = ':';
	base64_encode_raw(p, sizeof(digest), digest);
	return p + BASE64_ENCODE_RAW_LENGTH(sizeof(digest));
}

#else

char *
community_id(char *p, const struct session_key *k)
{
	(void)k;
	return p;
}

#endif
