/* test_session.c: scripts of segments, and what the session is after each. */
#include <stdlib.h>

#include "session/session.h"

#include "tap.h"

#define SECOND	INT64_C(1000000000)

/* What happened, as text, one word an event. */
static char events[4096];
static struct session ended[64];
static unsigned int nended;

static void
on_event(void *arg, const struct session_event *ev)
{
	size_t n = strlen(events);

	(void)arg;
	snprintf(events + n, sizeof(events) - n, "%s%s:%s", n ? " " : "",
	    session_event_name[ev->kind], ev->cause);
}

static void
on_end(void *arg, const struct session *s)
{
	(void)arg;
	if (nended < sizeof(ended) / sizeof(ended[0]))
		ended[nended++] = *s;
}

static struct session_table *
table(uint32_t max)
{
	struct session_config c;
	struct session_table *t;
	struct errbuf e;

	session_config_init(&c);
	c.max = max;
	c.seed = 1;
	c.on_event = on_event;
	c.on_end = on_end;
	events[0] = '\0';
	nended = 0;
	t = session_table_new(&c, &e);
	if (t == NULL)
		ok(0, "session_table_new: %s", e.text);
	return t;
}

struct end {
	uint8_t ip[4];
	uint16_t port;
};

static const struct end client = { { 10, 0, 0, 1 }, 50000 };
static const struct end server = { { 10, 0, 0, 2 }, 80 };

/* A packet from a to b; the caller fills in the rest of p->flow. */
static void
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

static struct session *
update(struct session_table *t, const struct packet *p)
{
	struct session_lookup l;

	session_prepare(t, p, &l);
	session_prefetch(t, &l);
	return session_update(t, p, &l);
}

static unsigned int
tcp_flags(const char *s)
{
	static const char letter[] = "FSRPA";
	unsigned int flags = 0;

	for (; *s != '\0'; s++)
		flags |= 1U << (strchr(letter, *s) - letter);
	return flags;
}

/* "> SA 100 5 0": from the client, flags, seq, ack, payload. */
static struct session *
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

static const char *
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

