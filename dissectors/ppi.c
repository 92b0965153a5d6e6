/* ppi.c: Per-Packet Information, CACE Technologies. */
#include <sessdump/dissector.h>

enum {
	PPI_HEADER	= 8,	/* version, flags, length, link type inside */
	PPI_ALIGNED	= 0x01,	/* flag: fields stand at multiples of four */
	PPI_FIELD	= 4,	/* its type and length */
	PPI_80211_COMMON = 2,	/* a field: */
	PPI_80211_FLAGS	= 8,	/* in it, behind the timestamp; */
	PPI_80211_FCS	= 0x0001, /* the frame ends with its FCS, */
	PPI_FCS		= 4,	/* which is so long */
	PPI_80211_BAD_FCS = 0x0004,
};

/* The flags of the field for 802.11, if it is there. */
static unsigned int
ppi_80211_flags(const uint8_t *h, size_t len)
{
	struct cursor c = { h + PPI_HEADER, h + len };
	const uint8_t *field, *value;

	while ((field = cursor_take(&c, PPI_FIELD)) != NULL) {
		size_t n = le16(field + 2), pad = -n & 3;

		if ((value = cursor_take(&c, n)) == NULL)
			break;
		if (le16(field) == PPI_80211_COMMON &&
		    n >= PPI_80211_FLAGS + 2)
			return le16(value + PPI_80211_FLAGS);
		if (h[1] & PPI_ALIGNED && cursor_take(&c, pad) == NULL)
			break;
	}
	return 0;
}

static enum verdict
ppi_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, PPI_HEADER);
	unsigned int len, flags;
	uint32_t dlt;

	if (h == NULL)
		return DISSECT_SHORT;
	len = le16(h + 2);
	if (len < PPI_HEADER)
		return DISSECT_MALFORMED;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	flags = ppi_80211_flags(h, len);
	/* These are not the bytes that were sent. */
	if (flags & PPI_80211_BAD_FCS)
		return DISSECT_DONE;
	if (flags & PPI_80211_FCS)
		packet_trailer(p, c, PPI_FCS);
	dlt = le32(h + 4);
	if (dlt > UINT16_MAX)
		return DISSECT_DONE;
	packet_next(p, TABLE_LINKTYPE, dlt);
	return DISSECT_OK;
}

static void
ppi_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_number(w, "version", h[0]);
	writer_hex(w, "flags", h[1]);
	writer_number(w, "length", le16(h + 2));
	writer_number(w, "dlt", le32(h + 4));
}

DISSECTOR(ppi) = {
	DISSECTOR_ABI,
	.name = "ppi",
	.title = "Per-Packet Information (LINKTYPE_PPI)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 192 }),
	.dissect = ppi_dissect,
	.print = ppi_print,
};
