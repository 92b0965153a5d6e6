/* icmpv6.c: Internet Control Message Protocol for IPv6, RFC 4443. */
#include <sessdump/dissector.h>

enum {
	ICMPV6_HEADER	= 8,
	ICMPV6_CHECKSUM	= 2,
	ICMPV6_PROTOCOL	= 58,
	ICMPV6_TARGETED	= 24,	/* with the address behind it */

	ICMPV6_TOO_BIG	= 2,
	ICMPV6_PARAMETER = 4,

	IS_ERROR	= 1 << 0,	/* quotes a datagram */
	IS_TWO_WAY	= 1 << 1,	/* .counter answers, or asks */
	HAS_ID		= 1 << 2,	/* identifier and sequence number */
	HAS_LENGTH	= 1 << 3,	/* of the quotation, RFC 4884 */
	HAS_TARGET	= 1 << 4,	/* an address at byte 8 */
};

static const struct type {
	uint8_t is, counter;
	const char *name;
} type[] = {
	[1] = { IS_ERROR | HAS_LENGTH, 0, "unreachable" },
	[2] = { IS_ERROR, 0, "packet_too_big" },
	[3] = { IS_ERROR | HAS_LENGTH, 0, "time_exceeded" },
	[4] = { IS_ERROR, 0, "parameter_problem" },
	[128] = { IS_TWO_WAY | HAS_ID, 129, "echo_request" },
	[129] = { IS_TWO_WAY | HAS_ID, 128, "echo_reply" },
	/* Multicast listener discovery, RFC 2710. */
	[130] = { IS_TWO_WAY | HAS_TARGET, 131, "listener_query" },
	[131] = { IS_TWO_WAY | HAS_TARGET, 130, "listener_report" },
	[132] = { HAS_TARGET, 0, "listener_done" },
	/* Neighbour discovery, RFC 4861. */
	[133] = { IS_TWO_WAY, 134, "router_solicitation" },
	[134] = { IS_TWO_WAY, 133, "router_advertisement" },
	[135] = { IS_TWO_WAY | HAS_TARGET, 136, "neighbor_solicitation" },
	[136] = { IS_TWO_WAY | HAS_TARGET, 135, "neighbor_advertisement" },
	[137] = { HAS_TARGET, 0, "redirect" },
	/* Node information, RFC 4620. */
	[139] = { IS_TWO_WAY, 140, "node_information_query" },
	[140] = { IS_TWO_WAY, 139, "node_information_response" },
	[143] = { 0, 0, "listener_report_v2" },		/* RFC 3810 */
	/* Home agent address discovery, RFC 6275. */
	[144] = { IS_TWO_WAY | HAS_ID, 145, "home_agent_request" },
	[145] = { IS_TWO_WAY | HAS_ID, 144, "home_agent_reply" },
	[155] = { 0, 0, "rpl" },			/* RFC 6550 */
};

static const struct type *
icmpv6_type(unsigned int n)
{
	static const struct type unknown;

	return n < sizeof(type) / sizeof(type[0]) ? &type[n] : &unknown;
}

static enum verdict
icmpv6_dissect(struct packet *p, struct cursor *c)
{
	struct cursor whole = *c;
	const uint8_t *h = cursor_take(c, ICMPV6_HEADER);
	const struct type *t;

	if (h == NULL)
		return DISSECT_SHORT;
	t = icmpv6_type(h[0]);
	flow_icmp(&p->flow, h[0], h[1], t->is & IS_TWO_WAY ? t->counter : -1);
	flow_checksum(p, &whole, ICMPV6_CHECKSUM, ICMPV6_PROTOCOL);
	flow_transport(p, c);
	/* An error about an error is none (RFC 4443 section 2.4): stop. */
	if (!(t->is & IS_ERROR) || p->flags & PACKET_QUOTE)
		return DISSECT_DONE;
	/* Behind the quotation extensions may stand, RFC 4884. */
	if (t->is & HAS_LENGTH && h[4] != 0)
		cursor_trim(c, h[4] * 8U);
	packet_quote(p);
	packet_next(p, TABLE_ETHERTYPE, 0x86dd);
	return DISSECT_OK;
}

static void
icmpv6_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	const struct type *t;

	(void)p;
	if (l->header < ICMPV6_HEADER)
		return;
	t = icmpv6_type(h[0]);
	writer_number(w, "type", h[0]);
	writer_number(w, "code", h[1]);
	if (t->name != NULL)
		writer_string(w, "name", t->name, strlen(t->name));
	writer_hex(w, "checksum", be16(h + 2));
	if (t->is & HAS_ID) {
		writer_number(w, "id", be16(h + 4));
		writer_number(w, "seq", be16(h + 6));
	} else if (t->is & HAS_TARGET && l->len >= ICMPV6_TARGETED)
		writer_ipv6(w, "target", h + 8);
	else if (h[0] == ICMPV6_TOO_BIG)
		writer_number(w, "mtu", be32(h + 4));
	else if (h[0] == ICMPV6_PARAMETER)
		writer_number(w, "pointer", be32(h + 4));
}

DISSECTOR(icmpv6) = {
	DISSECTOR_ABI,
	.name = "icmpv6",
	.title = "Internet Control Message Protocol for IPv6 (RFC 4443)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 58 }),
	.dissect = icmpv6_dissect,
	.print = icmpv6_print,
};
