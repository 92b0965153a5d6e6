/* text_packets.c: a line a packet, for people. */
#include <sessdump/dissector.h>

#include "output/fmt.h"
#include "output/offload.h"
#include "output/text.h"
#include "output/writers.h"

enum {
	SEQ_WIDTH	= 8,	/* of digits: up to 100 MB */
	FLAGS_WIDTH	= 5,
	DETAILS_WIDTH	= 42,	/* of TCP's flags, seq, ack and win */
	WIN_WIDTH	= 10,	/* of win and its number */
	QUIET_WIDTH	= 6,	/* of its flags alone */
};

/* A number, as wide as most are: columns line up.  Of a width that is known
 * the compiler makes a few instructions. */
static inline __attribute__((always_inline)) char *
column(char *p, uint32_t value, size_t width)
{
	char *from = p;

	p = fmt_pad_few(fmt_u32(p, value), from, width);
	*p++ = ' ';
	return p;
}

/* The same with a literal before it. */
#define NUMBER(p, label, value, width) \
	column(PUT((p), label " "), (value), (width))

/* As tcpdump writes them: '.' is ACK.  By bit, from FIN. */
static char *
put_flags(char *p, unsigned int flags)
{
	static const char letter[] = "FSRP.UEWe";
	char *from = p;

	*p++ = '[';
	for (; flags != 0; flags &= flags - 1)
		*p++ = letter[__builtin_ctz(flags)];
	if (p == from + 1)
		p = PUT(p, "none");
	*p++ = ']';
	return p;
}

/* Those that most segments have, up to ACK: all ready, up to their length. */
#define FLAGS(s) { "[" s "]", sizeof("[" s "]") - 1 }
#define FIN(s) FLAGS(s), FLAGS("F" s)
#define SYN(s) FIN(s), FIN("S" s)
#define RST(s) SYN(s), SYN("R" s)
#define PSH(s) RST(s), RST("P" s)

static const struct flags_text {
	char text[7];
	uint8_t len;
} flags_text[2 * TCP_ACK] = { PSH(""), PSH(".") };

static char *
tcp_flags(char *p, unsigned int flags, int pad)
{
	char *from = p;

	flags &= 0x1ff;
	if (flags > 0 && flags < 2 * TCP_ACK) {
		memcpy(p, &flags_text[flags], sizeof(*flags_text));
		p += flags_text[flags].len;
	} else {
		p = put_flags(p, flags);
	}
	if (pad)
		p = fmt_pad_few(p, from, FLAGS_WIDTH);
	*p++ = ' ';
	return p;
}

static uint32_t
first_number(const struct side *s)
{
	return s->seen & SIDE_SYN ? s->base - 1 : s->base;
}

/* Relative to each side's first sequence number; as it stands where that was
 * never seen. */
static char *
tcp_numbers(char *p, const struct flow *f, const struct session *s, int win)
{
	uint32_t seq = f->tcp.seq, ack = f->tcp.ack;

	if (s != NULL) {
		unsigned int dir = session_sender(s, f);
		const struct side *me = &s->side[dir];
		const struct side *peer = &s->side[dir ^ 1];

		if (me->seen & SIDE_SEQ)
			seq -= first_number(me);
		if (peer->seen & SIDE_SEQ)
			ack -= first_number(peer);
	}
	p = NUMBER(p, "seq", seq, SEQ_WIDTH);
	p = f->tcp.flags & TCP_ACK ? NUMBER(p, "ack", ack, SEQ_WIDTH) :
	    fmt_pad_few(p, p, sizeof("ack ") + SEQ_WIDTH);
	return win ? NUMBER(p, "win", f->tcp.window, 5) : p;
}

