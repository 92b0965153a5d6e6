/* anonymize.c: which address stands for one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/anonymize.h"

enum {
	CACHE		= 4096,		/* addresses that need no new sum */
	MAC		= 6,
	MAC_GROUP	= 0x01,
	MAC_LOCAL	= 0x02,
};

struct entry {
	uint8_t version;		/* 0: free */
	uint8_t from[16], to[16];
};

struct anonymizer {
	struct cryptopan *pan;
	struct entry cache[CACHE];
};

/* Addresses that begin with so many bits of the prefix keep so many. */
static const struct row {
	uint8_t version, bits, kept;
	uint8_t prefix[16];
} rows[] = {
	{ 4, 8, 32, { 0 } },			/* this host, unspecified */
	{ 4, 8, 32, { 127 } },			/* loopback */
	{ 4, 3, 32, { 224 } },			/* multicast, broadcast */
	{ 6, 127, 128, { 0 } },			/* unspecified, loopback */
	{ 6, 64, 64, { 0xfe, 0x80 } },		/* link-local */
	/* Groups: one that is made of an address; then those that are
	 * well-known; then others, which keep their scope. */
	{ 6, 104, 104, { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff } },
	{ 6, 12, 128, { 0xff } },
	{ 6, 8, 16, { 0xff } },
};

static const uint8_t solicited[16] = {
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };

/* Leading bits that are the same, "most" at most. */
static unsigned int
common(const uint8_t *a, const uint8_t *b, unsigned int most)
{
	unsigned int n = 0;

	while (n < most && ((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8) == 0)
		n++;
	return n;
}

/*
 * On the way to a prefix no bit is inverted, so that nothing else comes to lie
 * there: not even the first one that leads away from it.
 */
unsigned int
anonymize_kept(const uint8_t *a, unsigned int version)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		unsigned int n;

		if (r->version != version)
			continue;
		n = common(a, r->prefix, r->bits);
		if (n == r->bits)
			return r->kept > kept ? r->kept : kept;
		if (n + 1 > kept)
			kept = n + 1;
	}
	return kept;
}

struct anonymizer *
anonymizer_new(const uint8_t key[CRYPTOPAN_KEY], struct errbuf *e)
{
	struct anonymizer *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->pan = cryptopan_new(key);
	if (a == NULL || a->pan == NULL) {
		err_set(e, "--anonymize: %s", strerror(ENOMEM));
		free(a);
		return NULL;
	}
	return a;
}

void
anonymizer_free(struct anonymizer *a)
{
	if (a == NULL)
		return;
	cryptopan_free(a->pan);
	free(a);
}

/* FNV-1a: who aims at one place makes it slow, and no more. */
static struct entry *
find(struct anonymizer *a, const uint8_t *p, unsigned int n)
{
	uint32_t hash = 2166136261U;

	for (unsigned int i = 0; i < n; i++)
		hash = (hash ^ p[i]) * 16777619U;
	return &a->cache[(hash ^ hash >> 16) % CACHE];
}

void
anonymize_ip(struct anonymizer *a, uint8_t *p, unsigned int version)
{
	const unsigned int n = version == 4 ? 4 : 16;
	struct entry *e = find(a, p, n);

	if (e->version != version || memcmp(e->from, p, n) != 0) {
		e->version = (uint8_t)version;
		memcpy(e->from, p, n);
		cryptopan_map(a->pan, p, n, anonymize_kept(p, version));
		memcpy(e->to, p, n);
	}
	memcpy(p, e->to, n);
}

/* Groups stay, but for those that are made of an address of IPv6; so does none
 * at all.  The others become such as nobody was sold. */
void
anonymize_mac(struct anonymizer *a, uint8_t *p)
{
	static const uint8_t none[MAC], of_solicited[3] = { 0x33, 0x33, 0xff };
	uint8_t group[16];

	if (memcmp(p, of_solicited, sizeof(of_solicited)) == 0) {
		memcpy(group, solicited, sizeof(group));
		memcpy(group + 13, p + 3, 3);
		anonymize_ip(a, group, 6);
		memcpy(p + 3, group + 13, 3);
		return;
	}
	if (p[0] & MAC_GROUP || memcmp(p, none, MAC) == 0)
		return;
	cryptopan_hash(a->pan, p, p);
	p[0] = (uint8_t)((p[0] & ~MAC_GROUP) | MAC_LOCAL);
}
