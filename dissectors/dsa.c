/* dsa.c: Ethernet with the tag of a switch behind the addresses or before
 * them: Broadcom's, Marvell's (DSA) and Marvell's with an EtherType (EDSA). */
#include <sessdump/dissector.h>

enum {
	DSA_ADDRESSES	= 12,
	DSA_TAG		= 4,
	EDSA_TAG	= 8,
	LINKTYPE_DSA_TAG_BRCM = 281,
	LINKTYPE_DSA_TAG_BRCM_PREPEND = 282,
	LINKTYPE_DSA_TAG_DSA = 284,
	LINKTYPE_DSA_TAG_EDSA = 285,

	MARVELL_TAGGED	= 0x20,	/* the tag stands for a VLAN tag */
	MARVELL_DEI	= 0x01,	/* second byte */
	VLAN_DEI	= 0x1000,
	VLAN_REST	= 0xefff,
	ETHERTYPE_ETHERNET = 0x6558,
};

/* Marvell's switches put the VLAN into the tag. */
static void
dsa_vlan(struct packet *p, const uint8_t *tag)
{
	unsigned int tci = be16(tag + 2) & VLAN_REST;

	if (!(tag[0] & MARVELL_TAGGED))
		return;
	if (tag[1] & MARVELL_DEI)
		tci |= VLAN_DEI;
	packet_vlan(p, (uint16_t)tci);
}

static enum verdict
dsa_dissect(struct packet *p, struct cursor *c)
{
	unsigned int kind = p->frame->linktype;
	size_t taglen = kind == LINKTYPE_DSA_TAG_EDSA ? EDSA_TAG : DSA_TAG;
	const uint8_t *h;

	if (kind == LINKTYPE_DSA_TAG_BRCM_PREPEND) {
		if (cursor_take(c, DSA_TAG) == NULL)
			return DISSECT_SHORT;
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_ETHERNET);
		return DISSECT_OK;
	}
	h = cursor_take(c, DSA_ADDRESSES + taglen + 2);
	if (h == NULL)
		return DISSECT_SHORT;
	if (kind != LINKTYPE_DSA_TAG_BRCM)
		dsa_vlan(p, h + DSA_ADDRESSES + taglen - DSA_TAG);
	packet_next_ethertype(p, c, be16(h + DSA_ADDRESSES + taglen));
	return DISSECT_OK;
}

static void
dsa_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header == DSA_TAG) {
		writer_hex(w, "tag", be32(h));
		return;
	}
	writer_mac(w, "source", h + 6);
	writer_mac(w, "destination", h);
	writer_hex(w, "tag", be32(h + l->header - 2 - DSA_TAG));
	writer_hex(w, "type", be16(h + l->header - 2));
}

DISSECTOR(dsa) = {
	DISSECTOR_ABI,
	.name = "dsa",
	.title = "Ethernet with a switch tag (Broadcom, Marvell DSA and EDSA)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, LINKTYPE_DSA_TAG_BRCM },
	    { TABLE_LINKTYPE, LINKTYPE_DSA_TAG_BRCM_PREPEND },
	    { TABLE_LINKTYPE, LINKTYPE_DSA_TAG_DSA },
	    { TABLE_LINKTYPE, LINKTYPE_DSA_TAG_EDSA }),
	.dissect = dsa_dissect,
	.print = dsa_print,
};
