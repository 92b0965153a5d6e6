/* ipv4.c: Internet Protocol version 4, RFC 791. */
#include <sessdump/dissector.h>

enum {
	IPV4_HEADER	= 20,
	IPV4_CHECKSUM	= 10,
	IPV4_DONT	= 0x4000,
	IPV4_MORE	= 0x2000,
	IPV4_OFFSET	= 0x1fff,

	OPTION_END	= 0,
	OPTION_NOP	= 1,
	OPTION_LSRR	= 131,	/* loose and strict source routes */
	OPTION_SSRR	= 137,
};

/* Is there a source route with hops left?  Its last address is the one that
 * checksums are of, and not the header's. */
static int
is_source_routed(struct cursor c)
{
	const uint8_t *o;

	while ((o = cursor_take(&c, 1)) != NULL && o[0] != OPTION_END) {
		if (o[0] == OPTION_NOP)
			continue;
		if (cursor_take(&c, 1) == NULL || o[1] < 2 ||
		    cursor_take(&c, o[1] - 2U) == NULL)
			return 0;
		if ((o[0] == OPTION_LSRR || o[0] == OPTION_SSRR) &&
		    o[1] >= 3 && o[2] < o[1])
			return 1;
	}
	return 0;
}

/* What its checksum says of the header, as bits of flow.has.  What was to be
 * segmented by the hardware (its length is 0) was not yet summed up either. */
static uint32_t
header_judge(const struct packet *p, const uint8_t *h, uint32_t ihl)
{
	if (p->flags & PACKET_QUOTE ||
	    checksum_is_right(checksum_add(0, h, ihl)))
		return 0;
	return be16(h + IPV4_CHECKSUM) == 0 || be16(h + 2) == 0 ||
	    p->frame->flags & FRAME_NO_CSUM ? FLOW_OFFLOADED :
	    FLOW_BAD_CHECKSUM;
}

static enum verdict
ipv4_dissect(struct packet *p, struct cursor *c)
{
	struct flow *f = &p->flow;
	const uint8_t *h = cursor_peek(c, IPV4_HEADER);
	uint32_t ihl, total, frag;

	if (h == NULL)
		return DISSECT_SHORT;
	ihl = (h[0] & 0x0fU) * 4;
	total = be16(h + 2);
	if (h[0] >> 4 != 4 || ihl < IPV4_HEADER)
		return DISSECT_MALFORMED;
	/* 0: the frame is to be segmented by the hardware (TSO). */
	if (total == 0) {
		total = packet_wire_left(p, c);
		p->flags |= PACKET_NO_LENGTH;
	}
	if (total < ihl)
		return DISSECT_MALFORMED;
	if (cursor_take(c, ihl) == NULL)
		return DISSECT_SHORT;
	packet_limit(p, c, total - ihl);

	flow_start(p, 4, h[9], total);
	f->has |= header_judge(p, h, ihl);
	if (ihl > IPV4_HEADER &&
	    is_source_routed((struct cursor){ h + IPV4_HEADER, h + ihl }))
		f->has |= FLOW_REROUTED;
	memcpy(&f->src, h + 12, 4);
	memcpy(&f->dst, h + 16, 4);
	f->ttl = h[8];
	f->tos = h[1];
	frag = be16(h + 6);
	if (frag & (IPV4_MORE | IPV4_OFFSET))
		flow_fragment(f, be16(h + 4), (frag & IPV4_OFFSET) * 8,
		    (frag & IPV4_MORE) != 0);
	packet_next(p, TABLE_IP_PROTOCOL, h[9]);
	return DISSECT_OK;
}

static void
ipv4_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	static const struct writer_field fields[] = {
		WRITER_FIELD("source", 12, WRITER_IPV4),
		WRITER_FIELD("destination", 16, WRITER_IPV4),
		WRITER_FIELD("ttl", 8, WRITER_U8),
		WRITER_FIELD("tos", 1, WRITER_HEX8),
		WRITER_FIELD("id", 4, WRITER_U16),
		WRITER_FIELD("total_length", 2, WRITER_U16),
		WRITER_FIELD("protocol", 9, WRITER_U8),
	};
	const uint8_t *h = l->data;
	uint32_t frag;

	(void)p;
	if (l->header < IPV4_HEADER)
		return;
	frag = be16(h + 6);
	WRITER_FIELDS(w, fields, h);
	if (frag & IPV4_DONT)
		writer_bool(w, "dont_fragment", 1);
	if (frag & (IPV4_MORE | IPV4_OFFSET)) {
		writer_bool(w, "more_fragments", (frag & IPV4_MORE) != 0);
		writer_number(w, "fragment_offset", (frag & IPV4_OFFSET) * 8);
	}
	if (l->header > IPV4_HEADER)
		writer_bytes(w, "options", h + IPV4_HEADER,
		    l->header - IPV4_HEADER);
}

DISSECTOR(ipv4) = {
	DISSECTOR_ABI,
	.name = "ipv4",
	.title = "Internet Protocol version 4 (RFC 791)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x0800 },
	    { TABLE_LINKTYPE, 228 }, { TABLE_PPP, 0x0021 }),
	.dissect = ipv4_dissect,
	.print = ipv4_print,
};
