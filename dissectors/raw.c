/* raw.c: IP without a link layer; the version nibble says which one. */
#include <sessdump/dissector.h>

enum {
	ETHERTYPE_IPV4	= 0x0800,
	ETHERTYPE_IPV6	= 0x86dd,
};

static enum verdict
raw_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 1);

	/* A tunnel may carry nothing at all: GTP-U does, to be kept alive. */
	if (h == NULL)
		return packet_is_cut(p) ? DISSECT_SHORT : DISSECT_DONE;
	switch (h[0] >> 4) {
	case 4:
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IPV4);
		return DISSECT_OK;
	case 6:
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IPV6);
		return DISSECT_OK;
	}
	return DISSECT_DONE;
}

/* 101 is LINKTYPE_RAW; 12 and 14 are what systems called it before. */
DISSECTOR(raw) = {
	DISSECTOR_ABI,
	.name = "raw",
	.title = "IPv4 or IPv6 without a link layer",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 101 },
	    { TABLE_LINKTYPE, 12 }, { TABLE_LINKTYPE, 14 },
	    { TABLE_ETHERTYPE, ETHERTYPE_IP_ANY }, { TABLE_LLC_SAP, 0x06 }),
	.dissect = raw_dissect,
};
