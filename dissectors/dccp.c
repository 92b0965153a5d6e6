/* dccp.c: Datagram Congestion Control Protocol, RFC 4340. */
#include <sessdump/dissector.h>

enum {
	DCCP_HEADER	= 12,	/* with short sequence numbers */
	DCCP_LONG	= 4,	/* more with long ones */
	DCCP_EXTENDED	= 0x01,	/* X: long sequence numbers */
};

/* What stands behind the generic header, without options; and does the type
 * allow short sequence numbers? */
static const struct type {
	uint8_t more, may_be_short;
	const char *name;
} type[] = {
	{ 4, 0, "request" },
	{ 12, 0, "response" },
	{ 0, 1, "data" },
	{ 8, 1, "ack" },
	{ 8, 1, "data_ack" },
	{ 8, 0, "close_req" },
	{ 8, 0, "close" },
	{ 12, 0, "reset" },
	{ 8, 0, "sync" },
	{ 8, 0, "sync_ack" },
};

static const struct type *
dccp_type(const uint8_t *h)
{
	unsigned int n = h[8] >> 1 & 0x0f;

	return n < sizeof(type) / sizeof(type[0]) ? &type[n] : NULL;
}

/* Bytes that the header has at least; 0 when the type is unknown. */
static uint32_t
dccp_least(const uint8_t *h)
{
	const struct type *t = dccp_type(h);

	if (t == NULL || (!t->may_be_short && !(h[8] & DCCP_EXTENDED)))
		return 0;
	if (h[8] & DCCP_EXTENDED)
		return DCCP_HEADER + DCCP_LONG + t->more;
	/* Short acknowledgement numbers take four bytes, not eight. */
	return DCCP_HEADER + t->more / 2U;
}

static enum verdict
dccp_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h;
	uint32_t header, least;

	flow_ports(p, c);
	h = cursor_peek(c, DCCP_HEADER);
	if (h == NULL)
		return DISSECT_SHORT;
	header = h[4] * 4U;
	least = dccp_least(h);
	if (least == 0 || header < least)
		return DISSECT_MALFORMED;
	if (cursor_take(c, header) == NULL)
		return DISSECT_SHORT;
	flow_transport(p, c);
	return DISSECT_DONE;
}

static void
dccp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	const struct type *t;

	(void)p;
	if (l->header < DCCP_HEADER)
		return;
	writer_number(w, "source_port", be16(h));
	writer_number(w, "destination_port", be16(h + 2));
	t = dccp_type(h);
	if (t != NULL)
		writer_string(w, "type", t->name, strlen(t->name));
	if (h[8] & DCCP_EXTENDED && l->header >= DCCP_HEADER + DCCP_LONG)
		writer_number(w, "seq", be64(h + 8) & 0xffffffffffff);
	else
		writer_number(w, "seq", be24(h + 9));
	writer_number(w, "ccval", h[5] >> 4);
	writer_number(w, "checksum_coverage", h[5] & 0x0f);
	writer_hex(w, "checksum", be16(h + 6));
}

DISSECTOR(dccp) = {
	DISSECTOR_ABI,
	.name = "dccp",
	.title = "Datagram Congestion Control Protocol (RFC 4340)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 33 }),
	.dissect = dccp_dissect,
	.print = dccp_print,
};
