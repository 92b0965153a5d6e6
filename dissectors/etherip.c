/* etherip.c: Ethernet in IP, RFC 3378. */
#include <sessdump/dissector.h>

enum {
	ETHERIP_HEADER	= 2,
	ETHERIP_VERSION	= 3,	/* the first nibble; the rest is reserved */
};

static enum verdict
etherip_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, ETHERIP_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[0] >> 4 != ETHERIP_VERSION)
		return DISSECT_MALFORMED;
	packet_tunnel(p, 0, 0);
	packet_next(p, TABLE_ETHERTYPE, 0x6558);
	return DISSECT_OK;
}

DISSECTOR(etherip) = {
	DISSECTOR_ABI,
	.name = "etherip",
	.title = "Ethernet in IP (RFC 3378)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 97 }),
	.dissect = etherip_dissect,
};
