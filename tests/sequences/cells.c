/*
 * cells.c: which cells of TCP's tables the packets of captures reach.
 *
 * usage: cells CAPTURE...: TAP, one test a cell.  Each cell is reached, or a
 * rule below says why no packet can.
 */
#include <stdlib.h>

#include "capture/capture.h"
#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "session/session.h"
#include "tcp/segment.h"

#include "tap.h"

enum { INFERRED, CONFIRMED, RECEIVED, TABLES, SESSIONS = 256 };

static const char *const table_name[TABLES] = { "inferred", "confirmed",
    "receiver" };
static unsigned int reached[TABLES][TCP_EVENTS][TCP_STATES];

/* The sessions as they were before the packet at hand. */
static struct session before[SESSIONS];
static unsigned int nbefore;

static const struct session *
find_before(const struct session *s)
{
	static const struct session none;

	for (unsigned int i = 0; i < nbefore; i++)
		if (before[i].id == s->id)
			return &before[i];
	return &none;
}

static void
remember(const struct session *s)
{
	unsigned int i;

	for (i = 0; i < nbefore && before[i].id != s->id; i++)
		;
	if (i == SESSIONS)
		abort();
	before[i] = *s;
	nbefore += i == nbefore;
}

static void
note(const struct session *s, const struct packet *p, unsigned int dir)
{
	const struct session *b = find_before(s);
	const struct side *me = &b->side[dir], *peer = &b->side[dir ^ 1];
	enum tcp_event ev = tcp_classify(me, peer, &p->flow);

	reached[me->confirmed ? CONFIRMED : INFERRED][ev][me->state]++;
	reached[RECEIVED][ev][peer->state]++;
	remember(s);
}

static void
replay(const char *path, const struct registry *r)
{
	static const struct capture_options options = { .linktype = -1 };
	static struct packet p;
	struct session_config config;
	struct session_table *t;
	struct session_lookup l;
	struct frame f[CAPTURE_BATCH];
	struct errbuf e;
	struct capture *c;
	uint64_t number = 0;
	int n;

	session_config_init(&config);
	config.max = SESSIONS;
	c = capture_open_savefile(path, &options, &e);
	t = session_table_new(&config, &e);
	if (c == NULL || t == NULL) {
		ok(0, "%s: %s", path, e.text);
		return;
	}
	nbefore = 0;
	while ((n = capture_read(c, f, CAPTURE_BATCH, &e)) >= 0)
		for (int i = 0; i < n; i++) {
			const struct session *s;

			dissect(r, NULL, &f[i], &p);
			session_prepare(t, &p, &l);
			s = session_update(t, &p, &l, ++number);
			if (s != NULL && p.flow.has & FLOW_TCP)
				note(s, &p, l.dir);
		}
	session_table_free(t);
	capture_close(c);
}

#define S(state)	(1U << TCP_##state)
#define E(event)	(1U << TCP_EV_##event)
#define T(table)	(1U << (table))
#define ANY		((1U << TCP_EVENTS) - 1)

/* What packets of a sane order never reach, and why. */
static const struct {
	unsigned int tables, events, states;
	const char *why;
} unreached[] = {
	{ T(INFERRED) | T(CONFIRMED) | T(RECEIVED), E(ICMP_ERROR), ~0U,
	    "no segment is one" },
	{ T(CONFIRMED), ANY, S(UNKNOWN) | S(LISTEN),
	    "nothing that an endpoint sends proves these" },
	{ T(INFERRED), ANY, S(SYN_SENT),
	    "only its own SYN makes SYN-SENT" },
	{ T(INFERRED), E(SYN), S(FIN_WAIT_1),
	    "it is so mid-stream, where its SYN is older than all we saw" },
	{ T(INFERRED), ANY, S(LAST_ACK),
	    "only its own FIN, behind the peer's, makes LAST-ACK" },
	{ T(INFERRED), E(ACK_OF_FIN) | E(FIN_ACK), S(SYN_RECEIVED),
	    "the peer's FIN, when it came, made it CLOSE-WAIT" },
	{ T(CONFIRMED), E(FIN), S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT),
	    "it has acknowledged the peer's FIN: a FIN from before is none" },
	{ T(RECEIVED), E(FIN), S(TIME_WAIT),
	    "the sender's FIN was seen: this one is of before, or covers its" },
	{ T(RECEIVED), E(ACK_OF_FIN) | E(FIN_ACK), S(UNKNOWN) | S(LISTEN) |
	    S(SYN_SENT) | S(SYN_RECEIVED) | S(ESTABLISHED) | S(CLOSE_WAIT),
	    "its FIN was seen, so it is past these" },
};

static const char *
why_not(unsigned int table, unsigned int ev, unsigned int state)
{
	for (size_t i = 0; i < sizeof(unreached) / sizeof(unreached[0]); i++)
		if (unreached[i].tables & 1U << table &&
		    unreached[i].events & 1U << ev &&
		    unreached[i].states & 1U << state)
			return unreached[i].why;
	return NULL;
}

static void
cell(unsigned int table, unsigned int ev, unsigned int state)
{
	unsigned int n = reached[table][ev][state];
	const char *why = why_not(table, ev, state);

	if (why != NULL)
		ok(n == 0, "%s %s %s: unreachable: %s", table_name[table],
		    tcp_state_text[state], tcp_event_name[ev], why);
	else
		ok(n > 0, "%s %s %s: by %u segments", table_name[table],
		    tcp_state_text[state], tcp_event_name[ev], n);
}

int
main(int argc, char **argv)
{
	struct errbuf e;
	struct registry *r = registry_new(&e);

	if (r == NULL)
		return 1;
	for (int i = 1; i < argc; i++)
		replay(argv[i], r);
	for (unsigned int t = 0; t < TABLES; t++)
		for (unsigned int ev = 0; ev < TCP_EVENTS; ev++)
			for (unsigned int s = 0; s < TCP_STATES; s++)
				cell(t, ev, s);
	registry_free(r);
	return done();
}
