/* mpls.c: Multiprotocol Label Switching, RFC 3032: a stack of labels, and the
 * pseudowire control word of RFC 4385. */
#include <sessdump/dissector.h>

enum {
	MPLS_ENTRY	= 4,	/* label, traffic class, bottom, TTL */
	MPLS_BOTTOM	= 0x100,
	MPLS_CONTROL_WORD = 4,
	MPLS_SAID	= 32,	/* as many entries are printed */
	MPLS_UDP_PORT	= 6635,	/* RFC 7510 */

	IP_LENGTHS	= 6,	/* behind the length fields of either IP */
	IPV6_HEADER	= 40,
	ETHERNET_HEADER	= 14,
	ETHERTYPE_ETHERNET = 0x6558,
};

/* Types that tell an Ethernet header from other bytes. */
static int
is_common_type(unsigned int type)
{
	static const uint16_t common[] = {
		0x0800, 0x86dd, 0x0806, 0x8035, 0x8100, 0x88a8, 0x9100,
		0x8847, 0x8848, 0x8863, 0x8864, 0x8809, 0x8902, 0x88cc,
		0x88e5, 0x88e7, 0x88f7, 0x9000,
	};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (common[i] == type)
			return 1;
	return 0;
}

/* A header with an EtherType, sent by one station? */
static int
is_ethernet(const struct cursor *c, size_t at)
{
	const uint8_t *h = cursor_peek(c, at + ETHERNET_HEADER);

	return h != NULL && !(h[at + 6] & 1) &&
	    is_common_type(be16(h + at + 12));
}

/* A header with a length, and LLC behind it? */
static int
is_802_3(const struct packet *p, const struct cursor *c, size_t at)
{
	const uint8_t *h = cursor_peek(c, at + ETHERNET_HEADER);
	uint32_t len, left;

	if (h == NULL || h[at + 6] & 1)
		return 0;
	len = be16(h + at + 12);
	left = packet_wire_left(p, c) - (uint32_t)at - ETHERNET_HEADER;
	/* Where it is not exact, the frame was padded to 60 bytes. */
	return len >= 3 && len <= ETHERNET_MAX_LEN &&
	    (len == left || (len < left && left <= 60 - ETHERNET_HEADER));
}

static int
is_ipv4(const struct packet *p, const struct cursor *c)
{
	const uint8_t *h = c->p;
	uint32_t len = be16(h + 2);

	return (h[0] & 0x0f) >= 5 && len >= (h[0] & 0x0fU) * 4 &&
	    len <= packet_wire_left(p, c);
}

static int
is_ipv6(const struct packet *p, const struct cursor *c)
{
	return be16(c->p + 4) + (uint32_t)IPV6_HEADER <=
	    packet_wire_left(p, c);
}

/* RFC 4448: a control word begins with 16 zero bits, if there is one. */
static enum verdict
pseudowire(struct packet *p, struct cursor *c, int zero)
{
	size_t need = MPLS_CONTROL_WORD + ETHERNET_HEADER;

	if (packet_is_cut(p) && cursor_left(c) < need)
		return DISSECT_SHORT;
	if (zero && (is_ethernet(c, MPLS_CONTROL_WORD) ||
	    (!is_ethernet(c, 0) && is_802_3(p, c, MPLS_CONTROL_WORD))))
		cursor_take(c, MPLS_CONTROL_WORD);
	else if (!is_ethernet(c, 0) && !is_802_3(p, c, 0))
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_ETHERNET);
	return DISSECT_OK;
}

/* Nothing says what the labels carry, but what it looks like. */
static enum verdict
below_labels(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, IP_LENGTHS);

	if (h == NULL)
		return packet_is_cut(p) ? DISSECT_SHORT : DISSECT_DONE;
	switch (h[0] >> 4) {
	case 0:
		return pseudowire(p, c, be16(h) == 0);
	case 1:			/* associated channel, RFC 5586 */
		return DISSECT_DONE;
	case 4:
		if (!is_ipv4(p, c) && is_ethernet(c, 0))
			break;
		packet_next(p, TABLE_ETHERTYPE, 0x0800);
		return DISSECT_OK;
	case 6:
		if (!is_ipv6(p, c) && is_ethernet(c, 0))
			break;
		packet_next(p, TABLE_ETHERTYPE, 0x86dd);
		return DISSECT_OK;
	}
	return pseudowire(p, c, 0);
}

static enum verdict
mpls_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h;

	if (p->next_table == TABLE_UDP_PORT) {
		/* Only its receiver has that port. */
		if (p->flow.dport != MPLS_UDP_PORT)
			return DISSECT_DONE;
		packet_tunnel(p, 0, 0);
	}
	/* The stack is one layer, however deep. */
	do {
		if ((h = cursor_take(c, MPLS_ENTRY)) == NULL)
			return DISSECT_SHORT;
	} while (!(be32(h) & MPLS_BOTTOM));
	return below_labels(p, c);
}

static void
mpls_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data, *end = l->data + l->header;
	uint32_t entry = 0;

	(void)p;
	writer_list(w, "stack");
	for (unsigned int i = 0; end - h >= MPLS_ENTRY &&
	    !(entry & MPLS_BOTTOM); i++, h += MPLS_ENTRY) {
		entry = be32(h);
		if (i >= MPLS_SAID)
			continue;
		writer_object(w, NULL);
		writer_number(w, "label", entry >> 12);
		writer_number(w, "traffic_class", entry >> 9 & 7);
		writer_number(w, "ttl", entry & 0xff);
		writer_end(w);
	}
	writer_end(w);
	if (end - h >= MPLS_CONTROL_WORD)
		writer_hex(w, "control_word", be32(h));
}

DISSECTOR(mpls) = {
	DISSECTOR_ABI,
	.name = "mpls",
	.title = "Multiprotocol Label Switching (RFC 3032)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x8847 },
	    { TABLE_ETHERTYPE, 0x8848 }, { TABLE_PPP, 0x0281 },
	    { TABLE_PPP, 0x0283 }, { TABLE_UDP_PORT, MPLS_UDP_PORT }),
	.dissect = mpls_dissect,
	.print = mpls_print,
};
