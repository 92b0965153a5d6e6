/* ipnet.c: Solaris IP observability, LINKTYPE_IPNET. */
#include <sessdump/dissector.h>

enum {
	IPNET_HEADER	= 24,
	IPNET_VERSION	= 1,
};

static enum verdict
ipnet_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, IPNET_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] != IPNET_VERSION)
		return DISSECT_MALFORMED;
	/* The family says no more than the packet itself. */
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IP_ANY);
	return DISSECT_OK;
}

static void
ipnet_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_number(w, "family", h[1]);
	writer_number(w, "hook_type", be16(h + 2));
	writer_number(w, "length", be32(h + 4));
	writer_number(w, "interface_index", be32(h + 8));
	writer_number(w, "group_interface_index", be32(h + 12));
	writer_number(w, "source_zone", be32(h + 16));
	writer_number(w, "destination_zone", be32(h + 20));
}

DISSECTOR(ipnet) = {
	DISSECTOR_ABI,
	.name = "ipnet",
	.title = "Solaris IP observability (LINKTYPE_IPNET)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 226 }),
	.dissect = ipnet_dissect,
	.print = ipnet_print,
};
