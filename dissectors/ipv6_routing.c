/* ipv6_routing.c: IPv6 Routing header, RFC 8200; types 0 (RFC 5095),
 * 2 (RFC 6275) and 4 (SRv6, RFC 8754). */
#include <sessdump/dissector.h>

enum {
	ROUTING_UNIT	= 8,
	ROUTING_FIXED	= 8,	/* before the addresses of types 0, 2 and 4 */
	ROUTING_SOURCE	= 0,
	ROUTING_HOME	= 2,
	ROUTING_SEGMENT	= 4,
};

/*
 * The addresses of the flow stay those of the IPv6 header, although with
 * segments left the last destination is another one: both directions and all
 * hops would have to agree on it, and what answers knows only the header's.
 * Checksums are of the last one, RFC 8200 section 8.1.
 */
static enum verdict
ipv6_routing_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 4);

	if (p->flow.ip_version != 6)
		return DISSECT_DONE;
	if (h == NULL || cursor_take(c, (h[1] + 1U) * ROUTING_UNIT) == NULL)
		return DISSECT_SHORT;
	if (h[3] > 0)
		p->flow.has |= FLOW_REROUTED;
	p->flow.protocol = h[0];
	packet_next(p, TABLE_IP_PROTOCOL, h[0]);
	return DISSECT_OK;
}

static void
ipv6_routing_print(const struct packet *p, const struct layer *l,
    struct writer *w)
{
	struct cursor c = { l->data, l->data + l->header };
	const uint8_t *h = cursor_take(&c, ROUTING_FIXED), *a;
	unsigned int n;

	(void)p;
	if (h == NULL)
		return;
	writer_number(w, "next_header", h[0]);
	writer_number(w, "routing_type", h[2]);
	writer_number(w, "segments_left", h[3]);
	if (h[2] != ROUTING_SOURCE && h[2] != ROUTING_HOME &&
	    h[2] != ROUTING_SEGMENT)
		return;
	/* Type 4 says how many there are, for TLVs may follow them. */
	n = h[2] == ROUTING_SEGMENT ? h[4] + 1U : UINT8_MAX;
	writer_list(w, "addresses");
	for (; n > 0 && (a = cursor_take(&c, 16)) != NULL; n--)
		writer_ipv6(w, NULL, a);
	writer_end(w);
}

DISSECTOR(ipv6_routing) = {
	DISSECTOR_ABI,
	.name = "ipv6_routing",
	.title = "IPv6 Routing header (RFC 8200, SRv6 RFC 8754)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 43 }),
	.dissect = ipv6_routing_dissect,
	.print = ipv6_routing_print,
};