/* What a glance wants of layers that no column holds; others say all. */
static const struct brief {
	const char *layer, *only[6];
} briefs[] = {
	{ "icmp", { "name", "id", "seq", "mtu", "gateway" } },
	{ "icmpv6", { "name", "id", "seq", "mtu", "target" } },
	{ "arp", { "operation", "sender_protocol", "target_protocol" } },
	{ "igmp", { "name", "group" } },
	{ "esp", { "spi", "seq" } },
};

static const char *const *
find_brief(const char *layer)
{
	for (size_t i = 0; i < sizeof(briefs) / sizeof(briefs[0]); i++)
		if (strcmp(briefs[i].layer, layer) == 0)
			return briefs[i].only;
	return NULL;
}

/* A layer in its own words. */
static void
own_words(struct sink *k, const struct packet *p, const struct layer *l,
    const char *const *only)
{
	struct writer_text w;

	if (l->header == 0 || l->dissector->print == NULL)
		return;
	writer_text_init(&w, k->out);
	w.only = only;
	w.bare = only != NULL;
	l->dissector->print(p, l, &w.writer);
	while (w.depth > 0)
		writer_end(&w.writer);
}

/* The words of the layer that has some for a glance; of an ICMP error also
 * about whom it is. */
static void
glance(struct sink *k, const struct packet *p)
{
	const struct flow *q = &p->quoted;
	const char *const *only = NULL;

	for (unsigned int i = 0; i < p->nlayers && only == NULL; i++) {
		only = find_brief(p->layer[i].dissector->name);
		if (only != NULL)
			own_words(k, p, &p->layer[i], only);
	}
	if (p->flags & PACKET_QUOTE && q->has & FLOW_IP) {
		outbuf_str(k->out, " code ");
		outbuf_u64(k->out, p->flow.icmp_code);
		outbuf_str(k->out, " about ");
		text_protocol(k, q->protocol, 0);
		text_pair(k, &q->src, q->sport, &q->dst, q->dport,
		    q->ip_version, q->has & FLOW_PORTS &&
		    !(q->has & FLOW_ICMP));
	}
}

/* The innermost header of a frame that holds no IP. */
static void
not_ip(struct sink *k, const struct packet *p)
{
	const struct layer *l;
	unsigned int i = p->nlayers;

	while (i > 1 && p->layer[i - 1].header == 0)
		i--;
	if (i == 0) {
		k->out->p = NUMBER(outbuf_room(k->out), "linktype",
		    p->frame->linktype, 0);
	} else {
		l = &p->layer[i - 1];
		text_upper(k, l->dissector->name);
		own_words(k, p, l, find_brief(l->dissector->name));
		outbuf_char(k->out, ' ');
	}
	k->out->p = NUMBER(outbuf_room(k->out), "length", p->frame->len, 0);
}

static void
notes(struct sink *k, uint32_t flags, uint32_t has)
{
	enum { NOTES = 9 };
	static const char *const note[NOTES] = { " [truncated]", " [malformed]",
	    " [too deep]", "", " [length exceeds frame]", " [reassembled]",
	    " [fragment]", "", " [duplicate]" };

	for (unsigned int i = 0; flags >> i != 0 && i < NOTES; i++)
		if (flags >> i & 1)
			text_colored(k, COLOR_RED, note[i], 0);
	if (has & FLOW_BAD_CHECKSUM)
		text_colored(k, COLOR_RED, " [bad checksum]", 0);
}

/* Why the frame is as long as no packet on the wire. */
static void
offload(struct sink *k, const struct packet *p, const struct session *s)
{
	const char *name = offload_name(p, s);

	if (name == NULL)
		return;
	outbuf_str(k->out, " [");
	outbuf_str(k->out, name);
	if (packet_segments(p) > 1) {
		outbuf_str(k->out, ": ");
		outbuf_u64(k->out, packet_segments(p));
		outbuf_str(k->out, " segments");
	}
	outbuf_char(k->out, ']');
}

/* What stands between the addresses and the length: what TCP has there sets
 * the width, so that lengths and states of all protocols line up. */
