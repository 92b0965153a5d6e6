/* ayiya.c: Anything In Anything, draft-massar-v6ops-ayiya-02. */
#include <sessdump/dissector.h>

enum {
	AYIYA_HEADER	= 8,	/* identity and signature follow */
	AYIYA_FORWARD	= 1,	/* operation: carry it on */
	AYIYA_IPV6	= 41,
};

static enum verdict
ayiya_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, AYIYA_HEADER);
	uint32_t len;

	if (h == NULL)
		return dissect_guess_short(p);
	len = AYIYA_HEADER + (1U << (h[0] >> 4)) + (h[1] >> 4) * 4U;
	if ((h[2] & 0x0f) != AYIYA_FORWARD || h[3] != AYIYA_IPV6 ||
	    len > packet_wire_left(p, c))
		return DISSECT_DONE;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	packet_tunnel(p, 0, 0);
	packet_next(p, TABLE_ETHERTYPE, 0x86dd);
	return DISSECT_OK;
}

static void
ayiya_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	if (l->header < AYIYA_HEADER)
		return;
	writer_number(w, "epoch", be32(l->data + 4));
	writer_bytes(w, "identity", l->data + AYIYA_HEADER,
	    l->header - AYIYA_HEADER - (l->data[1] >> 4) * 4U);
}

DISSECTOR(ayiya) = {
	DISSECTOR_ABI,
	.name = "ayiya",
	.title = "Anything In Anything (draft-massar-v6ops-ayiya)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 5072 }),
	.dissect = ayiya_dissect,
	.print = ayiya_print,
};
