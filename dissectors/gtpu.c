/* gtpu.c: GPRS Tunnelling Protocol version 1, user plane, 3GPP TS 29.281. */
#include <sessdump/dissector.h>

enum {
	GTPU_HEADER	= 8,
	GTPU_OPTIONAL	= 4,	/* sequence number, N-PDU, next extension */
	GTPU_VERSION	= 0xf0,	/* version, and GTP against GTP' */
	GTPU_1		= 0x30,
	GTPU_HAS_OPTIONAL = 0x07,
	GTPU_EXTENSION	= 0x04,
	GTPU_SEQUENCE	= 0x02,
	GTPU_TPDU	= 255,
};

static const struct type {
	uint8_t type;
	const char *name;
} type[] = {
	{ 1, "echo_request" },
	{ 2, "echo_response" },
	{ 26, "error_indication" },
	{ 31, "extension_headers" },
	{ 253, "tunnel_status" },
	{ 254, "end_marker" },
	{ GTPU_TPDU, "t_pdu" },
};

static const char *
gtpu_name(unsigned int n)
{
	size_t i;

	for (i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (type[i].type == n)
			return type[i].name;
	return NULL;
}

/* Each one: its length in words, content, the type of the next. */
static enum verdict
gtpu_skip_extensions(struct cursor *c, unsigned int next)
{
	const uint8_t *e;

	while (next != 0) {
		e = cursor_peek(c, 1);
		if (e == NULL)
			return DISSECT_SHORT;
		if (e[0] == 0)
			return DISSECT_MALFORMED;
		if (cursor_take(c, e[0] * 4U) == NULL)
			return DISSECT_SHORT;
		next = e[e[0] * 4U - 1];
	}
	return DISSECT_OK;
}

static enum verdict
gtpu_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, GTPU_HEADER), *o;
	enum verdict v = DISSECT_OK;

	if (h == NULL)
		return dissect_guess_short(p);
	if ((h[0] & GTPU_VERSION) != GTPU_1 || gtpu_name(h[1]) == NULL ||
	    be16(h + 2) > packet_wire_left(p, c) - GTPU_HEADER)
		return DISSECT_DONE;
	cursor_take(c, GTPU_HEADER);
	packet_limit(p, c, be16(h + 2));
	if (h[0] & GTPU_HAS_OPTIONAL) {
		o = cursor_take(c, GTPU_OPTIONAL);
		if (o == NULL)
			return DISSECT_SHORT;
		if (h[0] & GTPU_EXTENSION)
			v = gtpu_skip_extensions(c, o[3]);
	}
	if (v != DISSECT_OK)
		return v;
	if (h[1] != GTPU_TPDU)
		return DISSECT_DONE;
	packet_tunnel_one_way(p, be32(h + 4));
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IP_ANY);
	return DISSECT_OK;
}

static void
gtpu_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	const char *name;

	(void)p;
	if (l->header < GTPU_HEADER)
		return;
	writer_number(w, "type", h[1]);
	name = gtpu_name(h[1]);
	if (name != NULL)
		writer_string(w, "name", name, strlen(name));
	writer_hex(w, "teid", be32(h + 4));
	writer_number(w, "length", be16(h + 2));
	if (h[0] & GTPU_SEQUENCE && l->header >= GTPU_HEADER + GTPU_OPTIONAL)
		writer_number(w, "seq", be16(h + 8));
}

DISSECTOR(gtpu) = {
	DISSECTOR_ABI,
	.name = "gtpu",
	.title = "GPRS Tunnelling Protocol, user plane (3GPP TS 29.281)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 2152 }),
	.dissect = gtpu_dissect,
	.print = gtpu_print,
};
