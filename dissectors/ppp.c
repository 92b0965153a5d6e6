/* ppp.c: Point-to-Point Protocol, RFC 1661, with or without the address and
 * control fields of RFC 1662. */
#include <sessdump/dissector.h>

enum {
	PPP_ADDRESS	= 0xff,	/* all stations, */
	PPP_CONTROL	= 0x03,	/* unnumbered information */
	CISCO_UNICAST	= 0x0f,	/* addresses of Cisco HDLC; no PPP header */
	CISCO_MULTICAST	= 0x8f,	/* begins with one of these and a zero */
	LINKTYPE_C_HDLC	= 104,
};

static enum verdict
ppp_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 2);
	unsigned int protocol;

	if (h == NULL)
		return DISSECT_SHORT;
	if ((h[0] == CISCO_UNICAST || h[0] == CISCO_MULTICAST) && h[1] == 0) {
		packet_next(p, TABLE_LINKTYPE, LINKTYPE_C_HDLC);
		return DISSECT_OK;
	}
	if (h[0] == PPP_ADDRESS && h[1] == PPP_CONTROL)
		cursor_take(c, 2);
	if ((h = cursor_take(c, 1)) == NULL)
		return DISSECT_SHORT;
	/* The last byte of a protocol number is odd, every other one even. */
	protocol = h[0];
	if (!(protocol & 1)) {
		if (cursor_take(c, 1) == NULL)
			return DISSECT_SHORT;
		protocol = be16(h);
	}
	packet_next(p, TABLE_PPP, protocol);
	return DISSECT_OK;
}

static void
ppp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	uint32_t left = l->header;

	(void)p;
	if (left > 2) {
		writer_hex(w, "address", h[0]);
		writer_hex(w, "control", h[1]);
		h += 2;
		left -= 2;
	}
	writer_hex(w, "protocol", left == 1 ? h[0] : be16(h));
}

DISSECTOR(ppp) = {
	DISSECTOR_ABI,
	.name = "ppp",
	.title = "Point-to-Point Protocol (RFC 1661, RFC 1662)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 9 }, { TABLE_LINKTYPE, 50 },
	    { TABLE_ETHERTYPE, 0x880b }),
	.dissect = ppp_dissect,
	.print = ppp_print,
};
