/* sll.c: Linux cooked capture, LINKTYPE_LINUX_SLL. */
#include <sessdump/dissector.h>

enum {
	SLL_HEADER	= 16,
	SLL_ADDRESS	= 8,	/* room for an address, padded */
	SLL_802_2	= 4,	/* ETH_P_802_2: LLC follows */
};

static enum verdict
sll_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, SLL_HEADER);
	unsigned int type;

	if (h == NULL)
		return DISSECT_SHORT;
	type = be16(h + 14);
	/* Linux has numbers of its own where 802.3 keeps lengths. */
	if (type <= ETHERNET_MAX_LEN) {
		if (type != SLL_802_2)
			return DISSECT_DONE;
		type = ETHERTYPE_LLC;
	}
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
sll_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	unsigned int alen = be16(h + 4);

	(void)p;
	writer_number(w, "packet_type", be16(h));
	writer_number(w, "arphrd_type", be16(h + 2));
	if (alen == 6)
		writer_mac(w, "address", h + 6);
	else if (alen > 0)
		writer_bytes(w, "address", h + 6,
		    alen < SLL_ADDRESS ? alen : SLL_ADDRESS);
	writer_hex(w, "protocol", be16(h + 14));
}

DISSECTOR(sll) = {
	DISSECTOR_ABI,
	.name = "sll",
	.title = "Linux cooked capture v1 (LINKTYPE_LINUX_SLL)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 113 }),
	.dissect = sll_dissect,
	.print = sll_print,
};
