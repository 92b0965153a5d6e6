/*
 * test_glance.c: what a glance says of a frame, dissection says, too.
 *
 * Frames of all kinds have every byte set to every value and are cut at every
 * length: what is called plain must have these ends, if it has any, and need
 * no reassembly.
 */
#include <stdlib.h>

#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "dissect/glance.h"
#include "tap.h"

enum { FRAME_MAX = 256, HOP_BY_HOP = 0, TCP = 6, UDP = 17 };

/* A frame, and whether it is plain. */
static const struct kind {
	const char *what;
	uint8_t plain, tags, version, protocol;
	uint8_t ihl;		/* of IPv4, in words; 0: 5 */
	uint16_t fragment;	/* likewise */
	uint16_t sport, dport;
} kinds[] = {
	{ "TCP over IPv4", 1, 0, 4, TCP, 0, 0, 5000, 443 },
	{ "UDP over IPv4", 1, 0, 4, UDP, 0, 0, 443, 5000 },
	{ "TCP over IPv6", 1, 0, 6, TCP, 0, 0, 5000, 443 },
	{ "UDP over IPv6", 1, 0, 6, UDP, 0, 0, 443, 5000 },
	{ "a tag", 1, 1, 4, TCP, 0, 0, 5000, 80 },
	{ "two tags", 1, 2, 6, UDP, 0, 0, 5000, 80 },
	{ "it must not be fragmented", 1, 0, 4, TCP, 0, 0x4000, 5000, 80 },
	{ "three tags", 0, 3, 4, TCP, 0, 0, 5000, 80 },
	{ "options", 0, 0, 4, TCP, 6, 0, 5000, 80 },
	{ "a header that is too short", 0, 0, 4, TCP, 4, 0, 5000, 80 },
	{ "a first fragment", 0, 0, 4, UDP, 0, 0x2000, 5000, 80 },
	{ "a later fragment", 0, 0, 4, UDP, 0, 0x0003, 5000, 80 },
	{ "an extension header", 0, 0, 6, HOP_BY_HOP, 0, 0, 5000, 80 },
	{ "IPv4 in IPv4", 0, 0, 4, 4, 0, 0, 5000, 80 },
	{ "ICMP", 0, 0, 4, 1, 0, 0, 0x0303, 0 },
	{ "VXLAN", 0, 0, 4, UDP, 0, 0, 5000, 4789 },
	{ "GTP-U, from its port", 0, 0, 6, UDP, 0, 0, 2152, 5000 },
	{ "DNS", 0, 0, 4, UDP, 0, 0, 53, 5000 },
	{ "no IP", 0, 0, 0, 0, 0, 0, 0, 0 },
};

static struct registry *registry;

static size_t
put16(uint8_t *p, size_t at, unsigned int v)
{
	p[at] = (uint8_t)(v >> 8);
	p[at + 1] = (uint8_t)v;
	return at + 2;
}

static size_t
put_ip(uint8_t *p, size_t at, const struct kind *k)
{
	unsigned int words = k->ihl != 0 ? k->ihl : 5;
	uint8_t *h = p + at;

	if (k->version == 4) {
		h[0] = (uint8_t)(0x40 | words);
		put16(h, 2, words * 4 + 32);
		put16(h, 6, k->fragment);
		h[8] = 64;
		h[9] = k->protocol;
		memcpy(h + 12, "\x0a\x01\x02\x03\xc0\x00\x02\x09", 8);
		return at + words * 4;
	}
	h[0] = 0x60;
	put16(h, 4, 32);
	h[6] = k->protocol;
	h[7] = 64;
	for (size_t i = 8; i < 40; i++)
		h[i] = (uint8_t)(i * 7);
	return at + 40;
}

/* Its length. */
static size_t
make(uint8_t *p, const struct kind *k)
{
	size_t at = 12;

	memset(p, 0, FRAME_MAX);
	for (unsigned int i = 0; i < k->tags; i++) {
		at = put16(p, at, i == 0 && k->tags > 1 ? 0x88a8 : 0x8100);
		at = put16(p, at, 100 + i);
	}
	at = put16(p, at, k->version == 4 ? 0x0800 : k->version == 6 ? 0x86dd :
	    0x0806);
	if (k->version != 0)
		at = put_ip(p, at, k);
	put16(p, at, k->sport);
	put16(p, at + 2, k->dport);
	if (k->protocol == UDP)
		put16(p, at + 4, 32);
	else
		p[at + 12] = 0x50;
	return at + 32;
}

/* Does dissection say what the glance does?  *plain: it was one. */
static int
agrees(const struct frame *f, struct defrag *defrag, int *plain)
{
	struct packet with, without;
	struct ends e;

	*plain = glance(registry, f, &e);
	if (!*plain)
		return 1;
	dissect(registry, defrag, f, &with);
	dissect(registry, NULL, f, &without);
	if (with.flags & (PACKET_QUOTE | PACKET_HELD | PACKET_REASSEMBLED) ||
	    with.flow.has & FLOW_FRAGMENT || with.ntunnels != 0 ||
	    with.flags != without.flags || with.nlayers != without.nlayers ||
	    memcmp(&with.flow, &without.flow, sizeof(with.flow)) != 0)
		return 0;
	return !(with.flow.has & FLOW_PORTS) ||
	    (memcmp(&with.flow.src, &e.src, sizeof(e.src)) == 0 &&
	    memcmp(&with.flow.dst, &e.dst, sizeof(e.dst)) == 0 &&
	    with.flow.sport == e.sport && with.flow.dport == e.dport);
}

/* In memory of just that size, so that what is read behind it is found. */
static int
agrees_exactly(const uint8_t *bytes, size_t n, struct defrag *defrag,
    int *plain)
{
	uint8_t *p = malloc(n > 0 ? n : 1);
	struct frame f = { .data = p, .caplen = (uint32_t)n,
	    .len = (uint32_t)n, .linktype = 1 };
	int result;

	memcpy(p, bytes, n);
	result = agrees(&f, defrag, plain);
	free(p);
	return result;
}

static void
test_kind(const struct kind *k, struct defrag *defrag)
{
	uint8_t bytes[FRAME_MAX];
	size_t n = make(bytes, k);
	int plain, ignored, bad = 0;

	ok(agrees_exactly(bytes, n, defrag, &plain) && plain == k->plain,
	    "%s: %s", k->what, k->plain ? "plain" : "not plain");
	for (size_t i = 0; i < n; i++) {
		uint8_t was = bytes[i];

		for (unsigned int v = 0; v < 256; v++) {
			bytes[i] = (uint8_t)v;
			bad += !agrees_exactly(bytes, n, defrag, &ignored);
		}
		bytes[i] = was;
		bad += !agrees_exactly(bytes, i, defrag, &ignored);
	}
	is_u64((uint64_t)bad, 0, "changed and cut anywhere");
}

static void
test_link(struct defrag *defrag)
{
	uint8_t bytes[FRAME_MAX];
	struct frame f = { .data = bytes, .linktype = 101 };
	int plain;

	f.caplen = f.len = (uint32_t)make(bytes, &kinds[0]);
	ok(agrees(&f, defrag, &plain) && !plain, "another link type");
}

int
main(void)
{
	struct defrag *defrag = defrag_new();
	struct errbuf e;

	registry = registry_new(&e);
	if (registry == NULL || defrag == NULL)
		return 99;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		test_kind(&kinds[i], defrag);
	test_link(defrag);
	defrag_free(defrag);
	registry_free(registry);
	return done();
}