static char *
details(char *q, struct sink *k, const struct packet *p,
    const struct session *s)
{
	int quiet = k->options->quiet || k->fit >= FIT_LITTLE;
	size_t width = quiet ? QUIET_WIDTH : k->fit == FIT_ALL ?
	    DETAILS_WIDTH : DETAILS_WIDTH - WIN_WIDTH;
	const struct flow *f = &p->flow;
	const char *from = q;

	if (f->has & FLOW_TCP) {
		q = tcp_flags(q, f->tcp.flags, k->fit != FIT_BARE);
		if (!quiet)
			q = tcp_numbers(q, f, s, k->fit == FIT_ALL);
	} else if (f->has & FLOW_ICMP || !(f->has & FLOW_PORTS)) {
		k->out->p = q;
		glance(k, p);
		q = k->out->p;
	}
	q = fmt_pad(q, from, text_column(k, width - 1));
	*q = ' ';
	return q + (q[-1] != ' ');
}

static char *
length(char *p, const struct sink *k, const struct flow *f)
{
	if (!(f->has & FLOW_TRANSPORT))
		return NUMBER(p, "iplen", f->ip_len, text_column(k, 3));
	if (k->fit != FIT_BARE)
		return NUMBER(p, "len", f->payload_len, 5);
	return NUMBER(p, "len", f->payload_len, 0);
}

/* -v: every layer on a line of its own. */
static void
layers(struct sink *k, const struct packet *p)
{
	for (unsigned int i = 0; i < p->nlayers; i++) {
		outbuf_str(k->out, "\n    ");
		outbuf_str(k->out, p->layer[i].dissector->name);
		own_words(k, p, &p->layer[i], NULL);
	}
}

/* Where it has a name. */
static void
interface(struct sink *k, uint32_t ifindex)
{
	const struct sink_options *o = k->options;
	const char *name = o->interface == NULL ? NULL :
	    o->interface(o->arg, ifindex);

	if (name == NULL)
		return;
	outbuf_str(k->out, name);
	outbuf_char(k->out, ' ');
}

/* -e: interface, outermost layer, and tags, on the packet's line. */
static void
link_header(struct sink *k, const struct packet *p)
{
	if (p->nlayers == 0)
		return;
	interface(k, p->frame->ifindex);
	outbuf_str(k->out, p->layer[0].dissector->name);
	own_words(k, p, &p->layer[0], NULL);
	for (unsigned int i = 0; i < p->nvlans; i++) {
		outbuf_str(k->out, " vlan ");
		outbuf_u64(k->out, p->vlan[i] & 0xfffU);
	}
	outbuf_add(k->out, ", ", 2);
}

static void
ip(struct sink *k, const struct packet *p, const struct session *s)
{
	const struct flow *f = &p->flow;
	char *q = outbuf_room(k->out);

	q = text_protocol_at(q, k, f->protocol);
	q = text_addrs_at(q, k, &f->src, f->sport, &f->dst, f->dport,
	    f->ip_version, f->has & FLOW_PORTS && !(f->has & FLOW_ICMP));
	q = details(q, k, p, s);
	k->out->p = length(q, k, f);
	if (s != NULL && k->options->verbose)
		text_ends(k, s);
	else if (s != NULL)
		text_states(k, s);
}

void
text_packet(struct sink *k, const struct packet *p, const struct session *s)
{
	outbuf_line(k->out);
	text_fit(k, TEXT_PACKET);
	text_time(k, p->frame->ts);
	if (k->options->link)
		link_header(k, p);
	if (p->flow.has & FLOW_IP)
		ip(k, p, s);
	else
		not_ip(k, p);
	notes(k, p->flags, p->flow.has);
	if (k->options->verbose) {
		offload(k, p, s);
		layers(k, p);
	}
	text_end_line(k);
	if (k->options->hex || k->options->hex_ascii || k->options->ascii)
		text_dump(k, p);
}
