/* text.c: pieces that the text views share. */
#include <stdlib.h>
#include <time.h>

#include "core/names.h"
#include "output/fmt.h"
#include "output/text.h"
#include "process/book.h"
#include "resolve/resolve.h"

enum {
	ADDR_WIDTH_MAX = 64,	/* longer ones push the rest to the right */
	ADDR_WIDTH_MIN = 36,
	PROTOCOL_WIDTH = 6,
	STATE_WIDTH = 14,
	STATE_TEXT = 15,
};

/* Local time's distance from UTC; it changes on a quarter of an hour. */
static int64_t
utc_offset(struct sink *k, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (s / 900 == k->quarter)
		return k->utc_offset;
	k->quarter = s / 900;
	k->utc_offset = localtime_r(&t, &tm) != NULL ? tm.tm_gmtoff : 0;
	return k->utc_offset;
}

/* The styles that count from somewhere; apart, as all is that most lines do
 * not need, so that those save no registers for it. */
static __attribute__((noinline)) char *
put_count(char *p, const struct sink *k, int64_t ts, int64_t previous)
{
	int64_t shown = k->options->time == TIME_DELTA ? ts - previous :
	    k->options->time == TIME_SINCE_FIRST ? ts - k->first : ts, s;
	uint32_t ns;

	if (shown < 0) {
		*p++ = '-';
		shown = -shown;
	}
	s = fmt_split(shown, &ns);
	if (k->options->time == TIME_EPOCH) {
		p = fmt_u64(p, (uint64_t)s);
	} else {
		p = fmt_u64(p, (uint64_t)s / 86400 * 24 + (uint64_t)s / 3600 %
		    24);
		*p++ = ':';
		p = fmt_2(p, (unsigned int)(s / 60 % 60));
		*p++ = ':';
		p = fmt_2(p, (unsigned int)(s % 60));
	}
	*p++ = '.';
	p = fmt_fraction(p, ns, text_digits(k));
	*p++ = ' ';
	return p;
}

/* Local date and clock of another second than the last one; the ns in it. */
static __attribute__((noinline)) uint32_t
turn_second(struct sink *k, int64_t ts)
{
	char *p = k->second.text, date[FMT_DATE];
	uint32_t ns;
	int64_t s = fmt_split(ts, &ns);
	unsigned int in_day;

	fmt_day(date, &k->day, s + utc_offset(k, s), &in_day);
	if (k->options->time == TIME_DATE) {
		p = fmt_bytes(p, date, FMT_DATE);
		*p++ = ' ';
	}
	p = fmt_clock(p, in_day);
	*p++ = '.';
	fmt_second_set(&k->second, ts - ns, p);
	return ns;
}

void
text_time(struct sink *k, int64_t ts)
{
	char *p = outbuf_room(k->out);
	enum sink_time style = k->options->time;
	int64_t previous = k->previous;
	uint32_t ns;

	k->previous = ts;
	if (style == TIME_NONE)
		return;
	if (style != TIME_OF_DAY && style != TIME_DATE) {
		k->out->p = put_count(p, k, ts, previous);
		return;
	}
	if (!fmt_second_is(&k->second, ts, &ns))
		ns = turn_second(k, ts);
	p = fmt_second(p, &k->second);
	p = fmt_fraction(p, ns, text_digits(k));
	*p++ = ' ';
	k->out->p = p;
}

static const char *const escape[] = {
	[COLOR_NONE] = "",
	[COLOR_GREEN] = "\033[32m",
	[COLOR_YELLOW] = "\033[33m",
	[COLOR_CYAN] = "\033[36m",
	[COLOR_RED] = "\033[31m",
	[COLOR_DIM] = "\033[2m",
	[COLOR_BOLD] = "\033[1m",
};

void
text_colored(struct sink *k, enum text_color color, const char *s, size_t pad)
{
	char *p = outbuf_room(k->out), *from;

	if (k->options->color && color != COLOR_NONE) {
		p = fmt_str(p, escape[color]);
		from = p;
		p = fmt_str(p, s);
		pad += sizeof("\033[0m") - 1;
		p = PUT(p, "\033[0m");
	} else {
		from = p;
		p = fmt_str(p, s);
	}
	k->out->p = fmt_pad(p, from, pad);
}

/* Capitals, padded to a width, and a space. */
static void
upper(struct sink *k, const char *name, size_t width)
{
	char *p = outbuf_room(k->out), *from = p;

	for (; *name != '\0'; name++)
		*p++ = (char)(*name >= 'a' && *name <= 'z' ? *name - 32 :
		    *name);
	p = fmt_pad(p, from, width);
	*p++ = ' ';
	k->out->p = p;
}

