/* pppoe.c: PPP over Ethernet, RFC 2516. */
#include <sessdump/dissector.h>

enum {
	PPPOE_HEADER	= 6,
	PPPOE_VERSION_TYPE = 0x11,
	PPPOE_SESSION	= 0,		/* code; others are discovery */
	ETHERTYPE_PPP	= 0x880b,
};

static enum verdict
pppoe_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, PPPOE_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] != PPPOE_VERSION_TYPE)
		return DISSECT_MALFORMED;
	packet_limit(p, c, be16(h + 4));
	if (h[1] != PPPOE_SESSION)
		return DISSECT_DONE;
	packet_tunnel(p, be16(h + 2), 1);
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_PPP);
	return DISSECT_OK;
}

static void
pppoe_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_hex(w, "code", h[1]);
	writer_hex(w, "session_id", be16(h + 2));
	writer_number(w, "length", be16(h + 4));
}

DISSECTOR(pppoe) = {
	DISSECTOR_ABI,
	.name = "pppoe",
	.title = "PPP over Ethernet (RFC 2516)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x8864 },
	    { TABLE_ETHERTYPE, 0x8863 }, { TABLE_LINKTYPE, 51 }),
	.dissect = pppoe_dissect,
	.print = pppoe_print,
};
