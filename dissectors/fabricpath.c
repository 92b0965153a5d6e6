/* fabricpath.c: Cisco FabricPath, a tag between two Ethernet headers. */
#include <sessdump/dissector.h>

enum {
	FABRICPATH_TAG	= 2,	/* forwarding tag and TTL */
	ETHERTYPE_ETHERNET = 0x6558,
};

static enum verdict
fabricpath_dissect(struct packet *p, struct cursor *c)
{
	if (cursor_take(c, FABRICPATH_TAG) == NULL)
		return DISSECT_SHORT;
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_ETHERNET);
	return DISSECT_OK;
}

static void
fabricpath_print(const struct packet *p, const struct layer *l,
    struct writer *w)
{
	(void)p;
	writer_number(w, "ftag", be16(l->data) >> 6);
	writer_number(w, "ttl", l->data[1] & 0x3f);
}

DISSECTOR(fabricpath) = {
	DISSECTOR_ABI,
	.name = "fabricpath",
	.title = "Cisco FabricPath",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x8903 }),
	.dissect = fabricpath_dissect,
	.print = fabricpath_print,
};
