/* ipv6_fragment.c: IPv6 Fragment header, RFC 8200 section 4.5. */
#include <sessdump/dissector.h>

enum {
	FRAGMENT_HEADER	= 8,
	FRAGMENT_MORE	= 0x0001,
	FRAGMENT_OFFSET	= 0xfff8,	/* in bytes, since it stands shifted */
};

static enum verdict
ipv6_fragment_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h;
	unsigned int frag;

	if (p->flow.ip_version != 6)
		return DISSECT_DONE;
	h = cursor_take(c, FRAGMENT_HEADER);
	if (h == NULL)
		return DISSECT_SHORT;
	frag = be16(h + 2);
	p->flow.protocol = h[0];
	packet_next(p, TABLE_IP_PROTOCOL, h[0]);
	/* Neither: an atomic fragment, which is a whole datagram, RFC 6946. */
	if (frag & (FRAGMENT_OFFSET | FRAGMENT_MORE))
		flow_fragment(&p->flow, be32(h + 4), frag & FRAGMENT_OFFSET,
		    (frag & FRAGMENT_MORE) != 0);
	return DISSECT_OK;
}

static void
ipv6_fragment_print(const struct packet *p, const struct layer *l,
    struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < FRAGMENT_HEADER)
		return;
	writer_number(w, "next_header", h[0]);
	writer_number(w, "fragment_offset", be16(h + 2) & FRAGMENT_OFFSET);
	writer_bool(w, "more_fragments", be16(h + 2) & FRAGMENT_MORE);
	writer_hex(w, "id", be32(h + 4));
}

DISSECTOR(ipv6_fragment) = {
	DISSECTOR_ABI,
	.name = "ipv6_fragment",
	.title = "IPv6 Fragment header (RFC 8200)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 44 }),
	.dissect = ipv6_fragment_dissect,
	.print = ipv6_fragment_print,
};
