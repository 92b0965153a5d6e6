/* icmp.c: Internet Control Message Protocol, RFC 792. */
#include <sessdump/dissector.h>

enum {
	ICMP_HEADER	= 8,
	ICMP_CHECKSUM	= 2,

	ICMP_UNREACHABLE = 3,
	ICMP_REDIRECT	= 5,
	ICMP_CODE_TOO_BIG = 4,	/* of "unreachable": its MTU, RFC 1191 */

	IS_ERROR	= 1 << 0,	/* quotes a datagram */
	IS_TWO_WAY	= 1 << 1,	/* .counter answers, or asks */
	HAS_ID		= 1 << 2,	/* identifier and sequence number */
	HAS_LENGTH	= 1 << 3,	/* of the quotation, RFC 4884 */
};

static const struct type {
	uint8_t is, counter;
	const char *name;
} type[] = {
	[0] = { IS_TWO_WAY | HAS_ID, 8, "echo_reply" },
	[3] = { IS_ERROR | HAS_LENGTH, 0, "unreachable" },
	[4] = { IS_ERROR, 0, "source_quench" },
	[5] = { IS_ERROR, 0, "redirect" },
	[8] = { IS_TWO_WAY | HAS_ID, 0, "echo_request" },
	[9] = { IS_TWO_WAY, 10, "router_advertisement" },	/* RFC 1256 */
	[10] = { IS_TWO_WAY, 9, "router_solicitation" },
	[11] = { IS_ERROR | HAS_LENGTH, 0, "time_exceeded" },
	[12] = { IS_ERROR | HAS_LENGTH, 0, "parameter_problem" },
	[13] = { IS_TWO_WAY | HAS_ID, 14, "timestamp" },
	[14] = { IS_TWO_WAY | HAS_ID, 13, "timestamp_reply" },
	[15] = { IS_TWO_WAY | HAS_ID, 16, "information_request" },
	[16] = { IS_TWO_WAY | HAS_ID, 15, "information_reply" },
	[17] = { IS_TWO_WAY | HAS_ID, 18, "mask_request" },	/* RFC 950 */
	[18] = { IS_TWO_WAY | HAS_ID, 17, "mask_reply" },
	[42] = { 0, 0, "extended_echo_request" },		/* RFC 8335 */
	[43] = { 0, 0, "extended_echo_reply" },
};

static const struct type *
icmp_type(unsigned int n)
{
	static const struct type unknown;

	return n < sizeof(type) / sizeof(type[0]) ? &type[n] : &unknown;
}

static enum verdict
icmp_dissect(struct packet *p, struct cursor *c)
{
	struct cursor whole = *c;
	const uint8_t *h = cursor_take(c, ICMP_HEADER);
	const struct type *t;

	if (h == NULL)
		return DISSECT_SHORT;
	t = icmp_type(h[0]);
	flow_icmp(&p->flow, h[0], h[1], t->is & IS_TWO_WAY ? t->counter : -1);
	flow_checksum(p, &whole, ICMP_CHECKSUM, 0);
	flow_transport(p, c);
	/* An error about an error is none (RFC 1122 section 3.2.2): stop. */
	if (!(t->is & IS_ERROR) || p->flags & PACKET_QUOTE)
		return DISSECT_DONE;
	/* Behind the quotation extensions may stand, RFC 4884. */
	if (t->is & HAS_LENGTH && h[5] != 0)
		cursor_trim(c, h[5] * 4U);
	packet_quote(p);
	packet_next(p, TABLE_ETHERTYPE, 0x0800);
	return DISSECT_OK;
}

static void
icmp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	const struct type *t;

	(void)p;
	if (l->header < ICMP_HEADER)
		return;
	t = icmp_type(h[0]);
	writer_number(w, "type", h[0]);
	writer_number(w, "code", h[1]);
	if (t->name != NULL)
		writer_string(w, "name", t->name, strlen(t->name));
	writer_hex(w, "checksum", be16(h + 2));
	if (t->is & HAS_ID) {
		writer_number(w, "id", be16(h + 4));
		writer_number(w, "seq", be16(h + 6));
	} else if (h[0] == ICMP_REDIRECT)
		writer_ipv4(w, "gateway", h + 4);
	else if (h[0] == ICMP_UNREACHABLE && h[1] == ICMP_CODE_TOO_BIG)
		writer_number(w, "mtu", be16(h + 6));
}

DISSECTOR(icmp) = {
	DISSECTOR_ABI,
	.name = "icmp",
	.title = "Internet Control Message Protocol (RFC 792)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 1 }),
	.dissect = icmp_dissect,
	.print = icmp_print,
};
