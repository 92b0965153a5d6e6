/* text.c: pieces that the text views share. */
#include <stdlib.h>
#include <time.h>

#include "core/names.h"
#include "output/fmt.h"
#include "output/text.h"

enum {
	ADDR_WIDTH_MAX = 64,	/* longer ones push the rest to the right */
	ADDR_WIDTH_MIN = 36,
	PROTOCOL_WIDTH = 6,
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

static char *
put_clock(char *p, int64_t seconds_of_day)
{
	unsigned int t = (unsigned int)seconds_of_day;

	p = fmt_2(p, t / 3600);
	*p++ = ':';
	p = fmt_2(p, t / 60 % 60);
	*p++ = ':';
	return fmt_2(p, t % 60);
}

static char *
put_date(char *p, int64_t days)
{
	unsigned int month, day;
	int64_t year;

	fmt_civil(days, &year, &month, &day);
	p = fmt_2(p, (unsigned int)year / 100);
	p = fmt_2(p, (unsigned int)year % 100);
	*p++ = '-';
	p = fmt_2(p, month);
	*p++ = '-';
	p = fmt_2(p, day);
	*p++ = ' ';
	return p;
}

static char *
put_local(struct sink *k, char *p, int64_t s, int with_date)
{
	int64_t local = s + utc_offset(k, s);
	int64_t days = local / 86400, rest = local % 86400;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	if (with_date)
		p = put_date(p, days);
	return put_clock(p, rest);
}

void
text_time(struct sink *k, int64_t ts)
{
	unsigned int digits = k->options->nano ? 9 : 6;
	char *p = outbuf_room(k->out);
	int64_t shown = ts, s;
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
		p = put_local(k, p, s, k->options->time == TIME_DATE);
	}
	*p++ = '.';
	p = fmt_fraction(p, ns, digits);
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
	size_t n = strlen(s);

	if (k->options->color && color != COLOR_NONE) {
		outbuf_str(k->out, escape[color]);
		outbuf_add(k->out, s, n);
		outbuf_str(k->out, "\033[0m");
	} else {
		outbuf_add(k->out, s, n);
	}
	outbuf_pad(k->out, n, pad);
}

/* Capitals, padded to a width, and a space. */
static void
upper(struct sink *k, const char *name, size_t width)
{
	char *p = outbuf_room(k->out), *from = p;

	for (; *name != '\0'; name++)
		*p++ = (char)(*name >= 'a' && *name <= 'z' ? *name - 32 :
		    *name);
	k->out->p = p;
	outbuf_pad(k->out, (size_t)(p - from), width);
	outbuf_char(k->out, ' ');
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
	char number[FMT_U64];

	if (name == NULL) {
		*fmt_u64(fmt_bytes(number, "ip-", 3), protocol) = '\0';
		name = number;
	}
	upper(k, name, pad ? PROTOCOL_WIDTH : 0);
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
	if (ip_version == 6)
		*p++ = '[';
	p = fmt_addr(p, a, ip_version);
	if (ip_version == 6)
		*p++ = ']';
	*p++ = ':';
	return fmt_u64(p, port);
}

static char *
put_pair(char *p, const union addr *a, uint16_t ap, const union addr *b,
    uint16_t bp, unsigned int ip_version, int has_ports)
{
	p = put_endpoint(p, a, ap, ip_version, has_ports);
	p = fmt_bytes(p, " > ", 3);
	return put_endpoint(p, b, bp, ip_version, has_ports);
}

void
text_pair(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	k->out->p = put_pair(outbuf_room(k->out), a, ap, b, bp, ip_version,
	    has_ports);
}

void
text_addrs(struct sink *k, const union addr *a, uint16_t ap,
    const union addr *b, uint16_t bp, unsigned int ip_version, int has_ports)
{
	char *from = outbuf_room(k->out);
	size_t width;

	k->out->p = put_pair(from, a, ap, b, bp, ip_version, has_ports);
	width = (size_t)(k->out->p - from);
	if (k->addr_width < ADDR_WIDTH_MIN)
		k->addr_width = ADDR_WIDTH_MIN;
	if (width > k->addr_width && width <= ADDR_WIDTH_MAX)
		k->addr_width = (uint32_t)width;
	outbuf_pad(k->out, width, k->addr_width);
	outbuf_char(k->out, ' ');
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

static void
put_state(struct sink *k, const struct side *side, size_t pad)
{
	const char *name = tcp_state_text[side->state];
	char text[32], *p = fmt_bytes(text, name, strlen(name));

	if (!side->confirmed)
		*p++ = '?';
	*p = '\0';
	text_colored(k, state_color[side->state], text, pad);
}

void
text_states(struct sink *k, const struct session *s)
{
	if (session_is_tcp(s)) {
		put_state(k, &s->side[s->client], STATE_WIDTH);
		put_state(k, &s->side[s->client ^ 1], 0);
	} else if (session_two_way(s)) {
		text_colored(k, COLOR_GREEN, "ESTABLISHED", 0);
	} else {
		text_colored(k, COLOR_YELLOW, "NEW", 0);
	}
}

const struct sink_ops sink_text = {
	.packet = text_packet,
	.event = text_event,
	.session = text_session,
};
