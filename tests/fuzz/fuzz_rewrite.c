/*
 * fuzz_rewrite.c: frames of one link type, rewritten.
 *
 * Input as of fuzz_dissect.c.  What comes out must have the layers of what went
 * in, its addresses and ports as the rules say, and no checksum that was right
 * and is wrong.
 */
#include <stdlib.h>
#include <string.h>

#include <sessdump/cursor.h>
#include <sessdump/wire.h>

#include "dissect/dissect.h"
#include "rewrite/rewrite.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum { FLIPPED = 0x80, PORT = 80, OTHER = 81, MTU = 100,
	ADDED = 64 };		/* a tag; more header than payload */

static struct registry *registry;
static struct rules rules, cut, secret;
static struct rewriter *rewriter, *cutter, *anonymizer;

/* All addresses change; no dissector asks for the ports. */
static void
start(void)
{
	static const char *const ip[] = {
		"0.0.0.0/1=128.0.0.0/1", "128.0.0.0/1=0.0.0.0/1",
		"::/1=8000::/1", "8000::/1=::/1" };
	struct errbuf e;

	for (unsigned int i = 0; i < sizeof(ip) / sizeof(ip[0]); i++)
		if (rules_add_ip(&rules, ip[i], &e) == -1)
			abort();
	registry = registry_new(&e);
	if (registry == NULL || rules_add_port(&rules, "80=81", &e) == -1 ||
	    rules_add_mac(&rules, "00:00:00:00:00:00=02:00:00:00:00:01",
	    &e) == -1)
		abort();
	rewriter = rewriter_new(&rules, registry, &e);
	cut.vlan = VLAN_ADD;
	cut.fit = MTU_FRAGMENT;
	cut.mtu = MTU;
	cutter = rewriter_new(&cut, registry, &e);
	secret.anonymize = (uint8_t)cryptopan_is_there();
	secret.cut = 1;
	anonymizer = rewriter_new(&secret, registry, &e);
	if (rewriter == NULL || cutter == NULL || anonymizer == NULL)
		abort();
}

static void
must(int good)
{
	if (!good)
		abort();
}

static int
same_address(const union addr *a, const union addr *b)
{
	return (a->b[0] ^ FLIPPED) == b->b[0] &&
	    memcmp(a->b + 1, b->b + 1, 15) == 0;
}

static int
same_port(unsigned int a, unsigned int b)
{
	return (a == PORT ? (unsigned int)OTHER : a) == b;
}

static void
compare_flows(const struct flow *a, const struct flow *b)
{
	const uint32_t judged = FLOW_CHECKED | FLOW_BAD_CHECKSUM |
	    FLOW_OFFLOADED;

	must((a->has & ~judged) == (b->has & ~judged));
	must(a->ip_version == b->ip_version && a->protocol == b->protocol &&
	    a->ip_len == b->ip_len && a->payload_len == b->payload_len);
	if (a->has & FLOW_IP)
		must(same_address(&a->src, &b->src) &&
		    same_address(&a->dst, &b->dst));
	if (a->has & FLOW_PORTS && !(a->has & FLOW_ICMP))
		must(same_port(a->sport, b->sport) &&
		    same_port(a->dport, b->dport));
	if (!(a->has & FLOW_BAD_CHECKSUM))
		must(!(b->has & FLOW_BAD_CHECKSUM));
}

/* What labels carry is guessed, by bytes that may be among those that
 * change. */
static int
is_guessed(const struct packet *p)
{
	for (unsigned int i = 0; i < p->nlayers; i++)
		if (strcmp(p->layer[i].dissector->name, "mpls") == 0)
			return 1;
	return 0;
}

static void
compare(const struct packet *a, const struct packet *b)
{
	must(a->nlayers == b->nlayers && a->ntunnels == b->ntunnels &&
	    a->nvlans == b->nvlans && a->flags == b->flags);
	for (unsigned int i = 0; i < a->nlayers; i++)
		must(a->layer[i].dissector == b->layer[i].dissector &&
		    a->layer[i].header == b->layer[i].header &&
		    a->layer[i].data - a->frame->data ==
		    b->layer[i].data - b->frame->data);
	compare_flows(&a->flow, &b->flow);
	if (a->flags & PACKET_QUOTE)
		compare_flows(&a->quoted, &b->quoted);
}

/* Without payload; then in pieces that fit. */
static void
cut_frame(struct frame *f)
{
	const struct frame *out;
	uint32_t n = 0;

	rewrite_frame(anonymizer, f);
	out = rewrite_next(anonymizer);
	must(out != NULL && out->caplen <= f->caplen && out->len == f->len);
	rewrite_frame(cutter, f);
	while ((out = rewrite_next(cutter)) != NULL) {
		must(out->caplen <= out->len);
		must(out->len <= f->len + ADDED);
		n++;
	}
	must(n <= f->len / 8 + 1);
}

static void
one_frame(struct cursor *c, uint16_t linktype)
{
	const uint8_t *head = cursor_take(c, 2);
	struct frame f = { .linktype = linktype };
	const struct frame *out;
	struct packet before, after;

	f.len = be16(head);
	f.caplen = f.len < cursor_left(c) ? f.len : (uint32_t)cursor_left(c);
	f.data = cursor_take(c, f.caplen);
	rewrite_frame(rewriter, &f);
	out = rewrite_next(rewriter);
	must(out != NULL && out->caplen == f.caplen && out->len == f.len);
	dissect(registry, NULL, &f, &before);
	dissect(registry, NULL, out, &after);
	if (!is_guessed(&before))
		compare(&before, &after);
	must(rewrite_next(rewriter) == NULL);
	cut_frame(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = { data, data + size };
	const uint8_t *head = cursor_take(&c, 2);

	if (head == NULL)
		return 0;
	if (registry == NULL)
		start();
	while (cursor_left(&c) >= 2)
		one_frame(&c, le16(head));
	return 0;
}
