/* text_sessions.c: a table of sessions, for people. */
#include <sessdump/dissector.h>

#include "output/fmt.h"
#include "output/text.h"
#include "session/path.h"
#include "session/zeek.h"
#include "tcp/rtt.h"

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

void
text_header(struct sink *k)
{
	text_fit(k, TEXT_SESSION);
	k->has_header = 1;
	k->header_fit = k->fit;
	if (k->fit == FIT_BARE) {
		outbuf_str(k->out, k->options->time == TIME_NONE ? "" :
		    "START ");
		outbuf_str(k->out, "PROTO CLIENT > SERVER END CLIENT-STATE "
		    "SERVER-STATE");
		outbuf_str(k->out, k->book != NULL ? " PROCESSES\n" : "\n");
		return;
	}
	k->addr_width = k->fit == FIT_ALL ? 44 : 36;
	if (k->options->time != TIME_NONE)
		header_cell(k, "START", text_time_width(k) - 1, 0);
	header_cell(k, "DURATION", DURATION_WIDTH, 1);
	header_cell(k, "PROTO", 6, 0);
	header_cell(k, "CLIENT > SERVER", k->addr_width, 0);
	if (k->fit < FIT_LITTLE) {
		header_cell(k, "PKTS>", PACKETS_WIDTH, 1);
		header_cell(k, "<PKTS", PACKETS_WIDTH, 1);
	}
	if (k->fit == FIT_ALL) {
		header_cell(k, "BYTES>", BYTES_WIDTH, 1);
		header_cell(k, "<BYTES", BYTES_WIDTH, 1);
	}
	header_cell(k, "END", END_WIDTH, 0);
	outbuf_str(k->out, "CLIENT-STATE   SERVER-STATE");
	outbuf_str(k->out, k->book != NULL ? "   PROCESSES\n" : "\n");
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

static void
word(struct sink *k, const char *label, const char *value, size_t n)
{
	outbuf_char(k->out, ' ');
	outbuf_str(k->out, label);
	outbuf_char(k->out, ' ');
	outbuf_add(k->out, value, n);
}

static void
number(struct sink *k, const char *label, uint64_t value)
{
	char text[FMT_U64];

	word(k, label, text, (size_t)(fmt_u64(text, value) - text));
}

static void
count(struct sink *k, const char *label, uint64_t value)
{
	if (value != 0)
		number(k, label, value);
}

static void
milliseconds(struct sink *k, const char *label, uint32_t packed)
{
	char text[FMT_U64 + 8], *p = text;
	int64_t us = rtt_unpack(packed) / 1000;

	if (packed == 0)
		return;
	p = fmt_u64(p, (uint64_t)us / 1000);
	*p++ = '.';
	p = fmt_fraction(p, (uint32_t)(us % 1000) * 1000000, 3);
	p = fmt_bytes(p, "ms", 2);
	word(k, label, text, (size_t)(p - text));
}

/* What one side had to say of the way its segments went. */
static void
side_details(struct sink *k, const char *name, const struct side *s,
    const struct trouble_side *t)
{
	char *start, *from;

	outbuf_line(k->out);
	start = k->out->p;
	outbuf_str(k->out, "    ");
	outbuf_str(k->out, name);
	outbuf_char(k->out, ':');
	from = k->out->p;
	milliseconds(k, "rtt", s->rtt_smoothed);
	milliseconds(k, "min", s->rtt_min);
	count(k, "mss", s->mss);
	if (trouble_segments(s, t) != s->packets)
		number(k, "segments", trouble_segments(s, t));
	if (t != NULL) {
		count(k, "retransmitted", t->retransmitted_packets);
		count(k, "out of order", t->out_of_order);
		count(k, "duplicate acks", t->duplicate_acks);
		count(k, "missed bytes", t->missed_bytes);
		count(k, "zero windows", t->zero_windows);
		count(k, "window probes", t->window_probes);
		count(k, "keep-alives", t->keep_alives);
		count(k, "challenge acks", t->challenge_acks);
		count(k, "bad checksums", t->bad_checksums);
	}
	if (k->out->p == from)
		k->out->p = start;	/* there is nothing to tell */
	else
		outbuf_char(k->out, '\n');
}

/* All that showed it, where it is more than one. */
static void
interfaces(struct sink *k, const struct path *path)
{
	const struct sink_options *o = k->options;
	const char *label = "interfaces";

	if (path == NULL || path->nothers == 0 || o->interface == NULL)
		return;
	for (unsigned int i = 0; i <= path->nothers; i++) {
		const char *name = o->interface(o->arg, i == 0 ?
		    path->ifindex : path_other(path, i - 1));

		if (name == NULL)
			continue;
		word(k, label, name, strlen(name));
		label = "=";
	}
}

/* The tags and tunnels that it came in. */
static void
way(struct sink *k, const struct path *path)
{
	struct tunnel t;

	for (unsigned int i = 0; path != NULL && i < path->nvlans; i++)
		number(k, "vlan", path_vlan(path, i));
	for (unsigned int i = 0; path != NULL && i < path->ntunnels; i++) {
		path_tunnel(path, i, &t);
		if (t.has_id)
			number(k, t.dissector->name, t.id);
		else
			word(k, "in", t.dissector->name,
			    strlen(t.dissector->name));
	}
}

/* With -v. */
static void
details(struct sink *k, const struct session *s, const struct trouble *t)
{
	const struct side *client = &s->side[s->client];
	char history[ZEEK_HISTORY_MAX];
	const char *state = zeek_conn_state(s, t), *service;

	outbuf_str(k->out, "    role ");
	outbuf_str(k->out, session_role_name[s->role]);
	interfaces(k, s->path);
	way(k, s->path);
	service = path_service(s->path);
	if (service != NULL)
		word(k, "service", service, strlen(service));
	word(k, "conn_state", state, strlen(state));
	if (s->history_len > 0)
		word(k, "history", history, zeek_history(s, t, history));
	if (session_is_tcp(s))
		milliseconds(k, "handshake", client->rtt_handshake);
	if (t != NULL)
		count(k, "icmp errors", t->icmp_errors);
	if (sink_lossy(k, s))
		outbuf_str(k->out, " capture loss");
	outbuf_char(k->out, '\n');
	side_details(k, "client", client, t != NULL ? &t->side[s->client] :
	    NULL);
	side_details(k, "server", &s->side[s->client ^ 1], t != NULL ?
	    &t->side[s->client ^ 1] : NULL);
}

void
text_session(struct sink *k, const struct session *s,
    const struct trouble *t, int open)
{
	unsigned int c = s->client;
	const struct side *client = &s->side[c], *server = &s->side[c ^ 1];

	text_fit(k, TEXT_SESSION);
	if (!k->has_header || k->header_fit != k->fit)
		text_header(k);
	text_time(k, s->start);
	if (k->fit != FIT_BARE)
		duration(k, s->last - s->start);
	text_protocol(k, s->key.protocol, 1);
	text_addrs(k, &s->key.addr[c], s->key.port[c], &s->key.addr[c ^ 1],
	    s->key.port[c ^ 1], s->key.ip_version,
	    session_has_ports(&s->key));
	if (k->fit < FIT_LITTLE) {
		scaled(k, client->packets, PACKETS_WIDTH);
		scaled(k, server->packets, PACKETS_WIDTH);
	}
	if (k->fit == FIT_ALL) {
		scaled(k, client->ip_bytes, BYTES_WIDTH);
		scaled(k, server->ip_bytes, BYTES_WIDTH);
	}
	text_colored(k, COLOR_NONE, session_end_name[open ? END_OPEN : s->end],
	    text_column(k, END_WIDTH));
	outbuf_char(k->out, ' ');
	text_ends(k, s);
	text_end_line(k);
	if (k->options->verbose)
		details(k, s, t);
	if (k->sockets != NULL)
		text_sockets(k, s);
}
