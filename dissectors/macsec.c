/* macsec.c: MAC security, IEEE 802.1AE; what is encrypted is not followed. */
#include <sessdump/dissector.h>

enum {
	MACSEC_HEADER	= 6,	/* TCI and AN, short length, packet number */
	MACSEC_SCI	= 8,	/* secure channel identifier, with TCI_SC */
	MACSEC_ICV	= 16,	/* integrity check value, behind the data */
	MACSEC_SHORT	= 0x3f,	/* length of the data when below 48, or 0 */
	TCI_VERSION	= 0x80,
	TCI_SC		= 0x20,
	TCI_ENCRYPTED	= 0x08,
	TCI_CHANGED	= 0x04,	/* the data is not as it was given */
	MACSEC_AN	= 0x03,
};

static enum verdict
macsec_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, MACSEC_HEADER);
	unsigned int len;

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] & TCI_VERSION)
		return DISSECT_MALFORMED;
	if (h[0] & TCI_SC && cursor_take(c, MACSEC_SCI) == NULL)
		return DISSECT_SHORT;
	if (h[0] & (TCI_ENCRYPTED | TCI_CHANGED))
		return DISSECT_DONE;
	len = h[1] & MACSEC_SHORT;
	if (len > 0)
		packet_limit(p, c, len);
	else
		packet_trailer(p, c, MACSEC_ICV);
	if ((h = cursor_take(c, 2)) == NULL)
		return DISSECT_SHORT;
	packet_next_ethertype(p, c, be16(h));
	return DISSECT_OK;
}

static void
macsec_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_number(w, "association_number", h[0] & MACSEC_AN);
	writer_bool(w, "encrypted", (h[0] & TCI_ENCRYPTED) != 0);
	writer_number(w, "short_length", h[1] & MACSEC_SHORT);
	writer_number(w, "packet_number", be32(h + 2));
	if (h[0] & TCI_SC) {
		writer_mac(w, "system_identifier", h + 6);
		writer_number(w, "port_identifier", be16(h + 12));
	}
}

DISSECTOR(macsec) = {
	DISSECTOR_ABI,
	.name = "macsec",
	.title = "MAC security (IEEE 802.1AE)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x88e5 }),
	.dissect = macsec_dissect,
	.print = macsec_print,
};