void
text_upper(struct sink *k, const char *name)
{
	upper(k, name, PROTOCOL_WIDTH);
}

void
text_protocol(struct sink *k, uint8_t protocol, int pad)
{
	const char *name = protocol_name(protocol);
	char number[sizeof("ip-") + FMT_U64];

	if (name == NULL) {
		*fmt_u64(PUT(number, "ip-"), protocol) = '\0';
		name = number;
	}
	pad &= k->fit != FIT_BARE;
	upper(k, name, pad ? PROTOCOL_WIDTH : 0);
	if (pad && strlen(name) <= PROTOCOL_WIDTH)
		memcpy(k->protocol[protocol], k->out->p - PROTOCOL_WIDTH - 1,
		    PROTOCOL_WIDTH + 1);
}

char *
text_protocol_at(char *p, struct sink *k, uint8_t protocol)
{
	const char *column = k->protocol[protocol];

	if (column[0] != '\0' && k->fit != FIT_BARE) {
		memcpy(p, column, SINK_PROTOCOL);
		return p + PROTOCOL_WIDTH + 1;
	}
	k->out->p = p;
	text_protocol(k, protocol, 1);
	return k->out->p;
}

void
text_end_line(struct sink *k)
{
	struct outbuf *o = k->out;

	while (o->p > o->data && o->p[-1] == ' ')
		o->p--;
	outbuf_char(o, '\n');
}

static char *
put_endpoint(char *p, const union addr *a, uint16_t port,
    unsigned int ip_version, int has_ports)
{
	if (!has_ports)
		return fmt_addr(p, a, ip_version);
	if (ip_version == 6) {
		*p++ = '[';
		p = PUT(fmt_ipv6(p, a->b), "]:");
	} else {
		p = fmt_addr(p, a, ip_version);
		*p++ = ':';
	}
	return fmt_u32(p, port);
}

/* With its name, where there is one. */
static char *
put_named(char *p, const struct sink *k, const union addr *a, uint16_t port,
    unsigned int ip_version, int has_ports)
{
	size_t n = resolve_name(k->options->resolve, a, ip_version, p);

	if (n == 0)
		return put_endpoint(p, a, port, ip_version, has_ports);
	p += n;
	if (!has_ports)
		return p;
	*p++ = ':';
	return fmt_u32(p, port);
}

/* Stands apart from what every line needs. */
static __attribute__((noinline)) char *
put_named_pair(char *p, const struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	p = put_named(p, k, a, ap, ip_version, has_ports);
	p = fmt_bytes(p, " > ", 3);
	return put_named(p, k, b, bp, ip_version, has_ports);
}

static char *
put_pair(char *p, const struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	if (k->options->resolve != NULL)
		return put_named_pair(p, k, a, ap, b, bp, ip_version,
		    has_ports);
	p = put_endpoint(p, a, ap, ip_version, has_ports);
	p = PUT(p, " > ");
	return put_endpoint(p, b, bp, ip_version, has_ports);
}

void
text_pair(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	k->out->p = put_pair(outbuf_room(k->out), k, a, ap, b, bp,
	    ip_version, has_ports);
}

char *
text_addrs_at(char *p, struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	char *from = p;
	size_t width;

	p = put_pair(p, k, a, ap, b, bp, ip_version, has_ports);
	width = (size_t)(p - from);
	if (k->addr_width < ADDR_WIDTH_MIN)
		k->addr_width = ADDR_WIDTH_MIN;
	if (width > k->addr_width && width <= ADDR_WIDTH_MAX)
		k->addr_width = (uint32_t)width;
	if (k->fit != FIT_BARE)
		p = fmt_pad(p, from, k->addr_width);
	*p++ = ' ';
	return p;
}

void
text_addrs(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	k->out->p = text_addrs_at(outbuf_room(k->out), k, a, ap, b, bp,
	    ip_version, has_ports);
}

static const uint8_t state_color[TCP_STATES] = {
	[TCP_UNKNOWN] = COLOR_DIM,
	[TCP_LISTEN] = COLOR_DIM,
	[TCP_SYN_SENT] = COLOR_YELLOW,
	[TCP_SYN_RECEIVED] = COLOR_YELLOW,
	[TCP_ESTABLISHED] = COLOR_GREEN,
	[TCP_FIN_WAIT_1] = COLOR_CYAN,
	[TCP_FIN_WAIT_2] = COLOR_CYAN,
	[TCP_CLOSE_WAIT] = COLOR_CYAN,
	[TCP_CLOSING] = COLOR_CYAN,
	[TCP_LAST_ACK] = COLOR_CYAN,
	[TCP_TIME_WAIT] = COLOR_DIM,
	[TCP_CLOSED] = COLOR_RED,
};

