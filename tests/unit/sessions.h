/*
 * sessions.h: packets by hand, for the tests of the session table.
 */
#ifndef TESTS_SESSIONS_H
#define TESTS_SESSIONS_H

#include <stdlib.h>

#include "session/session.h"

#include "tap.h"

#define SECOND	INT64_C(1000000000)
#define UNUSED	__attribute__((unused))

/* What happened, as text, one word an event. */
static char events[4096];
static struct session ended[64];
static unsigned int nended;

UNUSED static void
on_event(void *arg, const struct session_event *ev)
{
	size_t n = strlen(events);

	(void)arg;
	snprintf(events + n, sizeof(events) - n, "%s%s:%s", n ? " " : "",
	    session_event_name[ev->kind], ev->cause);
}

UNUSED static void
on_end(void *arg, const struct session *s)
{
	(void)arg;
	if (nended < sizeof(ended) / sizeof(ended[0]))
		ended[nended++] = *s;
}

/* So many sessions, in the same places at each run; events and ends are taken
 * down. */
UNUSED static struct session_config
config(uint32_t max)
{
	struct session_config c;

	session_config_init(&c);
	c.max = max;
	c.seed = 1;
	c.on_event = on_event;
	c.on_end = on_end;
	return c;
}

UNUSED static struct session_table *
table_of(const struct session_config *c)
{
	struct session_table *t;
	struct errbuf e;

	events[0] = '\0';
	nended = 0;
	t = session_table_new(c, &e);
	if (t == NULL)
		ok(0, "session_table_new: %s", e.text);
	return t;
}

UNUSED static struct session_table *
table(uint32_t max)
{
	struct session_config c = config(max);

	return table_of(&c);
}

struct end {
	uint8_t ip[4];
	uint16_t port;
};

UNUSED static const struct end client = { { 10, 0, 0, 1 }, 50000 };
UNUSED static const struct end server = { { 10, 0, 0, 2 }, 80 };

/* A packet from a to b; the caller fills in the rest of p->flow. */
UNUSED static void
packet(struct packet *p, struct frame *f, const struct end *a,
    const struct end *b, uint8_t protocol, double time)
{
	memset(p, 0, sizeof(*p));
	memset(f, 0, sizeof(*f));
	f->ts = SECOND * 1000000000 + (int64_t)(time * 1e9);
	f->len = f->caplen = 54;
	p->frame = f;
	p->datagram_bytes = f->len;
	p->flow.has = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT;
	p->flow.ip_version = 4;
	p->flow.protocol = protocol;
	p->flow.ip_len = 40;
	memcpy(p->flow.src.b, a->ip, 4);
	memcpy(p->flow.dst.b, b->ip, 4);
	p->flow.sport = a->port;
	p->flow.dport = b->port;
}

/* Sessions are numbered in order of appearance. */
UNUSED static struct session *
update(struct session_table *t, const struct packet *p)
{
	struct session_lookup l;

	session_prepare(t, p, &l);
	session_prefetch(t, &l);
	return session_update(t, p, &l, session_stats(t)->created + 1);
}

UNUSED static unsigned int
tcp_flags(const char *s)
{
	static const char letter[] = "FSRPA";
	unsigned int flags = 0;

	for (; *s != '\0'; s++)
		flags |= 1U << (strchr(letter, *s) - letter);
	return flags;
}

/* "> SA 100 5 0": from the client, flags, seq, ack, payload. */
UNUSED static struct session *
segment(struct session_table *t, const char *line, double time)
{
	struct packet p;
	struct frame f;
	unsigned long seq, ack, len;
	char dir, flags[8];

	if (sscanf(line, " %c %7s %lu %lu %lu", &dir, flags, &seq, &ack,
	    &len) != 5) {
		ok(0, "cannot read \"%s\"", line);
		return NULL;
	}
	packet(&p, &f, dir == '>' ? &client : &server,
	    dir == '>' ? &server : &client, 6, time);
	p.flow.has |= FLOW_TCP;
	p.flow.tcp.flags = (uint16_t)tcp_flags(flags);
	p.flow.tcp.seq = (uint32_t)seq;
	p.flow.tcp.ack = (uint32_t)ack;
	p.flow.tcp.window = 1000;
	p.flow.payload_len = (uint32_t)len;
	p.flow.ip_len += (uint32_t)len;
	return update(t, &p);
}

UNUSED static const char *
states(const struct session *s)
{
	static char text[64];
	const struct side *c = &s->side[s->client];
	const struct side *r = &s->side[s->client ^ 1];

	snprintf(text, sizeof(text), "%s%s %s%s", tcp_state_text[c->state],
	    c->confirmed ? "" : "?", tcp_state_text[r->state],
	    r->confirmed ? "" : "?");
	return text;
}

/* Opens, and closes from the client's side; ends at time + 0.05. */
UNUSED static struct session *
whole_connection(struct session_table *t, double time)
{
	static const char *const line[] = { "> S 100 0 0", "< SA 500 101 0",
	    "> A 101 501 0", "> FA 101 501 0", "< FA 501 102 0",
	    "> A 102 502 0" };
	struct session *s = NULL;

	for (unsigned int i = 0; i < sizeof(line) / sizeof(line[0]); i++)
		s = segment(t, line[i], time + i * 0.01);
	return s;
}

#endif
