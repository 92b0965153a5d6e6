/* tcp.c: Transmission Control Protocol, RFC 9293. */
#include <sessdump/dissector.h>

enum {
	TCP_HEADER	= 20,
	TCP_QUOTED	= 8,	/* ports and sequence number: RFC 792 */
	TCP_CHECKSUM	= 16,
	TCP_PROTOCOL	= 6,
	TCP_FLAGS	= 0x01ff,
	TCP_MAX_SHIFT	= 14,	/* RFC 7323 section 2.3 */

	OPTION_END	= 0,
	OPTION_NOP	= 1,
	OPTION_MSS	= 2,
	OPTION_SCALE	= 3,
	OPTION_SACK_OK	= 4,
	OPTION_SACK	= 5,
	OPTION_TIMES	= 8,
	OPTION_FAST_OPEN = 34,
	OPTION_COUNT,

	OPTION_EXPERIMENT = 254,	/* RFC 6994 */
	EXPERIMENT_FAST_OPEN = 0xf989,

	SACK_BLOCK	= 8,	/* two sequence numbers, RFC 2018 */

	TIMES_ALIGNED	= 12,	/* RFC 7323 appendix A: NOP NOP TIMESTAMPS */
	TIMES_PREFIX	= 0x0101080a,
};

/* The lengths that an option may have, and how it is noted. */
static const struct option {
	uint8_t min, max, has;
	const char *name;
} option[OPTION_COUNT] = {
	[OPTION_MSS] = { 4, 4, TCP_HAS_MSS, "mss" },
	[OPTION_SCALE] = { 3, 3, TCP_HAS_WINDOW_SCALE, "window_scale" },
	[OPTION_SACK_OK] = { 2, 2, TCP_HAS_SACK_PERMITTED, "sack_permitted" },
	[OPTION_SACK] = { 10, 34, TCP_HAS_SACK, "sack" },
	[OPTION_TIMES] = { 10, 10, TCP_HAS_TIMESTAMPS, "timestamps" },
	[19] = { 18, 18, 0, "md5" },			/* RFC 2385 */
	[28] = { 4, 4, 0, "user_timeout" },		/* RFC 5482 */
	[29] = { 4, 40, 0, "ao" },			/* RFC 5925 */
	[30] = { 3, 40, 0, "mptcp" },			/* RFC 8684 */
	[OPTION_FAST_OPEN] = { 2, 18, TCP_HAS_FAST_OPEN, "fast_open" },
};

/* The next option; NULL at the end, and where a length cannot be (*bad). */
static const uint8_t *
option_next(struct cursor *c, unsigned int *len, int *bad)
{
	const uint8_t *o;

	while ((o = cursor_peek(c, 1)) != NULL && o[0] == OPTION_NOP)
		cursor_take(c, 1);
	if (o == NULL || o[0] == OPTION_END)
		return NULL;
	*len = cursor_left(c) < 2 ? 0 : o[1];
	if (*len >= 2 && cursor_take(c, *len) != NULL)
		return o;
	*bad = 1;
	return NULL;
}

static void
sack_note(struct flow *f, const uint8_t *o, unsigned int len)
{
	unsigned int n = (len - 2) / SACK_BLOCK;

	f->tcp.sacks = (uint8_t)n;
	for (unsigned int i = 0; i < n && i < 2; i++) {
		f->tcp.sack[i][0] = be32(o + 2 + i * SACK_BLOCK);
		f->tcp.sack[i][1] = be32(o + 6 + i * SACK_BLOCK);
	}
}

static void
option_note(struct flow *f, const uint8_t *o, unsigned int len)
{
	unsigned int kind = o[0];

	if (kind == OPTION_EXPERIMENT && len >= 4 &&
	    be16(o + 2) == EXPERIMENT_FAST_OPEN)
		f->tcp.options |= TCP_HAS_FAST_OPEN;
	if (kind >= OPTION_COUNT || option[kind].name == NULL)
		return;
	if (len < option[kind].min || len > option[kind].max) {
		f->tcp.options |= TCP_BAD_OPTIONS;
		return;
	}
	f->tcp.options |= option[kind].has;
	if (kind == OPTION_MSS)
		f->tcp.mss = be16(o + 2);
	else if (kind == OPTION_SCALE)
		f->tcp.window_scale = o[2] < TCP_MAX_SHIFT ? o[2] :
		    TCP_MAX_SHIFT;
	else if (kind == OPTION_SACK)
		sack_note(f, o, len);
	else if (kind == OPTION_TIMES) {
		f->tcp.tsval = be32(o + 2);
		f->tcp.tsecr = be32(o + 6);
	}
}

static void
options_note(struct flow *f, struct cursor c)
{
	const uint8_t *o;
	unsigned int len;
	int bad = 0;

	if (cursor_left(&c) == TIMES_ALIGNED && be32(c.p) == TIMES_PREFIX) {
		f->tcp.options = TCP_HAS_TIMESTAMPS;
		f->tcp.tsval = be32(c.p + 4);
		f->tcp.tsecr = be32(c.p + 8);
		return;
	}
	while ((o = option_next(&c, &len, &bad)) != NULL)
		option_note(f, o, len);
	if (bad)
		f->tcp.options |= TCP_BAD_OPTIONS;
}

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

	options_note(f, (struct cursor){ h + TCP_HEADER, h + there });
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
		options_note(f, (struct cursor){ h + TCP_HEADER, c->p });
	flow_checksum(p, &whole, TCP_CHECKSUM, TCP_PROTOCOL);
	flow_transport(p, c);
	packet_next_of(p, TABLE_TCP_PORT, f->dport, f->sport);
	return f->payload_len > 0 ? DISSECT_OK : DISSECT_DONE;
}

static void
option_print(const uint8_t *o, unsigned int len, struct writer *w)
{
	const char *name = o[0] < OPTION_COUNT ? option[o[0]].name : NULL;
	unsigned int i;

	writer_object(w, NULL);
	if (name == NULL || len < option[o[0]].min || len > option[o[0]].max) {
		writer_number(w, "kind", o[0]);
		writer_bytes(w, "data", o + 2, len - 2);
	} else if (o[0] == OPTION_MSS)
		writer_number(w, name, be16(o + 2));
	else if (o[0] == OPTION_SCALE)
		writer_number(w, name, o[2]);
	else if (o[0] == OPTION_SACK_OK)
		writer_bool(w, name, 1);
	else if (o[0] == OPTION_TIMES) {
		writer_number(w, "tsval", be32(o + 2));
		writer_number(w, "tsecr", be32(o + 6));
	} else if (o[0] == OPTION_SACK) {
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

	for (i = 0; letter[i] != '\0'; i++)
		if (flags >> i & 1)
			text[n++] = letter[i];
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
	writer_number(w, "source_port", be16(h));
	writer_number(w, "destination_port", be16(h + 2));
	writer_number(w, "seq", be32(h + 4));
	writer_number(w, "ack", be32(h + 8));
	flags_print(be16(h + 12) & TCP_FLAGS, w);
	writer_number(w, "window", be16(h + 14));
	writer_hex(w, "checksum", be16(h + 16));
	if (be16(h + 12) & TCP_URG)
		writer_number(w, "urgent", be16(h + 18));
	if (cursor_left(&c) == 0)
		return;
	writer_list(w, "options");
	while ((o = option_next(&c, &len, &bad)) != NULL)
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