/* A column of state: its text is all there, so that it is copied as one word;
 * "len" counts what is no padding. */
struct state_text {
	char text[STATE_TEXT];
	uint8_t len;
};

/* By state and "confirmed": the '?' is left off where it is. */
#define STATE(name, pad) { \
	{ name "?" pad, sizeof(name) }, \
	{ name " " pad, sizeof(name) - 1 }, \
}

static const struct state_text state_text[TCP_STATES][2] = {
	[TCP_UNKNOWN] = STATE("UNKNOWN", "       "),
	[TCP_LISTEN] = STATE("LISTEN", "        "),
	[TCP_SYN_SENT] = STATE("SYN-SENT", "      "),
	[TCP_SYN_RECEIVED] = STATE("SYN-RECEIVED", "  "),
	[TCP_ESTABLISHED] = STATE("ESTABLISHED", "   "),
	[TCP_FIN_WAIT_1] = STATE("FIN-WAIT-1", "    "),
	[TCP_FIN_WAIT_2] = STATE("FIN-WAIT-2", "    "),
	[TCP_CLOSE_WAIT] = STATE("CLOSE-WAIT", "    "),
	[TCP_CLOSING] = STATE("CLOSING", "       "),
	[TCP_LAST_ACK] = STATE("LAST-ACK", "      "),
	[TCP_TIME_WAIT] = STATE("TIME-WAIT", "     "),
	[TCP_CLOSED] = STATE("CLOSED", "        "),
};

static inline char *
put_state(char *p, const struct side *side, int pad)
{
	const struct state_text *t = &state_text[side->state][side->confirmed];

	memcpy(p, t, sizeof(*t));
	return p + (pad ? STATE_WIDTH : t->len);
}

static void
put_colored_state(struct sink *k, const struct side *side, int pad)
{
	char text[STATE_TEXT + 1];

	*put_state(text, side, 0) = '\0';
	text_colored(k, state_color[side->state], text, pad ? STATE_WIDTH : 0);
}

/* The last column is padded where "more" comes behind it. */
static __attribute__((noinline)) void
put_states(struct sink *k, const struct session *s, int more)
{
	int pad = k->fit != FIT_BARE;

	more &= pad;
	if (session_is_tcp(s)) {
		put_colored_state(k, &s->side[s->client], pad);
		if (!pad)
			outbuf_char(k->out, ' ');
		put_colored_state(k, &s->side[s->client ^ 1], more);
	} else if (session_two_way(s)) {
		text_colored(k, COLOR_GREEN, "ESTABLISHED", more ?
		    2 * STATE_WIDTH : 0);
	} else {
		text_colored(k, COLOR_YELLOW, "NEW", more ?
		    2 * STATE_WIDTH : 0);
	}
}

/* What most lines have is a few words to copy. */
void
text_states(struct sink *k, const struct session *s)
{
	char *p = outbuf_room(k->out);

	if (k->options->color || k->fit == FIT_BARE) {
		put_states(k, s, 0);
	} else if (session_is_tcp(s)) {
		p = put_state(p, &s->side[s->client], 1);
		k->out->p = put_state(p, &s->side[s->client ^ 1], 0);
	} else {
		k->out->p = session_two_way(s) ? PUT(p, "ESTABLISHED") :
		    PUT(p, "NEW");
	}
}

static void
put_end(struct sink *k, const char *words, size_t n)
{
	outbuf_add(k->out, n > 0 ? words : "-", n > 0 ? n : 1);
}

void
text_ends(struct sink *k, const struct session *s)
{
	char client[BOOK_WORDS], server[BOOK_WORDS];
	size_t nclient, nserver;

	if (k->book == NULL) {
		text_states(k, s);
		return;
	}
	nclient = book_words(k->book, s, s->client, client);
	nserver = book_words(k->book, s, s->client ^ 1U, server);
	put_states(k, s, nclient + nserver > 0);
	if (nclient + nserver == 0)
		return;
	outbuf_char(k->out, ' ');
	put_end(k, client, nclient);
	outbuf_add(k->out, " > ", 3);
	put_end(k, server, nserver);
}

const struct sink_ops sink_text = {
	.packet = text_packet,
	.event = text_event,
	.session = text_session,
	.stats = text_stats,
	.header = text_header,
};
