/*
 * sink_zeek.c: sessions as Zeek's conn.log, in its tab-separated format and as
 * JSON: for what reads Zeek's logs.
 */
#include <sessdump/dissector.h>

#include <time.h>

#include "core/mix.h"
#include "core/names.h"
#include "output/fmt.h"
#include "output/sink.h"
#include "session/path.h"
#include "session/zeek.h"

/* What a row is made from. */
struct conn {
	const struct session *s;
	const struct trouble *t;
	const struct side *orig, *resp;
	int64_t duration;	/* ns; 0: unset, as in Zeek */
};

static char *
put_str(char *p, const char *s)
{
	return fmt_bytes(p, s, strlen(s));
}

/* Zeek writes microseconds. */
static char *
put_seconds(char *p, int64_t ns)
{
	uint32_t rest;
	int64_t s = fmt_split(ns < 0 ? -ns : ns, &rest);

	if (ns < 0)
		*p++ = '-';
	p = fmt_u64(p, (uint64_t)s);
	*p++ = '.';
	return fmt_fraction(p, rest, 6);
}

static char *
put_ts(char *p, const struct conn *c)
{
	return put_seconds(p, c->s->start);
}

/* Unique like Zeek's, but the same for every run over the same packets. */
static char *
put_uid(char *p, const struct conn *c)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz";
	uint64_t a = mix((uint64_t)c->s->start ^
	    UINT64_C(0x9e3779b97f4a7c15), c->s->key.addr[0].w[0] ^
	    c->s->key.addr[1].w[0] ^ UINT64_C(0xe7037ed1a0b428db));
	uint64_t b = mix(a ^ c->s->id, UINT64_C(0x8ebc6af09c88c6e3));

	*p++ = 'C';
	for (unsigned int i = 0; i < 17; i++) {
		uint64_t *from = i < 8 ? &a : &b;

		*p++ = digit[*from % 62];
		*from /= 62;
	}
	return p;
}

static char *
put_orig_h(char *p, const struct conn *c)
{
	return fmt_addr(p, &c->s->key.addr[c->s->client],
	    c->s->key.ip_version);
}

static char *
put_resp_h(char *p, const struct conn *c)
{
	return fmt_addr(p, &c->s->key.addr[c->s->client ^ 1],
	    c->s->key.ip_version);
}

static char *
put_orig_p(char *p, const struct conn *c)
{
	const struct session_key *k = &c->s->key;

	return fmt_u64(p, k->port[k->one_way ? 0 : c->s->client]);
}

static char *
put_resp_p(char *p, const struct conn *c)
{
	const struct session_key *k = &c->s->key;

	return fmt_u64(p, k->port[k->one_way ? 1 : c->s->client ^ 1]);
}

static char *
put_proto(char *p, const struct conn *c)
{
	switch (c->s->key.protocol) {
	case 6:
		return put_str(p, "tcp");
	case 17:
		return put_str(p, "udp");
	case 1:
	case 58:
		return put_str(p, "icmp");
	default:
		return put_str(p, "unknown_transport");
	}
}

static char *
put_service(char *p, const struct conn *c)
{
	const char *service = path_service(c->s->path);

	return service != NULL ? put_str(p, service) : p;
}

static char *
put_duration(char *p, const struct conn *c)
{
	return c->duration > 0 ? put_seconds(p, c->duration) : p;
}

static char *
put_bytes(char *p, const struct conn *c, const struct side *side)
{
	if (c->duration <= 0 || (side->packets > 0 &&
	    !(side->seen & SIDE_PAYLOAD)))
		return p;
	return fmt_u64(p, session_is_tcp(c->s) ? side_stream_bytes(side) :
	    side->payload_bytes);
}

static char *
put_orig_bytes(char *p, const struct conn *c)
{
	return put_bytes(p, c, c->orig);
}

static char *
put_resp_bytes(char *p, const struct conn *c)
{
	return put_bytes(p, c, c->resp);
}

static char *
put_state(char *p, const struct conn *c)
{
	return put_str(p, zeek_conn_state(c->s, c->t));
}

/* What Zeek holds to be local unless told: IANA's special-purpose address
 * registries, RFC 6890, and 6to4 addresses made of those of IPv4. */
