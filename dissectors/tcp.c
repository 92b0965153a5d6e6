/* tcp.c: Transmission Control Protocol, RFC 9293. */
#include <sessdump/dissector.h>
#include <sessdump/tcpoption.h>

enum {
	TCP_HEADER	= 20,
	TCP_QUOTED	= 8,	/* ports and sequence number: RFC 792 */
	TCP_CHECKSUM	= 16,
	TCP_PROTOCOL	= 6,
	TCP_FLAGS	= 0x01ff,
};

/*
 * The snapshot ends among the options.  All that a session lives on stands
 * before them, and the length of the payload follows from the IP header's.
 */
static enum verdict
tcp_cut(struct packet *p, struct cursor *c, uint32_t header)
{
	struct flow *f = &p->flow;
	uint32_t there = (uint32_t)cursor_left(c);
	const uint8_t *h = cursor_take(c, there);

	tcp_options_note(f, h + TCP_HEADER, there - TCP_HEADER);
	f->tcp.options &= (uint8_t)~TCP_BAD_OPTIONS;
	flow_transport(p, c);
	f->payload_len -= header - there;
	return DISSECT_SHORT;
}

static enum verdict
tcp_dissect(struct packet *p, struct cursor *c)
{
	struct flow *f = &p->flow;
	struct cursor whole = *c;
	const uint8_t *h;
	uint32_t header;

	flow_ports(p, c);
	h = cursor_peek(c, TCP_QUOTED);
	if (h == NULL)
		return DISSECT_SHORT;
	f->tcp.seq = be32(h + 4);
	f->has |= FLOW_TCP_SEQ;
	h = cursor_peek(c, TCP_HEADER);
	if (h == NULL)
		return DISSECT_SHORT;
	header = (h[12] >> 4) * 4U;
	if (header < TCP_HEADER || header > packet_wire_left(p, c) ||
	    (header > cursor_left(c) && !packet_is_cut(p)))
		return DISSECT_MALFORMED;
	f->has |= FLOW_TCP;
	f->tcp.ack = be32(h + 8);
	f->tcp.flags = be16(h + 12) & TCP_FLAGS;
	f->tcp.window = be16(h + 14);
	f->tcp.urgent = be16(h + 18);
	if (cursor_take(c, header) == NULL)
		return tcp_cut(p, c, header);
	if (header > TCP_HEADER)
		tcp_options_note(f, h + TCP_HEADER, header - TCP_HEADER);
	flow_checksum(p, &whole, TCP_CHECKSUM, TCP_PROTOCOL);
	flow_transport(p, c);
	packet_next_of(p, TABLE_TCP_PORT, f->dport, f->sport);
	return f->payload_len > 0 ? DISSECT_OK : DISSECT_DONE;
}

static const struct writer_field before_flags[] = {
	WRITER_FIELD("source_port", 0, WRITER_U16),
	WRITER_FIELD("destination_port", 2, WRITER_U16),
	WRITER_FIELD("seq", 4, WRITER_U32),
	WRITER_FIELD("ack", 8, WRITER_U32),
}, behind_flags[] = {
	WRITER_FIELD("window", 14, WRITER_U16),
	WRITER_FIELD("checksum", 16, WRITER_HEX16),
}, times[] = {
	WRITER_FIELD("tsval", 2, WRITER_U32),
	WRITER_FIELD("tsecr", 6, WRITER_U32),
};

static void
option_print(const uint8_t *o, unsigned int len, struct writer *w)
{
	static const struct tcp_option unknown = { 0, 0, 0, NULL };
	const struct tcp_option *known = o[0] < TCP_OPTION_COUNT ?
	    &tcp_option[o[0]] : &unknown;
	const char *name = known->name;
	unsigned int i;

	writer_object(w, NULL);
	if (name == NULL || len < known->min || len > known->max) {
		writer_number(w, "kind", o[0]);
		writer_bytes(w, "data", o + 2, len - 2);
	} else if (o[0] == TCP_OPTION_MSS)
		writer_number(w, name, be16(o + 2));
	else if (o[0] == TCP_OPTION_SCALE)
		writer_number(w, name, o[2]);
	else if (o[0] == TCP_OPTION_SACK_OK)
		writer_bool(w, name, 1);
	else if (o[0] == TCP_OPTION_TIMES)
		WRITER_FIELDS(w, times, o);
	else if (o[0] == TCP_OPTION_SACK) {
		writer_list(w, name);
		for (i = 2; i + 4 <= len; i += 4)
			writer_number(w, NULL, be32(o + i));
		writer_end(w);
	} else
		writer_bytes(w, name, o + 2, len - 2);
	writer_end(w);
}

static void
flags_print(unsigned int flags, struct writer *w)
{
	static const char letter[] = "FSRPAUECN";
	char text[sizeof(letter)];
	size_t i, n = 0;

	/* Each is written, and stays if the flag is set. */
	for (i = 0; i < sizeof(letter) - 1; i++) {
		text[n] = letter[i];
		n += flags >> i & 1;
	}
	writer_string(w, "flags", text, n);
}

static void
tcp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data, *o;
	struct cursor c = { h, h + l->header };
	unsigned int len;
	int bad = 0;

	(void)p;
	if (cursor_take(&c, TCP_HEADER) == NULL)
		return;
	WRITER_FIELDS(w, before_flags, h);
	flags_print(be16(h + 12) & TCP_FLAGS, w);
	WRITER_FIELDS(w, behind_flags, h);
	if (be16(h + 12) & TCP_URG)
		writer_number(w, "urgent", be16(h + 18));
	if (cursor_left(&c) == 0)
		return;
	writer_list(w, "options");
	while ((o = tcp_option_next(&c, &len, &bad)) != NULL)
		option_print(o, len, w);
	writer_end(w);
	if (bad)
		writer_bool(w, "bad_options", 1);
}

DISSECTOR(tcp) = {
	DISSECTOR_ABI,
	.name = "tcp",
	.title = "Transmission Control Protocol (RFC 9293)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 6 }),
	.dissect = tcp_dissect,
	.print = tcp_print,
};
