/* erspan.c: Encapsulated Remote SPAN types II and III,
 * draft-foschiano-erspan-03; type I is plain GRE, see gre.c. */
#include <sessdump/dissector.h>

enum {
	ERSPAN2_HEADER	= 8,
	ERSPAN3_HEADER	= 12,
	ERSPAN3_PLATFORM = 8,		/* more, when the last bit is set */
	ERSPAN_SESSION	= 0x03ff,
	ERSPAN_VLAN	= 0x0fff,
	FRAME_ETHERNET	= 0,
	FRAME_IP	= 2,
};

/* Type II says version 1, type III version 2. */
static uint32_t
erspan_length(const uint8_t *h)
{
	if (h[0] >> 4 == 1)
		return ERSPAN2_HEADER;
	if (h[0] >> 4 == 2)
		return ERSPAN3_HEADER;
	return 0;
}

static enum verdict
erspan_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 4);
	unsigned int kind = FRAME_ETHERNET;
	uint32_t len;

	if (h == NULL)
		return DISSECT_SHORT;
	len = erspan_length(h);
	if (len == 0)
		return DISSECT_MALFORMED;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	if (len == ERSPAN3_HEADER) {
		kind = h[10] >> 2 & 0x1f;
		if (h[11] & 1 && cursor_take(c, ERSPAN3_PLATFORM) == NULL)
			return DISSECT_SHORT;
	}
	if (kind != FRAME_ETHERNET && kind != FRAME_IP)
		return DISSECT_DONE;
	packet_tunnel(p, be16(h + 2) & ERSPAN_SESSION, 1);
	packet_next(p, TABLE_ETHERTYPE,
	    kind == FRAME_IP ? ETHERTYPE_IP_ANY : 0x6558);
	return DISSECT_OK;
}

static void
erspan_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < ERSPAN2_HEADER)
		return;
	writer_number(w, "version", h[0] >> 4);
	writer_number(w, "vlan", be16(h) & ERSPAN_VLAN);
	writer_number(w, "cos", h[2] >> 5);
	writer_number(w, "session_id", be16(h + 2) & ERSPAN_SESSION);
	if (h[0] >> 4 == 1)
		writer_number(w, "index", be32(h + 4) & 0xfffff);
	else
		writer_number(w, "timestamp", be32(h + 4));
}

DISSECTOR(erspan) = {
	DISSECTOR_ABI,
	.name = "erspan",
	.title = "Encapsulated Remote SPAN (draft-foschiano-erspan)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x88be },
	    { TABLE_ETHERTYPE, 0x22eb }),
	.dissect = erspan_dissect,
	.print = erspan_print,
};