static int
is_local(const union addr *a, unsigned int ip_version)
{
	static const struct {
		uint8_t version, bits, addr[8];
	} net[] = {
		{ 4, 8, { 0 } }, { 4, 8, { 10 } }, { 4, 10, { 100, 64 } },
		{ 4, 8, { 127 } }, { 4, 16, { 169, 254 } },
		{ 4, 12, { 172, 16 } }, { 4, 24, { 192, 0, 0 } },
		{ 4, 24, { 192, 0, 2 } }, { 4, 16, { 192, 168 } },
		{ 4, 15, { 198, 18 } }, { 4, 24, { 198, 51, 100 } },
		{ 4, 24, { 203, 0, 113 } }, { 4, 4, { 240 } },
		{ 6, 48, { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 } },
		{ 6, 64, { 0x01 } }, { 6, 23, { 0x20, 0x01, 0x00 } },
		{ 6, 32, { 0x20, 0x01, 0x0d, 0xb8 } }, { 6, 7, { 0xfc } },
		{ 6, 10, { 0xfe, 0x80 } },
	};

	if (ip_version == 6 && a->b[0] == 0x20 && a->b[1] == 0x02) {
		union addr v4 = { .w = { 0 } };

		memcpy(v4.b, a->b + 2, 4);
		return is_local(&v4, 4);
	}
	/* "::" and "::1". */
	if (ip_version == 6 && a->w[0] == 0 && memcmp(a->b + 8,
	    (const uint8_t[7]){ 0 }, 7) == 0 && a->b[15] <= 1)
		return 1;
	for (size_t i = 0; i < sizeof(net) / sizeof(net[0]); i++) {
		unsigned int whole = net[i].bits / 8, rest = net[i].bits % 8;

		if (net[i].version == ip_version &&
		    memcmp(a->b, net[i].addr, whole) == 0 && (rest == 0 ||
		    (a->b[whole] ^ net[i].addr[whole]) >> (8 - rest) == 0))
			return 1;
	}
	return 0;
}

static char *
put_local_orig(char *p, const struct conn *c)
{
	return put_str(p, is_local(&c->s->key.addr[c->s->client],
	    c->s->key.ip_version) ? "T" : "F");
}

static char *
put_local_resp(char *p, const struct conn *c)
{
	return put_str(p, is_local(&c->s->key.addr[c->s->client ^ 1],
	    c->s->key.ip_version) ? "T" : "F");
}

static char *
put_missed(char *p, const struct conn *c)
{
	return fmt_u64(p, c->t == NULL ? 0 : c->t->side[0].missed_bytes +
	    c->t->side[1].missed_bytes);
}

static char *
put_history(char *p, const struct conn *c)
{
	return p + zeek_history(c->s, c->t, p);
}

static char *
put_orig_pkts(char *p, const struct conn *c)
{
	return fmt_u64(p, c->orig->packets);
}

static char *
put_orig_ip_bytes(char *p, const struct conn *c)
{
	return fmt_u64(p, c->orig->ip_bytes);
}

static char *
put_resp_pkts(char *p, const struct conn *c)
{
	return fmt_u64(p, c->resp->packets);
}

static char *
put_resp_ip_bytes(char *p, const struct conn *c)
{
	return fmt_u64(p, c->resp->ip_bytes);
}

/* The outer connections are no sessions here. */
static char *
put_nothing(char *p, const struct conn *c)
{
	(void)c;
	return p;
}

static char *
put_ip_proto(char *p, const struct conn *c)
{
	return fmt_u64(p, c->s->key.protocol);
}

enum { IS_NUMBER, IS_TEXT, IS_BOOL };

