/* hsr.c: redundancy tags: HSR, IEC 62439-3, and FRER's R-TAG, IEEE 802.1CB. */
#include <sessdump/dissector.h>

/* Either is four bytes, sequence number last, and the type that follows. */
enum { HSR_TAG = 6 };

static enum verdict
hsr_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, HSR_TAG);

	if (h == NULL)
		return DISSECT_SHORT;
	packet_next_ethertype(p, c, be16(h + 4));
	return DISSECT_OK;
}

static void
hsr_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_hex(w, "path", be16(l->data) >> 12);
	writer_number(w, "sequence_number", be16(l->data + 2));
	writer_hex(w, "type", be16(l->data + 4));
}

DISSECTOR(hsr) = {
	DISSECTOR_ABI,
	.name = "hsr",
	.title = "Redundancy tag (HSR, IEC 62439-3; R-TAG, IEEE 802.1CB)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x892f },
	    { TABLE_ETHERTYPE, 0xf1c1 }),
	.dissect = hsr_dissect,
	.print = hsr_print,
};
