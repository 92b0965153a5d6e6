/* sll2.c: Linux cooked capture v2, LINKTYPE_LINUX_SLL2. */
#include <sessdump/dissector.h>

enum {
	SLL2_HEADER	= 20,
	SLL2_ADDRESS	= 8,	/* room for an address, padded */
	SLL2_802_2	= 4,	/* ETH_P_802_2: LLC follows */
};

static enum verdict
sll2_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, SLL2_HEADER);
	unsigned int type;

	if (h == NULL)
		return DISSECT_SHORT;
	type = be16(h);
	/* Linux has numbers of its own where 802.3 keeps lengths. */
	if (type <= ETHERNET_MAX_LEN) {
		if (type != SLL2_802_2)
			return DISSECT_DONE;
		type = ETHERTYPE_LLC;
	}
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
sll2_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	unsigned int alen = h[11];

	(void)p;
	writer_hex(w, "protocol", be16(h));
	writer_number(w, "interface_index", be32(h + 4));
	writer_number(w, "arphrd_type", be16(h + 8));
	writer_number(w, "packet_type", h[10]);
	if (alen == 6)
		writer_mac(w, "address", h + 12);
	else if (alen > 0)
		writer_bytes(w, "address", h + 12,
		    alen < SLL2_ADDRESS ? alen : SLL2_ADDRESS);
}

DISSECTOR(sll2) = {
	DISSECTOR_ABI,
	.name = "sll2",
	.title = "Linux cooked capture v2 (LINKTYPE_LINUX_SLL2)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 276 }),
	.dissect = sll2_dissect,
	.print = sll2_print,
};
