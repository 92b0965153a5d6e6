/* ethernet.c: Ethernet II and IEEE 802.3 frames. */
#include <sessdump/dissector.h>

enum { ETHERNET_HEADER = 14 };

static enum verdict
ethernet_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, ETHERNET_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	packet_next_ethertype(p, c, be16(h + 12));
	return DISSECT_OK;
}

static void
ethernet_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	static const struct writer_field fields[] = {
		WRITER_FIELD("source", 6, WRITER_MAC),
		WRITER_FIELD("destination", 0, WRITER_MAC),
	};
	unsigned int type = be16(l->data + 12);

	(void)p;
	WRITER_FIELDS(w, fields, l->data);
	if (type <= ETHERNET_MAX_LEN)
		writer_number(w, "length", type);
	else
		writer_hex(w, "type", type);
}

DISSECTOR(ethernet) = {
	DISSECTOR_ABI,
	.name = "ethernet",
	.title = "Ethernet II and IEEE 802.3",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 1 },
	    { TABLE_ETHERTYPE, 0x6558 }),
	.dissect = ethernet_dissect,
	.print = ethernet_print,
};
