/* chdlc.c: Cisco HDLC, RFC 1547 section 4.3.1. */
#include <sessdump/dissector.h>

enum {
	CHDLC_HEADER	= 4,
	CHDLC_PPP	= 0xff,		/* an address that is PPP's */
	CHDLC_SLARP	= 0x8035,	/* elsewhere RARP; not its format */
	LINKTYPE_PPP	= 9,
};

static enum verdict
chdlc_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, CHDLC_HEADER);
	unsigned int type;

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] == CHDLC_PPP) {
		packet_next(p, TABLE_LINKTYPE, LINKTYPE_PPP);
		return DISSECT_OK;
	}
	cursor_take(c, CHDLC_HEADER);
	type = be16(h + 2);
	if (type <= ETHERNET_MAX_LEN || type == CHDLC_SLARP)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
chdlc_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_hex(w, "address", l->data[0]);
	writer_hex(w, "control", l->data[1]);
	writer_hex(w, "protocol", be16(l->data + 2));
}

DISSECTOR(chdlc) = {
	DISSECTOR_ABI,
	.name = "chdlc",
	.title = "Cisco HDLC (RFC 1547)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 104 }),
	.dissect = chdlc_dissect,
	.print = chdlc_print,
};
