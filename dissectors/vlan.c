/* vlan.c: VLAN tags, IEEE 802.1Q (C-tag, S-tag) and the older QinQ. */
#include <sessdump/dissector.h>

enum {
	VLAN_TAG	= 4,	/* TCI and the type that follows it */
	VLAN_ID		= 0x0fff,
	VLAN_DEI	= 0x1000,
};

static enum verdict
vlan_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, VLAN_TAG);

	if (h == NULL)
		return DISSECT_SHORT;
	packet_vlan(p, be16(h));
	packet_next_ethertype(p, c, be16(h + 2));
	return DISSECT_OK;
}

static void
vlan_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	unsigned int tci = be16(l->data), type = be16(l->data + 2);

	(void)p;
	writer_number(w, "id", tci & VLAN_ID);
	writer_number(w, "priority", tci >> 13);
	if (tci & VLAN_DEI)
		writer_bool(w, "drop_eligible", 1);
	if (type <= ETHERNET_MAX_LEN)
		writer_number(w, "length", type);
	else
		writer_hex(w, "type", type);
}

DISSECTOR(vlan) = {
	DISSECTOR_ABI,
	.name = "vlan",
	.title = "VLAN tag (IEEE 802.1Q, 802.1ad)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x8100 },
	    { TABLE_ETHERTYPE, 0x88a8 }, { TABLE_ETHERTYPE, 0x9100 },
	    { TABLE_ETHERTYPE, 0x9200 }, { TABLE_ETHERTYPE, 0x9300 }),
	.dissect = vlan_dissect,
	.print = vlan_print,
};
