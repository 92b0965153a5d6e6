/* llc.c: logical link control, IEEE 802.2, and SNAP, RFC 1042. */
#include <sessdump/dissector.h>

enum {
	LLC_HEADER	= 3,	/* DSAP, SSAP, control of an U frame; */
	LLC_LONG_HEADER	= 4,	/* I and S frames have one byte more of it */
	LLC_U_FRAME	= 0x03,
	LLC_UI		= 0x03,
	LLC_SNAP	= 0xaa,
	LLC_GLOBAL	= 0xff,
	SNAP_HEADER	= LLC_HEADER + 5,

	SNAP_ETHERTYPE	= 0x000000,
	SNAP_BRIDGE	= 0x0000f8,	/* 802.1H: as it was on Ethernet */
};

static enum verdict
llc_snap(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, SNAP_HEADER);
	unsigned int oui, type;

	if (h == NULL)
		return DISSECT_SHORT;
	oui = be24(h + 3);
	type = be16(h + 6);
	if ((oui != SNAP_ETHERTYPE && oui != SNAP_BRIDGE) ||
	    type <= ETHERNET_MAX_LEN)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static enum verdict
llc_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, LLC_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	/* Novell's 802.3: IPX begins where LLC should. */
	if (h[0] == LLC_GLOBAL && h[1] == LLC_GLOBAL)
		return DISSECT_DONE;
	if (h[0] == LLC_SNAP && h[1] == LLC_SNAP && h[2] == LLC_UI)
		return llc_snap(p, c);
	if ((h[2] & LLC_U_FRAME) != LLC_U_FRAME) {
		if (cursor_take(c, LLC_LONG_HEADER) == NULL)
			return DISSECT_SHORT;
	} else
		cursor_take(c, LLC_HEADER);
	if (h[2] != LLC_UI)
		return DISSECT_DONE;
	packet_next(p, TABLE_LLC_SAP, h[0]);
	return DISSECT_OK;
}

static void
llc_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_hex(w, "dsap", h[0]);
	writer_hex(w, "ssap", h[1]);
	writer_hex(w, "control", l->header == LLC_LONG_HEADER ?
	    le16(h + 2) : h[2]);
	if (l->header < SNAP_HEADER)
		return;
	writer_hex(w, "oui", be24(h + 3));
	writer_hex(w, "protocol_id", be16(h + 6));
}

/* 0x8870: frames of LLC that are longer than 802.3 can say. */
DISSECTOR(llc) = {
	DISSECTOR_ABI,
	.name = "llc",
	.title = "Logical link control (IEEE 802.2) and SNAP (RFC 1042)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, ETHERTYPE_LLC },
	    { TABLE_ETHERTYPE, 0x8870 }),
	.dissect = llc_dissect,
	.print = llc_print,
};