/* The columns in their order.  What puts nothing is unset. */
static const struct column {
	const char *name, *type;
	uint8_t kind;
	char *(*put)(char *, const struct conn *);
} column[] = {
	{ "ts", "time", IS_NUMBER, put_ts },
	{ "uid", "string", IS_TEXT, put_uid },
	{ "id.orig_h", "addr", IS_TEXT, put_orig_h },
	{ "id.orig_p", "port", IS_NUMBER, put_orig_p },
	{ "id.resp_h", "addr", IS_TEXT, put_resp_h },
	{ "id.resp_p", "port", IS_NUMBER, put_resp_p },
	{ "proto", "enum", IS_TEXT, put_proto },
	{ "service", "string", IS_TEXT, put_service },
	{ "duration", "interval", IS_NUMBER, put_duration },
	{ "orig_bytes", "count", IS_NUMBER, put_orig_bytes },
	{ "resp_bytes", "count", IS_NUMBER, put_resp_bytes },
	{ "conn_state", "string", IS_TEXT, put_state },
	{ "local_orig", "bool", IS_BOOL, put_local_orig },
	{ "local_resp", "bool", IS_BOOL, put_local_resp },
	{ "missed_bytes", "count", IS_NUMBER, put_missed },
	{ "history", "string", IS_TEXT, put_history },
	{ "orig_pkts", "count", IS_NUMBER, put_orig_pkts },
	{ "orig_ip_bytes", "count", IS_NUMBER, put_orig_ip_bytes },
	{ "resp_pkts", "count", IS_NUMBER, put_resp_pkts },
	{ "resp_ip_bytes", "count", IS_NUMBER, put_resp_ip_bytes },
	{ "tunnel_parents", "set[string]", IS_TEXT, put_nothing },
	{ "ip_proto", "count", IS_NUMBER, put_ip_proto },
};

enum { COLUMNS = sizeof(column) / sizeof(column[0]) };

static struct conn
conn_of(const struct session *s, const struct trouble *t)
{
	struct conn c = { s, t, &s->side[s->client], &s->side[s->client ^ 1],
	    s->last - s->start - (int64_t)s->trailing * 1000 };

	return c;
}

/* "#open	2026-01-02-03-04-05": when the log was opened, or closed. */
static void
time_line(struct sink *k, const char *name)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d-%H-%M-%S", &tm) == 0)
		return;
	outbuf_str(k->out, name);
	outbuf_char(k->out, '\t');
	outbuf_str(k->out, text);
	outbuf_char(k->out, '\n');
}

static void
header(struct sink *k)
{
	k->has_header = 1;
	outbuf_str(k->out, "#separator \\x09\n#set_separator\t,\n"
	    "#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n");
	time_line(k, "#open");
	outbuf_str(k->out, "#fields");
	for (unsigned int i = 0; i < COLUMNS; i++) {
		outbuf_char(k->out, '\t');
		outbuf_str(k->out, column[i].name);
	}
	outbuf_str(k->out, "\n#types");
	for (unsigned int i = 0; i < COLUMNS; i++) {
		outbuf_char(k->out, '\t');
		outbuf_str(k->out, column[i].type);
	}
	outbuf_char(k->out, '\n');
}

static void
tsv_session(struct sink *k, const struct session *s, const struct trouble *t,
    int open)
{
	struct conn c = conn_of(s, t);
	char *p;

	if (open)
		return;		/* a row is the last word on a connection */
	if (!k->has_header)
		header(k);
	p = outbuf_room(k->out);
	for (unsigned int i = 0; i < COLUMNS; i++) {
		char *from = p;

		p = column[i].put(p, &c);
		if (p == from)
			*p++ = '-';
		*p++ = i < COLUMNS - 1 ? '\t' : '\n';
	}
	k->out->p = p;
}

static void
tsv_end(struct sink *k)
{
	if (!k->has_header)
		header(k);
	time_line(k, "#close");
}

static void
json_row(struct sink *k, const struct session *s, const struct trouble *t,
    int open)
{
	struct conn c = conn_of(s, t);
	char *p;

	if (open)
		return;
	p = outbuf_room(k->out);
	*p++ = '{';
	for (unsigned int i = 0; i < COLUMNS; i++) {
		char *from = p, *value;

		if (i > 0)
			*p++ = ',';
		*p++ = '"';
		p = put_str(p, column[i].name);
		p = put_str(p, "\":");
		if (column[i].kind == IS_TEXT)
			*p++ = '"';
		value = p;
		p = column[i].put(p, &c);
		if (p == value)
			p = from;
		else if (column[i].kind == IS_TEXT)
			*p++ = '"';
		else if (column[i].kind == IS_BOOL)
			p = put_str(value, *value == 'T' ? "true" : "false");
	}
	p = put_str(p, "}\n");
	k->out->p = p;
}

const struct sink_ops sink_zeek = {
	.session = tsv_session,
	.header = header,
	.end = tsv_end,
};

const struct sink_ops sink_zeek_json = {
	.session = json_row,
};
