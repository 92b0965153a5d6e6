/* prism.c: older headers before 802.11: of Prism chips, and AVS's. */
#include <sessdump/dissector.h>

enum {
	PRISM_HEADER	= 8,	/* what both begin with: two words, */
	PRISM_LEN	= 4,	/* the second of them the length */
	LINKTYPE_IEEE802_11 = 105,
};
#define AVS_MAGIC	UINT32_C(0x80211000)	/* and a version */
#define AVS_MASK	UINT32_C(0xfffff000)

/* AVS has network order, Prism that of the capturing host. */
static uint32_t
prism_len(const uint8_t *h)
{
	uint32_t len = be32(h + PRISM_LEN);

	if ((be32(h) & AVS_MASK) != AVS_MAGIC && len > UINT16_MAX)
		len = le32(h + PRISM_LEN);
	return len;
}

static enum verdict
prism_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, PRISM_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	if (prism_len(h) < PRISM_HEADER)
		return DISSECT_MALFORMED;
	if (cursor_take(c, prism_len(h)) == NULL)
		return DISSECT_SHORT;
	packet_next(p, TABLE_LINKTYPE, LINKTYPE_IEEE802_11);
	return DISSECT_OK;
}

static void
prism_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_bool(w, "avs", (be32(l->data) & AVS_MASK) == AVS_MAGIC);
	writer_number(w, "length", prism_len(l->data));
}

DISSECTOR(prism) = {
	DISSECTOR_ABI,
	.name = "prism",
	.title = "Prism and AVS headers of IEEE 802.11",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 119 },
	    { TABLE_LINKTYPE, 163 }),
	.dissect = prism_dissect,
	.print = prism_print,
};
