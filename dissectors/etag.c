/* etag.c: bridge port extension: E-TAG, IEEE 802.1BR, and Cisco's VN-Tag. */
#include <sessdump/dissector.h>

enum {
	ETAG		= 8,	/* six bytes, and the type that follows */
	VNTAG		= 6,	/* four bytes, and that type */
	ETHERTYPE_ETAG	= 0x893f,
	ETHERTYPE_VNTAG	= 0x8926,
};

static enum verdict
etag_dissect(struct packet *p, struct cursor *c)
{
	size_t len = p->next_key == ETHERTYPE_VNTAG ? VNTAG : ETAG;
	const uint8_t *h = cursor_take(c, len);

	if (h == NULL)
		return DISSECT_SHORT;
	packet_next_ethertype(p, c, be16(h + len - 2));
	return DISSECT_OK;
}

static void
etag_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_bytes(w, "tag", h, l->header - 2);
	if (l->header == ETAG)
		writer_number(w, "ecid", be16(h + 2) & 0x3fff);
	writer_hex(w, "type", be16(h + l->header - 2));
}

DISSECTOR(etag) = {
	DISSECTOR_ABI,
	.name = "etag",
	.title = "Port extension tag (E-TAG, IEEE 802.1BR; VN-Tag)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, ETHERTYPE_ETAG },
	    { TABLE_ETHERTYPE, ETHERTYPE_VNTAG }),
	.dissect = etag_dissect,
	.print = etag_print,
};
