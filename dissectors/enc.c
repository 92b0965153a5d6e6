/* enc.c: OpenBSD's IPsec encapsulation interface, LINKTYPE_ENC. */
#include <sessdump/dissector.h>

enum { ENC_HEADER = 12 };

/* In the order of the capturing host; a family is a small number. */
static uint32_t
enc_word(const uint8_t *h, const uint8_t *word)
{
	return be32(h) > UINT16_MAX ? le32(word) : be32(word);
}

static enum verdict
enc_dissect(struct packet *p, struct cursor *c)
{
	if (cursor_take(c, ENC_HEADER) == NULL)
		return DISSECT_SHORT;
	/* The family is one of two, which the packet itself tells apart. */
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IP_ANY);
	return DISSECT_OK;
}

static void
enc_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_number(w, "family", enc_word(h, h));
	writer_hex(w, "spi", be32(h + 4));
	writer_hex(w, "flags", enc_word(h, h + 8));
}

DISSECTOR(enc) = {
	DISSECTOR_ABI,
	.name = "enc",
	.title = "IPsec encapsulation interface (LINKTYPE_ENC)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 109 }),
	.dissect = enc_dissect,
	.print = enc_print,
};
