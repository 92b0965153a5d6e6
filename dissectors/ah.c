/* ah.c: IP Authentication Header, RFC 4302. */
#include <sessdump/dissector.h>

enum { AH_HEADER = 12 };	/* without the integrity check value */

static enum verdict
ah_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, AH_HEADER);
	uint32_t len;

	if (h == NULL)
		return DISSECT_SHORT;
	/* Counted in words of four bytes, less two. */
	len = (h[1] + 2U) * 4;
	if (len < AH_HEADER)
		return DISSECT_MALFORMED;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	p->flow.protocol = h[0];
	packet_next(p, TABLE_IP_PROTOCOL, h[0]);
	return DISSECT_OK;
}

static void
ah_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < AH_HEADER)
		return;
	writer_number(w, "next_header", h[0]);
	writer_hex(w, "spi", be32(h + 4));
	writer_number(w, "seq", be32(h + 8));
	writer_bytes(w, "icv", h + AH_HEADER, l->header - AH_HEADER);
}

DISSECTOR(ah) = {
	DISSECTOR_ABI,
	.name = "ah",
	.title = "IP Authentication Header (RFC 4302)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 51 }),
	.dissect = ah_dissect,
	.print = ah_print,
};
