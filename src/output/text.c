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
	PROTOCOL_WIDTH = SINK_PROTOCOL - 1,
	STATE_WIDTH = 14,
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

void
text_time(struct sink *k, int64_t ts)
{
	char *p = outbuf_room(k->out), *q;
	int64_t shown = ts, s;
	unsigned int in_day, digits = text_digits(k);
	uint32_t ns;

	if (k->options->time == TIME_DELTA)
		shown = ts - k->previous;
	if (k->options->time == TIME_SINCE_FIRST)
		shown = ts - k->first;
	k->previous = ts;
	if (k->options->time == TIME_NONE)
		return;
	if (shown < 0 && k->options->time != TIME_OF_DAY &&
	    k->options->time != TIME_DATE) {
		*p++ = '-';
		shown = -shown;
	}
	s = fmt_split(shown, &ns);
	switch (k->options->time) {
	case TIME_EPOCH:
		p = fmt_u64(p, (uint64_t)s);
		break;
	case TIME_DELTA:
	case TIME_SINCE_FIRST:
		p = fmt_u64(p, (uint64_t)s / 86400 * 24 + (uint64_t)s / 3600 %
		    24);
		p = fmt_bytes(p, ":", 1);
		p = fmt_2(p, (unsigned int)(s / 60 % 60));
		p = fmt_bytes(p, ":", 1);
		p = fmt_2(p, (unsigned int)(s % 60));
		break;
	default:
		q = fmt_day(p, &k->day, s + utc_offset(k, s), &in_day);
		*q++ = ' ';
		if (k->options->time == TIME_DATE)
			p = q;
		p = fmt_clock(p, in_day);
	}
	*p++ = '.';
	p = digits == 6 ? fmt_fraction(p, ns, 6) : fmt_fraction(p, ns, digits);
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

	pad &= k->fit != FIT_BARE;
	if (protocol == k->protocol && pad) {
		memcpy(outbuf_room(k->out), k->protocol_text,
		    PROTOCOL_WIDTH + 1);
		k->out->p += PROTOCOL_WIDTH + 1;
		return;
	}
	if (name == NULL) {
		*fmt_u64(PUT(number, "ip-"), protocol) = '\0';
		name = number;
	}
	upper(k, name, pad ? PROTOCOL_WIDTH : 0);
	if (pad && strlen(name) <= PROTOCOL_WIDTH) {
		k->protocol = protocol;
		memcpy(k->protocol_text, k->out->p - PROTOCOL_WIDTH - 1,
		    PROTOCOL_WIDTH + 1);
	}
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
	return fmt_short(p, port);
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
	return fmt_short(p, port);
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
	p = fmt_bytes(p, " > ", 3);
	return put_endpoint(p, b, bp, ip_version, has_ports);
}

void
text_pair(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	k->out->p = put_pair(outbuf_room(k->out), k, a, ap, b, bp,
	    ip_version, has_ports);
}

void
text_addrs(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	char *from = outbuf_room(k->out), *p;
	size_t width;

	p = put_pair(from, k, a, ap, b, bp, ip_version, has_ports);
	width = (size_t)(p - from);
	if (k->addr_width < ADDR_WIDTH_MIN)
		k->addr_width = ADDR_WIDTH_MIN;
	if (width > k->addr_width && width <= ADDR_WIDTH_MAX)
		k->addr_width = (uint32_t)width;
	if (k->fit != FIT_BARE)
		p = fmt_pad(p, from, k->addr_width);
	*p++ = ' ';
	k->out->p = p;
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

/* The '?' is left off where the state is confirmed. */
static const struct fmt_word state_word[TCP_STATES] = {
	[TCP_UNKNOWN] = WORD("UNKNOWN?"),
	[TCP_LISTEN] = WORD("LISTEN?"),
	[TCP_SYN_SENT] = WORD("SYN-SENT?"),
	[TCP_SYN_RECEIVED] = WORD("SYN-RECEIVED?"),
	[TCP_ESTABLISHED] = WORD("ESTABLISHED?"),
	[TCP_FIN_WAIT_1] = WORD("FIN-WAIT-1?"),
	[TCP_FIN_WAIT_2] = WORD("FIN-WAIT-2?"),
	[TCP_CLOSE_WAIT] = WORD("CLOSE-WAIT?"),
	[TCP_CLOSING] = WORD("CLOSING?"),
	[TCP_LAST_ACK] = WORD("LAST-ACK?"),
	[TCP_TIME_WAIT] = WORD("TIME-WAIT?"),
	[TCP_CLOSED] = WORD("CLOSED?"),
};

static void
put_state(struct sink *k, const struct side *side, size_t pad)
{
	const struct fmt_word *w = &state_word[side->state];
	char *p = outbuf_room(k->out), text[FMT_WORD];

	if (k->options->color) {
		*(fmt_word(text, w) - side->confirmed) = '\0';
		text_colored(k, state_color[side->state], text, pad);
	} else {
		k->out->p = fmt_pad(fmt_word(p, w) - side->confirmed, p, pad);
	}
}

/* The last column is not padded: "more" says that another comes. */
static void
put_states(struct sink *k, const struct session *s, int more)
{
	size_t one = more ? text_column(k, STATE_WIDTH) : 0;

	if (session_is_tcp(s)) {
		put_state(k, &s->side[s->client],
		    text_column(k, STATE_WIDTH));
		if (k->fit == FIT_BARE)
			outbuf_char(k->out, ' ');
		put_state(k, &s->side[s->client ^ 1], one);
	} else if (session_two_way(s)) {
		text_colored(k, COLOR_GREEN, "ESTABLISHED", 2 * one);
	} else {
		text_colored(k, COLOR_YELLOW, "NEW", 2 * one);
	}
}

void
text_states(struct sink *k, const struct session *s)
{
	put_states(k, s, 0);
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
		put_states(k, s, 0);
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
