/* gre.c: Generic Routing Encapsulation, RFC 2784, RFC 2890; with routing,
 * RFC 1701; enhanced for PPTP, RFC 2637; NVGRE, RFC 7637. */
#include <sessdump/dissector.h>

enum {
	GRE_HEADER	= 4,
	GRE_CHECKSUM	= 0x8000,
	GRE_ROUTING	= 0x4000,
	GRE_KEY		= 0x2000,
	GRE_SEQUENCE	= 0x1000,
	GRE_ACK		= 0x0080,	/* version 1 */
	GRE_VERSION	= 0x0007,

	GRE_ETHERTYPES	= 0x0600,	/* from here they are */
	GRE_IPV4	= 0x0800,
	GRE_ETHERNET	= 0x6558,
	GRE_ARUBA	= 0x8200,	/* 0x8200, 0x8210 ... 0x83f0: 802.11, */
	GRE_ARUBA_MASK	= 0xfe0f,	/* one for each of its queues */
	GRE_PPP		= 0x880b,
	GRE_WCCP	= 0x883e,
	GRE_ERSPAN	= 0x88be,
	GRE_ERSPAN3	= 0x22eb,

	LINKTYPE_IEEE802_11 = 105,
};

/* The optional words, in the order in which they stand. */
static const uint16_t optional[] = {
	GRE_CHECKSUM | GRE_ROUTING,	/* one word for both */
	GRE_KEY,
	GRE_SEQUENCE,
	GRE_ACK,
};

/* Where the word of one of these flags stands; with 0, the header's length. */
static uint32_t
gre_offset(unsigned int flags, unsigned int until)
{
	uint32_t at = GRE_HEADER;
	size_t i;

	if ((flags & GRE_VERSION) == 0)
		flags &= ~(unsigned int)GRE_ACK;
	for (i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		if (optional[i] & until)
			break;
		if (optional[i] & flags)
			at += 4;
	}
	return at;
}

/* Source routes: entries of address family, offset, length; a null one ends. */
static int
gre_skip_routes(struct cursor *c)
{
	const uint8_t *r;

	while ((r = cursor_take(c, 4)) != NULL) {
		if (be16(r) == 0 && r[3] == 0)
			return 1;
		if (cursor_take(c, r[3]) == NULL)
			return 0;
	}
	return 0;
}

/* Version 1: the key is the length of the payload and the call's number. */
static enum verdict
gre_pptp(struct packet *p, struct cursor *c, const uint8_t *h)
{
	unsigned int flags = be16(h);

	if (be16(h + 2) != GRE_PPP || !(flags & GRE_KEY))
		return DISSECT_MALFORMED;
	/* Without a sequence number it is an acknowledgement alone. */
	if (!(flags & GRE_SEQUENCE) || be16(h + 4) == 0)
		return DISSECT_DONE;
	packet_limit(p, c, be16(h + 4));
	packet_tunnel_one_way(p, be16(h + 6));
	packet_next(p, TABLE_ETHERTYPE, GRE_PPP);
	return DISSECT_OK;
}

static enum verdict
gre_plain(struct packet *p, struct cursor *c, const uint8_t *h)
{
	unsigned int flags = be16(h), type = be16(h + 2);
	const uint8_t *redirect;

	if (flags & GRE_ROUTING && !gre_skip_routes(c))
		return DISSECT_SHORT;
	if (type < GRE_ETHERTYPES)
		return DISSECT_DONE;
	/* Before IPv4 there may be WCCPv2's word, which never starts with 4. */
	if (type == GRE_WCCP) {
		redirect = cursor_peek(c, 4);
		if (redirect != NULL && redirect[0] >> 4 != 4)
			cursor_take(c, 4);
		type = GRE_IPV4;
	}
	/* ERSPAN type I has no header; types II and III number their frames. */
	if (type == GRE_ERSPAN && !(flags & GRE_SEQUENCE))
		type = GRE_ETHERNET;
	/* ERSPAN says better what tunnel this is. */
	if (type != GRE_ERSPAN && type != GRE_ERSPAN3)
		packet_tunnel(p, flags & GRE_KEY ?
		    be32(h + gre_offset(flags, GRE_KEY)) : 0, flags & GRE_KEY);
	packet_next(p, TABLE_ETHERTYPE, type);
	if ((type & GRE_ARUBA_MASK) == GRE_ARUBA)
		packet_next(p, TABLE_LINKTYPE, LINKTYPE_IEEE802_11);
	return DISSECT_OK;
}

static enum verdict
gre_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, GRE_HEADER);
	unsigned int flags;

	if (h == NULL)
		return DISSECT_SHORT;
	flags = be16(h);
	if ((flags & GRE_VERSION) > 1)
		return DISSECT_MALFORMED;
	if (cursor_take(c, gre_offset(flags, 0)) == NULL)
		return DISSECT_SHORT;
	return flags & GRE_VERSION ? gre_pptp(p, c, h) : gre_plain(p, c, h);
}

static void
gre_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data, *key;
	unsigned int flags;

	(void)p;
	if (l->header < GRE_HEADER)
		return;
	flags = be16(h);
	if (l->header < gre_offset(flags, 0))
		return;
	writer_number(w, "version", flags & GRE_VERSION);
	writer_hex(w, "protocol", be16(h + 2));
	key = h + gre_offset(flags, GRE_KEY);
	if (flags & GRE_VERSION) {
		writer_number(w, "payload_length", be16(key));
		writer_number(w, "call_id", be16(key + 2));
	} else if (flags & GRE_KEY) {
		writer_hex(w, "key", be32(key));
		if (be16(h + 2) == GRE_ETHERNET)
			writer_number(w, "vsid", be24(key));
	}
	if (flags & GRE_SEQUENCE)
		writer_number(w, "seq",
		    be32(h + gre_offset(flags, GRE_SEQUENCE)));
	if (flags & GRE_VERSION && flags & GRE_ACK)
		writer_number(w, "ack", be32(h + gre_offset(flags, GRE_ACK)));
}

DISSECTOR(gre) = {
	DISSECTOR_ABI,
	.name = "gre",
	.title = "Generic Routing Encapsulation (RFC 2784, RFC 2890, RFC 2637)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 47 }),
	.dissect = gre_dissect,
	.print = gre_print,
};
