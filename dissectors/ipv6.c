/* ipv6.c: Internet Protocol version 6, RFC 8200. */
#include <sessdump/dissector.h>

enum {
	IPV6_HEADER	= 40,
	IPV6_HOP_BY_HOP	= 0,	/* may say how long a jumbogram is */
	IPV6_NO_NEXT	= 59,
};

static enum verdict
ipv6_dissect(struct packet *p, struct cursor *c)
{
	struct flow *f = &p->flow;
	const uint8_t *h = cursor_take(c, IPV6_HEADER);
	uint32_t len;

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] >> 4 != 6)
		return DISSECT_MALFORMED;
	len = be16(h + 4);
	/* 0: a jumbogram, RFC 2675, or to be segmented by the hardware. */
	if (len == 0 && h[6] != IPV6_NO_NEXT)
		len = packet_wire_left(p, c);
	packet_limit(p, c, len);

	flow_start(p, 6, h[6], IPV6_HEADER + len);
	if (be16(h + 4) == 0 && h[6] != IPV6_HOP_BY_HOP)
		f->has |= FLOW_OFFLOADED;
	memcpy(&f->src, h + 8, 16);
	memcpy(&f->dst, h + 24, 16);
	f->ttl = h[7];
	f->tos = (uint8_t)(be16(h) >> 4);
	packet_next(p, TABLE_IP_PROTOCOL, h[6]);
	return DISSECT_OK;
}

static void
ipv6_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	static const struct writer_field before[] = {
		WRITER_FIELD("source", 8, WRITER_IPV6),
		WRITER_FIELD("destination", 24, WRITER_IPV6),
		WRITER_FIELD("hop_limit", 7, WRITER_U8),
	}, behind[] = {
		WRITER_FIELD("payload_length", 4, WRITER_U16),
		WRITER_FIELD("next_header", 6, WRITER_U8),
	};
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < IPV6_HEADER)
		return;
	WRITER_FIELDS(w, before, h);
	writer_hex(w, "traffic_class", be16(h) >> 4 & 0xff);
	writer_hex(w, "flow_label", be24(h + 1) & 0xfffff);
	WRITER_FIELDS(w, behind, h);
}

DISSECTOR(ipv6) = {
	DISSECTOR_ABI,
	.name = "ipv6",
	.title = "Internet Protocol version 6 (RFC 8200)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x86dd },
	    { TABLE_LINKTYPE, 229 }, { TABLE_PPP, 0x0057 }),
	.dissect = ipv6_dissect,
	.print = ipv6_print,
};
