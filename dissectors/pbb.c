/* pbb.c: Provider Backbone Bridge service tag (I-TAG), IEEE 802.1ah. */
#include <sessdump/dissector.h>

enum {
	PBB_TAG		= 4,
	PBB_ISID	= 0x00ffffff,
	PBB_DEI		= 0x10000000,
	ETHERTYPE_ETHERNET = 0x6558,
};

static enum verdict
pbb_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, PBB_TAG);

	if (h == NULL)
		return DISSECT_SHORT;
	/* The customer's addresses and type follow: a frame of its own. */
	packet_tunnel(p, be32(h) & PBB_ISID, 1);
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_ETHERNET);
	return DISSECT_OK;
}

static void
pbb_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	uint32_t tci = be32(l->data);

	(void)p;
	writer_number(w, "isid", tci & PBB_ISID);
	writer_number(w, "priority", tci >> 29);
	if (tci & PBB_DEI)
		writer_bool(w, "drop_eligible", 1);
}

DISSECTOR(pbb) = {
	DISSECTOR_ABI,
	.name = "pbb",
	.title = "Provider Backbone Bridge I-TAG (IEEE 802.1ah)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x88e7 }),
	.dissect = pbb_dissect,
	.print = pbb_print,
};