/* A script: what it is about, then segment and states in turn. */
static const char *const scripts[][32] = {
	{ "the design's example",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 101 501 10", "ESTABLISHED ESTABLISHED?",
	  "< A 501 111 0", "ESTABLISHED ESTABLISHED", NULL },
	{ "the client closes first",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 102 0", "FIN-WAIT-2? CLOSE-WAIT",
	  "< PA 501 102 20", "FIN-WAIT-2? CLOSE-WAIT",
	  "> A 102 521 0", "FIN-WAIT-2 CLOSE-WAIT",
	  "< FA 521 102 0", "TIME-WAIT? LAST-ACK",
	  "> A 102 522 0", "TIME-WAIT CLOSED?", NULL },
	{ "the server closes first, FIN and ACK in one segment",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< FA 501 101 0", "CLOSE-WAIT? FIN-WAIT-1",
	  "> FA 101 502 0", "LAST-ACK TIME-WAIT?",
	  "< A 502 102 0", "CLOSED? TIME-WAIT", NULL },
	{ "both close at once",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< FA 501 101 0", "CLOSING? CLOSING?",
	  "> A 102 502 0", "CLOSING TIME-WAIT?",
	  "< A 502 102 0", "TIME-WAIT? TIME-WAIT", NULL },
	{ "both open at once",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< S 500 0 0", "SYN-RECEIVED? SYN-SENT",
	  "> SA 100 501 0", "SYN-RECEIVED ESTABLISHED?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "refused",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< RA 0 101 0", "CLOSED? CLOSED", NULL },
	{ "a refusal that acknowledges another SYN is not believed",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< RA 0 5000 0", "SYN-SENT LISTEN?", NULL },
	{ "given up before an answer",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> R 101 0 0", "CLOSED LISTEN?", NULL },
	{ "a SYN that is sent again is the same session",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED", NULL },
	{ "the SYN-ACK was lost behind us: the client says so",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> S 100 0 0", "SYN-SENT SYN-RECEIVED", NULL },
	{ "the ACK was lost behind us: the server says so",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< SA 500 101 0", "ESTABLISHED SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "the last ACK was lost behind us: the server's FIN comes again",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< FA 501 102 0", "TIME-WAIT? LAST-ACK",
	  "> A 102 502 0", "TIME-WAIT CLOSED?",
	  "< FA 501 102 0", "TIME-WAIT LAST-ACK",
	  "> A 102 502 0", "TIME-WAIT CLOSED?", NULL },
	{ "a FIN sent again is not the other side's",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?", NULL },
	{ "an old ACK does not acknowledge a FIN",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FPA 101 501 10", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 111 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 112 0", "FIN-WAIT-2? CLOSE-WAIT", NULL },
	{ "a reset with a wild sequence number is not believed",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< A 501 101 0", "ESTABLISHED ESTABLISHED",
	  "> R 900000 0 0", "ESTABLISHED ESTABLISHED",
	  "> R 102 0 0", "ESTABLISHED ESTABLISHED",
	  "> R 101 0 0", "CLOSED CLOSED?", NULL },
	{ "the SYN-ACK is the first that was seen",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "mid-stream: what came before is not known",
	  "> A 101 501 0", "ESTABLISHED? UNKNOWN?",
	  "< PA 501 101 10", "ESTABLISHED? ESTABLISHED?",
	  "> PA 101 511 5", "ESTABLISHED ESTABLISHED?", NULL },
	{ "mid-stream: a FIN may be the first or the second",
	  "> FA 101 501 0", "FIN-WAIT-1? UNKNOWN?",
	  "< A 501 102 0", "FIN-WAIT-2? CLOSE-WAIT?", NULL },
	{ "a FIN that is seen only when it is sent again",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> A 112 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FPA 101 501 10", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 112 0", "FIN-WAIT-2? CLOSE-WAIT", NULL },
	{ "one direction only",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 101 501 10", "ESTABLISHED ESTABLISHED?",
	  "> FA 111 600 0", "FIN-WAIT-1 CLOSE-WAIT?", NULL },
	{ "Fast Open: the SYN carries data",
	  "> S 100 0 20", "SYN-SENT LISTEN?",
	  "< SA 500 121 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 121 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "sequence numbers wrap in the handshake",
	  "> S 4294967295 0 0", "SYN-SENT LISTEN?",
	  "< SA 4294967290 0 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 0 4294967291 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 0 4294967291 10", "ESTABLISHED ESTABLISHED?",
	  "< FA 4294967291 10 0", "CLOSE-WAIT? FIN-WAIT-1",
	  "> A 10 4294967292 0", "CLOSE-WAIT FIN-WAIT-2?", NULL },
	{ "half-open: the peer acknowledges what it did not send",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< A 777 42 0", "SYN-SENT LISTEN?",
	  "> R 42 0 0", "CLOSED LISTEN?", NULL },
	{ "a forged SYN does not wipe a connection",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< A 501 101 0", "ESTABLISHED ESTABLISHED",
	  "> S 7777777 0 0", "ESTABLISHED ESTABLISHED", NULL },
};

static void
run_script(const char *const *script)
{
	struct session_table *t = table(16);
	unsigned int n = 0;

	for (unsigned int i = 1; script[i] != NULL; i += 2) {
		struct session *s = segment(t, script[i], ++n * 0.01);
		char what[128];

		snprintf(what, sizeof(what), "%s: %s", script[0], script[i]);
		is_str(s != NULL ? states(s) : NULL, script[i + 1], what);
	}
	is_u64(session_stats(t)->created, 1, script[0]);
	session_table_free(t);
}

/* Opens, and closes from the client's side; ends at time + 0.05. */
static struct session *
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

static void
test_events(void)
{
	struct session_table *t = table(16);

	whole_connection(t, 0);
	session_finish(t);
	is_str(events, "new:syn state:syn_ack state:ack state:fin "
	    "state:fin_ack state:ack_of_fin end:closed",
	    "every change is an event");
	is_u64(nended, 1, "one session ended");
	is_u64(ended[0].end, END_CLOSED, "it was closed, not cut off");
	is_u64((uint64_t)(ended[0].ack - ended[0].syn), 20000000,
	    "time of the handshake");
	session_table_free(t);
}

static void
test_reuse(void)
{
	struct session_table *t = table(16);
	struct session *s;

	whole_connection(t, 0);
	s = segment(t, "> S 9000 0 0", 5);
	is_u64(s->id, 2, "a new SYN out of TIME-WAIT opens another session");
	is_u64(ended[0].end, END_CLOSED, "the first one ended as closed");
	s = segment(t, "> S 19000 0 0", 6);
	is_u64(s->id, 3, "an unanswered attempt gives way to the next");
	is_u64(ended[1].end, END_REUSED, "and ends as reused");
	segment(t, "< RA 0 19001 0", 6.1);
	s = segment(t, "> S 19000 0 0", 6.2);
	is_u64(s->id, 3, "the same SYN again after a refusal is no other");
	segment(t, "< RA 0 19001 0", 6.3);
	s = segment(t, "> S 29000 0 0", 6.4);
	is_u64(s->id, 4, "another one is");
	is_u64(ended[2].end, END_RESET, "the refused one ended by reset");
	session_table_free(t);

	t = table(16);
	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0.1);
	segment(t, "> A 101 501 0", 0.2);
	segment(t, "< A 501 101 0", 0.3);
	segment(t, "> S 90000 0 0", 400);
	s = segment(t, "< SA 70000 90001 0", 400.1);
	is_u64(s->id, 2, "a SYN that was not believed is, once answered");
	is_str(states(s), "ESTABLISHED? SYN-RECEIVED", "the new connection");
	is_u64(ended[0].end, END_REUSED, "the old one ended unseen");
	session_table_free(t);

	t = table(16);
	segment(t, "> PA 101 501 10", 0);
	s = segment(t, "> S 90000 0 0", 400);
	is_u64(s->id, 2, "mid-stream, a SYN opens another session");
	session_table_free(t);
}

/* Where only part of the sequence space was seen. */
static void
test_holes(void)
{
	static const uint32_t sizes[] = { 0x7fffffff, 0x80000000, 0x80000001,
	    0xffffffff, 1, 1500000000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct session_table *t = table(16);
		uint32_t end = 501 + sizes[i], step = 500000000;
		char line[64];
		struct session *s;

		segment(t, "> S 100 0 0", 0);
		segment(t, "< SA 500 101 0", 0.1);
		segment(t, "> A 101 501 0", 0.2);
		/* Only the client's acknowledgements pass by. */
		for (uint32_t n = step; n < sizes[i]; n += step) {
			snprintf(line, sizeof(line), "> A 101 %" PRIu32 " 0",
			    501 + n);
			segment(t, line, 1);
			if (n > UINT32_MAX - step)
				break;
		}
		snprintf(line, sizeof(line), "> A 101 %" PRIu32 " 0", end);
		segment(t, line, 2);
		snprintf(line, sizeof(line), "< FA %" PRIu32 " 101 0", end);
		segment(t, line, 3);
		snprintf(line, sizeof(line), "> FA 101 %" PRIu32 " 0",
		    end + 1);
		segment(t, line, 4);
		snprintf(line, sizeof(line), "< A %" PRIu32 " 102 0", end + 1);
		s = segment(t, line, 5);
		snprintf(line, sizeof(line), "a hole of %" PRIu32 " bytes",
		    sizes[i]);
		is_str(states(s), "CLOSED? TIME-WAIT", line);
		session_table_free(t);
	}
}

static void
test_timeouts(void)
{
	struct session_table *t = table(16);
	struct session *s;
	struct packet p;
	struct frame f;

	whole_connection(t, 0);
	s = segment(t, "> A 102 502 0", 119);
	is_u64(s->id, 1, "TIME-WAIT lasts 120 s");
	packet(&p, &f, &client, &server, 17, 300);
	update(t, &p);
	is_u64(nended, 0, "one far time stamp is not believed");
	update(t, &p);
	is_u64(nended, 1, "a second is: the session ends by itself");
	is_u64(ended[0].end, END_CLOSED, "as closed");
	packet(&p, &f, &client, &server, 17, 331);
	s = update(t, &p);
	is_u64(s->id, 3, "UDP without an answer ends after 30 s");
	packet(&p, &f, &server, &client, 17, 332);
	update(t, &p);
	packet(&p, &f, &client, &server, 17, 432);
	s = update(t, &p);
	is_u64(s->id, 3, "with one it lasts longer");
	ok(session_two_way(s), "both sides were seen");
	packet(&p, &f, &client, &server, 17, 20);
	s = update(t, &p);
	is_u64(s->id, 3, "a clock that jumps back ends nothing");
	session_table_free(t);

	t = table(16);
	packet(&p, &f, &client, &server, 17, 0);
	update(t, &p);
	packet(&p, &f, &server, &client, 6, 1e6);
	update(t, &p);
	packet(&p, &f, &client, &server, 17, 1);
	s = update(t, &p);
	is_u64(s->id, 1, "a bad time stamp ends no other session");
	session_finish(t);
	is_u64(ended[0].end, END_CAPTURE, "not even at the end");
	session_table_free(t);

	t = table(16);
	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0.1);
	segment(t, "> A 101 501 0", 0.2);
	s = segment(t, "> PA 101 501 1", 1e6);
	is_u64(s->id, 1, "an idle gap does not split an established session");
	session_table_free(t);
}

static void
test_eviction(void)
{
	struct session_table *t = table(4);
	struct packet p;
	struct frame f;
	struct end many = client;

	whole_connection(t, 0);
	for (unsigned int i = 1; i <= 5; i++) {
		many.port = (uint16_t)(1000 + i);
		packet(&p, &f, &many, &server, 17, i);
		update(t, &p);
	}
	is_u64(session_stats(t)->live, 4, "never more than --max-sessions");
	is_u64(session_stats(t)->evicted, 2, "evictions are counted");
	is_u64(session_stats(t)->evicted_open, 1, "and those of open ones");
	is_u64(ended[0].id, 1, "the closed one went first");
	is_u64(ended[1].side[ended[1].client].packets, 1, "then the oldest");
	is_u64(ended[1].id, 2, "of the open ones");
	is_u64(ended[1].end, END_EVICTED, "and says why");
	many.port = 1002;
	packet(&p, &f, &many, &server, 17, 6);
	update(t, &p);
	many.port = 1006;
	packet(&p, &f, &many, &server, 17, 7);
	update(t, &p);
	is_u64(ended[2].id, 4, "activity saves a session from eviction");
	session_table_free(t);
}

/* Many sessions come and go: the index must keep finding each of them. */
static void
test_index(void)
{
	struct session_table *t = table(5000);
	unsigned int wrong = 0;
	struct end many = client;
	struct session *s;
	struct packet p;
	struct frame f;

	for (unsigned int round = 0; round < 3; round++)
		for (unsigned int i = 0; i < 20000; i++) {
			many.ip[2] = (uint8_t)(i >> 8);
			many.ip[3] = (uint8_t)i;
			many.port = (uint16_t)(i % 7);
			packet(&p, &f, &many, &server, 17, i * 0.001);
			update(t, &p);
			s = update(t, &p);
			wrong += s->side[0].packets + s->side[1].packets != 2;
		}
	is_u64(wrong, 0, "each of 60000 is found again at once");
	is_u64(session_stats(t)->live, 5000, "and only as many as allowed");
	session_finish(t);
	is_u64(session_stats(t)->live, 0, "none is left at the end");
	session_table_free(t);
}

static void
test_roles(void)
{
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;

	s = segment(t, "< PA 501 101 10", 0);
	is_u64(s->role, ROLE_PORT, "mid-stream: the well-known port serves");
	is_u64(s->key.port[s->client], 50000, "so the other is the client");
	session_table_free(t);

	t = table(16);
	packet(&p, &f, &server, &client, 17, 0);
	p.flow.sport = 50001;
	s = update(t, &p);
	is_u64(s->role, ROLE_FIRST, "without a hint the first one opened it");
	is_u64(s->key.port[s->client], 50001, "and is the client");
	session_table_free(t);

	t = table(16);
	segment(t, "> A 101 501 0", 0);
	s = segment(t, "> SA 100 501 0", 1);
	is_u64(s->role, ROLE_SYN_ACK, "a SYN-ACK is stronger than a port");
	is_u64(s->key.port[s->client], 80, "its sender is the server");
	ok(strstr(events, "role:syn_ack") != NULL, "the change is an event");
	session_table_free(t);
}

static void
test_to_itself(void)
{
	static const struct end here = { { 127, 0, 0, 1 }, 40000 };
	static const struct end there = { { 127, 0, 0, 1 }, 80 };
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;

	packet(&p, &f, &here, &there, 17, 0);
	update(t, &p);
	packet(&p, &f, &there, &here, 17, 0.1);
	s = update(t, &p);
	is_u64(session_stats(t)->created, 1, "127.0.0.1 to itself is one");
	is_u64(s->side[0].packets, 1, "a packet each way");
	is_u64(s->side[1].packets, 1, "told apart by port");
	session_table_free(t);
}

static void
test_quote(void)
{
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;
	struct flow udp;

	packet(&p, &f, &client, &server, 17, 0);
	udp = p.flow;
	update(t, &p);
	packet(&p, &f, &server, &client, 1, 0.1);
	p.flow.has |= FLOW_ICMP | FLOW_ONE_WAY;
	p.flow.sport = p.flow.dport = p.flow.icmp_type = 3;
	p.flags = PACKET_QUOTE;
	p.quoted = udp;
	s = update(t, &p);
	is_u64(s->key.protocol, 17, "an ICMP error is about what it quotes");
	is_u64(s->icmp_errors, 1, "and is counted there");
	is_u64(s->side[0].packets + s->side[1].packets, 1, "as no packet");
	ok(strstr(events, "icmp_error:unreachable") != NULL, "an event");
	p.quoted.dport++;
	s = update(t, &p);
	is_u64(s->key.protocol, 1, "of an unknown one it stands for itself");
	session_table_free(t);
}

static void
test_stream(void)
{
	struct session_table *t = table(16);
	uint64_t sent = 0;
	struct session *s;
	char line[64];

	segment(t, "> S 4294967000 0 0", 0);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "> A %u 1 60000000",
		    4294967001U + (uint32_t)sent);
		s = segment(t, line, 1);
		sent += 60000000;
	}
	s = segment(t, line, 2);
	is_u64(s->side[s->client].stream_bytes, sent,
	    "6 GB of sequence space, past two wraps, a repetition not");
	is_u64(s->side[s->client].payload_bytes, sent + 60000000,
	    "payload counts the repetition");
	session_table_free(t);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		run_script(scripts[i]);
	test_events();
	test_reuse();
	test_holes();
	test_timeouts();
	test_eviction();
	test_index();
	test_roles();
	test_to_itself();
	test_quote();
	test_stream();
	return done();
}
