/* test_linktype.c: which frames go onto which interface, and what is told of
 * their addresses; cut at every byte. */
#include <stdlib.h>

#include "replay/census.h"
#include "replay/linktype.h"

#include "tap.h"

static const struct link_header none, given = {
	{ { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } }, 0, 1
}, typed = {
	{ { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } }, 0x88b5, 1
};

#define IPV4	0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0, 0, 10, 0, 0, 1, 10, 0, \
		0, 2
#define IPV6	0x60, 0, 0, 0, 0, 0, 59, 64, \
		0x20, 1, 13, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, \
		0x20, 1, 13, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define MACS	2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8

/* What comes of it: the EtherType that it goes out with, GONE where it goes as
 * it is, NOT where there is no way. */
enum { GONE = -2, NOT = -1 };

static const struct kind {
	const char *name;
	uint16_t linktype;
	uint8_t data[64];
	uint32_t n;
	int ethernet, with_header, with_type, raw;
	uint32_t skip;
} kinds[] = {
	{ "Ethernet", 1, { MACS, 8, 0, IPV4 }, 34, GONE, GONE, GONE, NOT, 0 },
	{ "IPv4", 228, { IPV4 }, 20, NOT, 0x0800, 0x88b5, GONE, 0 },
	{ "IPv6", 229, { IPV6 }, 40, NOT, 0x86dd, 0x88b5, GONE, 0 },
	{ "RAW with IPv4", 101, { IPV4 }, 20, NOT, 0x0800, 0x88b5, GONE, 0 },
	{ "RAW with IPv6", 101, { IPV6 }, 40, NOT, 0x86dd, 0x88b5, GONE, 0 },
	{ "RAW with neither", 101, { 0xff, 1, 2 }, 3, NOT, NOT, 0x88b5, GONE,
	    0 },
	{ "NULL", 0, { 2, 0, 0, 0, IPV4 }, 24, NOT, 0x0800, 0x88b5, NOT, 4 },
	{ "LOOP", 108, { 0, 0, 0, 30, IPV6 }, 44, NOT, 0x86dd, 0x88b5, NOT,
	    4 },
	{ "LINUX_SLL", 113, { 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 6,
	    1, 2 }, 18, NOT, 0x0806, 0x88b5, NOT, 16 },
	{ "LINUX_SLL with 802.2", 113, { 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0,
	    0, 0, 4, 1, 2 }, 18, NOT, NOT, 0x88b5, NOT, 16 },
	{ "LINUX_SLL2", 276, { 0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0,
	    0, 0, 0, 1, 0, 0, 0x60 }, 21, NOT, 0x86dd, 0x88b5, NOT, 20 },
	{ "802.11", 105, { 8, 0, 0, 0 }, 4, NOT, NOT, NOT, NOT, 0 },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int
outcome(const struct frame *f, uint32_t onto, const struct link_header *h,
    unsigned int side, struct link_fit *fit)
{
	if (linktype_fit(f, onto, h, side, fit) == -1)
		return NOT;
	return fit->has_header ? fit->header[12] << 8 | fit->header[13] : GONE;
}

/* A copy that ends where memory does, so that a sanitizer sees more. */
static struct frame
frame_of(const struct kind *k, uint32_t n)
{
	uint8_t *data = malloc(n > 0 ? n : 1);

	memcpy(data, k->data, n);
	return (struct frame){ .data = data, .caplen = n, .len = n,
	    .linktype = k->linktype };
}

static void
test_kind(const struct kind *k)
{
	struct frame f = frame_of(k, k->n);
	struct link_fit fit;
	int r;

	ok(outcome(&f, LINKTYPE_ETHERNET, &none, 0, &fit) == k->ethernet,
	    "%s onto Ethernet", k->name);
	ok(outcome(&f, LINKTYPE_RAW, &none, 0, &fit) == k->raw &&
	    (k->raw == NOT || fit.skip == 0), "%s onto bare IP", k->name);
	ok(outcome(&f, LINKTYPE_ETHERNET, &typed, 0, &fit) == k->with_type,
	    "%s onto Ethernet with a header and a type", k->name);
	r = outcome(&f, LINKTYPE_ETHERNET, &given, 0, &fit);
	ok(r == k->with_header, "%s onto Ethernet with a header", k->name);
	if (r > 0) {
		ok(fit.skip == k->skip && memcmp(fit.header,
		    "\2\0\0\0\0\2\2\0\0\0\0\1", 12) == 0,
		    "%s: a client's header", k->name);
		(void)outcome(&f, LINKTYPE_ETHERNET, &given, 1, &fit);
		ok(memcmp(fit.header, "\2\0\0\0\0\1\2\0\0\0\0\2", 12) == 0,
		    "%s: a server's header", k->name);
	}
	free((void *)(uintptr_t)f.data);
}

/* Nothing is read, and nothing is left out, that is not there. */
static void
test_cuts(const struct kind *k)
{
	struct census c = { 0 };
	struct link_fit fit;
	int good = 1;

	for (uint32_t n = 0; n < k->n; n++) {
		struct frame f = frame_of(k, n);

		for (unsigned int i = 0; i < 4; i++) {
			if (linktype_fit(&f, i & 1 ? LINKTYPE_RAW :
			    LINKTYPE_ETHERNET, i & 2 ? &typed : &given, 0,
			    &fit) == -1)
				continue;
			good &= fit.skip <= n;
			good &= census_take(&c, &f, &fit) == 0;
		}
		free((void *)(uintptr_t)f.data);
	}
	ok(good, "%s: cut at every byte", k->name);
	census_fini(&c);
}

static void
test_census(void)
{
	static const struct kind tagged = { "", 1, { MACS, 0x88, 0xa8, 0, 5,
	    0x81, 0, 0, 6, 8, 0, IPV4 }, 42, 0, 0, 0, 0, 0 };
	struct link_fit fit = { 0 };
	struct census c = { 0 };
	struct frame f;
	uint8_t *p;

	for (unsigned int i = 0; i < 5000; i++) {
		f = frame_of(&tagged, tagged.n);
		p = (uint8_t *)(uintptr_t)f.data;
		p[34] = (uint8_t)(i >> 8);
		p[35] = (uint8_t)i;
		p[41] = (uint8_t)(2 + i % 3);
		(void)census_take(&c, &f, &fit);
		free(p);
	}
	is_u64(c.row[CENSUS_IPV4].frames, 5000, "IPv4 behind two tags");
	is_u64(c.row[CENSUS_IPV4].end[1].n, 3, "three addresses");
	ok(c.row[CENSUS_IPV4].end[1].low.b[3] == 2 &&
	    c.row[CENSUS_IPV4].end[1].high.b[3] == 4, "from .2 to .4");
	is_u64(c.row[CENSUS_IPV4].end[0].n, CENSUS_MAX + 1,
	    "more than are told apart");
	is_u64(c.row[CENSUS_MAC].end[0].n, 1, "one Ethernet address");
	is_u64(c.row[CENSUS_IPV6].frames, 0, "no IPv6");
	census_fini(&c);
}

int
main(void)
{
	for (unsigned int i = 0; i < KINDS; i++) {
		test_kind(&kinds[i]);
		test_cuts(&kinds[i]);
	}
	test_census();
	return done();
}
