/* text_sessions.c: a table of sessions, for people. */
#include "output/fmt.h"
#include "output/text.h"

enum { DURATION_WIDTH = 12, PACKETS_WIDTH = 7, BYTES_WIDTH = 7,
    END_WIDTH = 11 };

static void
right(struct sink *k, const char *s, size_t n, size_t width)
{
	outbuf_pad(k->out, n, width);
	outbuf_add(k->out, s, n);
	outbuf_char(k->out, ' ');
}

static void
header_cell(struct sink *k, const char *s, size_t width, int to_right)
{
	size_t n = strlen(s);

	if (to_right)
		outbuf_pad(k->out, n, width);
	outbuf_add(k->out, s, n);
	if (!to_right)
		outbuf_pad(k->out, n, width);
	outbuf_char(k->out, ' ');
}

static void
header(struct sink *k)
{
	static const size_t time_width[TIME_STYLES] = {
		[TIME_OF_DAY] = 9, [TIME_EPOCH] = 11, [TIME_DELTA] = 8,
		[TIME_DATE] = 20, [TIME_SINCE_FIRST] = 8,
	};
	unsigned int style = k->options->time;

	k->has_header = 1;
	k->addr_width = 44;
	if (style != TIME_NONE)
		header_cell(k, "START", time_width[style] +
		    (k->options->nano ? 9 : 6), 0);
	header_cell(k, "DURATION", DURATION_WIDTH, 1);
	header_cell(k, "PROTO", 6, 0);
	header_cell(k, "CLIENT > SERVER", k->addr_width, 0);
	header_cell(k, "PKTS>", PACKETS_WIDTH, 1);
	header_cell(k, "<PKTS", PACKETS_WIDTH, 1);
	header_cell(k, "BYTES>", BYTES_WIDTH, 1);
	header_cell(k, "<BYTES", BYTES_WIDTH, 1);
	header_cell(k, "END", END_WIDTH, 0);
	outbuf_str(k->out, "CLIENT-STATE   SERVER-STATE\n");
}

/* "1234", "56.7K", "8.9G": four digits at most, units of 1000. */
static char *
put_scaled(char *p, uint64_t v)
{
	static const char unit[] = "KMGTPE";
	unsigned int u = 0;

	if (v < 10000)
		return fmt_u64(p, v);
	while (v >= 1000000) {
		v /= 1000;
		u++;
	}
	p = fmt_u64(p, v / 1000);
	if (v < 100000) {
		*p++ = '.';
		*p++ = (char)('0' + v / 100 % 10);
	}
	*p++ = unit[u];
	return p;
}

static void
scaled(struct sink *k, uint64_t v, size_t width)
{
	char text[FMT_U64 + 4];

	right(k, text, (size_t)(put_scaled(text, v) - text), width);
}

static void
duration(struct sink *k, int64_t ns)
{
	char text[FMT_SECONDS], *p = fmt_seconds(text, ns);

	if (!k->options->nano)
		p -= 3;
	right(k, text, (size_t)(p - text), DURATION_WIDTH);
}

void
text_session(struct sink *k, const struct session *s,
    const struct trouble *t)
{
	(void)t;
	unsigned int c = s->client;
	const struct side *client = &s->side[c], *server = &s->side[c ^ 1];

	if (!k->has_header)
		header(k);
	text_time(k, s->start);
	duration(k, s->last - s->start);
	text_protocol(k, s->key.protocol, 1);
	text_addrs(k, &s->key.addr[c], s->key.port[c], &s->key.addr[c ^ 1],
	    s->key.port[c ^ 1], s->key.ip_version,
	    session_has_ports(&s->key));
	scaled(k, client->packets, PACKETS_WIDTH);
	scaled(k, server->packets, PACKETS_WIDTH);
	scaled(k, client->ip_bytes, BYTES_WIDTH);
	scaled(k, server->ip_bytes, BYTES_WIDTH);
	text_colored(k, COLOR_NONE, session_end_name[s->end], END_WIDTH);
	outbuf_char(k->out, ' ');
	text_states(k, s);
	text_end_line(k);
}
