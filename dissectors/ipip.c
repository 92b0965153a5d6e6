/* ipip.c: IP in IP, RFC 2003, RFC 2473; 6in4, RFC 4213; MPLS in IP, RFC 4023:
 * tunnels without a header of their own. */
#include <sessdump/dissector.h>

static const struct inner {
	uint8_t protocol;
	uint16_t ethertype;
} inner[] = {
	{ 4, 0x0800 },
	{ 41, 0x86dd },
	{ 137, 0x8847 },
};

static enum verdict
ipip_dissect(struct packet *p, struct cursor *c)
{
	size_t i;

	(void)c;
	for (i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (inner[i].protocol == p->flow.protocol) {
			packet_tunnel(p, 0, 0);
			packet_next(p, TABLE_ETHERTYPE, inner[i].ethertype);
			return DISSECT_OK;
		}
	return DISSECT_DONE;
}

DISSECTOR(ipip) = {
	DISSECTOR_ABI,
	.name = "ipip",
	.title = "IP in IP, 6in4, MPLS in IP (RFC 2003, RFC 4213, RFC 4023)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 4 },
	    { TABLE_IP_PROTOCOL, 41 }, { TABLE_IP_PROTOCOL, 137 }),
	.dissect = ipip_dissect,
};
