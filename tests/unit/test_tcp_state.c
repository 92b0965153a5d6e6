/*
 * test_tcp_state.c: the whole of both tables, cell by cell.
 *
 * The rules are written down from RFC 9293 in another form than the tables: as
 * what holds for sets of cells, and why.  Each cell is one test, and exactly
 * one rule must speak of it.
 */
#include "tcp/tcp_state.h"

#include "tap.h"

/* The tables, as bits. */
enum { INFERRED = 1, CONFIRMED = 2, SENT = 3, RECEIVED = 4 };

enum { SAME = TCP_STATES };	/* rule.to: the state stays */

/* Sets of states. */
#define U	(1U << TCP_UNKNOWN)
#define L	(1U << TCP_LISTEN)
#define SS	(1U << TCP_SYN_SENT)
#define SR	(1U << TCP_SYN_RECEIVED)
#define E	(1U << TCP_ESTABLISHED)
#define F1	(1U << TCP_FIN_WAIT_1)
#define F2	(1U << TCP_FIN_WAIT_2)
#define CW	(1U << TCP_CLOSE_WAIT)
#define CG	(1U << TCP_CLOSING)
#define LA	(1U << TCP_LAST_ACK)
#define TW	(1U << TCP_TIME_WAIT)
#define C	(1U << TCP_CLOSED)
#define ALL	((1U << TCP_STATES) - 1)

/* Sets of events. */
#define NONE	(1U << TCP_EV_NONE)
#define SYN	(1U << TCP_EV_SYN)
#define SYN_ACK	(1U << TCP_EV_SYN_ACK)
#define ACK	(1U << TCP_EV_ACK)
#define DATA	(1U << TCP_EV_DATA)
#define OF_FIN	(1U << TCP_EV_ACK_OF_FIN)
#define FIN	(1U << TCP_EV_FIN)
#define FIN_ACK	(1U << TCP_EV_FIN_ACK)
#define RST	(1U << TCP_EV_RST)
#define ICMP	(1U << TCP_EV_ICMP_ERROR)

static const struct rule {
	unsigned int tables, events, states;
	unsigned int to;	/* enum tcp_state, or SAME */
	int proven;		/* of the sender only */
	const char *why;
} rules[] = {
{ SENT, NONE, ALL, SAME, 0,
    "RFC 9293 3.10.7.4 first: a segment that is out of place tells nothing" },

/* What having sent a SYN tells. */
{ SENT, SYN, L, TCP_SYN_RECEIVED, 0,
    "RFC 9293 3.5, figure 7: the other's SYN is on its way to it" },
{ SENT, SYN, U | SS | C, TCP_SYN_SENT, 1,
    "RFC 9293 3.10.1: OPEN sends a SYN, and 3.8.1 sends it again" },
{ INFERRED, SYN, SR | E, TCP_SYN_SENT, 1,
    "RFC 9293 3.8.1: it sends its SYN again: the other's never arrived" },
{ CONFIRMED, SYN, SR | E, SAME, 0,
    "RFC 9293 3.5, figure 8: it has answered a SYN since: an old duplicate" },
{ SENT, SYN, F1 | F2 | CW | CG | LA | TW, SAME, 0,
    "RFC 9293 3.5, figure 8: a FIN has passed since: an old duplicate" },

/* A SYN-ACK. */
{ SENT, SYN_ACK, U | L | SS | SR, TCP_SYN_RECEIVED, 1,
    "RFC 9293 3.10.7.2 third, 3.10.7.3 fourth: it is sent in SYN-RECEIVED" },
{ INFERRED, SYN_ACK, E, TCP_SYN_RECEIVED, 1,
    "RFC 9293 3.8.1: it sends its SYN-ACK again: the ACK never arrived" },
{ INFERRED, SYN_ACK, CW, TCP_SYN_RECEIVED, 1,
    "RFC 9293 3.8.1: it sends its SYN-ACK again: ACK and FIN never arrived" },
{ INFERRED, SYN_ACK, C, TCP_SYN_RECEIVED, 1,
    "RFC 9293 3.8.1: it sends its SYN-ACK again: the RST never arrived" },
{ CONFIRMED, SYN_ACK, E | CW | C, SAME, 0,
    "RFC 9293 3.10.7.4 fifth: its SYN was acknowledged: an old duplicate" },
{ SENT, SYN_ACK, F1 | F2 | CG | LA | TW, SAME, 0,
    "RFC 9293 3.10.4: it has closed since: an old duplicate" },

/* An ACK, with data or not, that does not cover the peer's FIN. */
{ SENT, ACK | DATA, U, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.3: sent in ESTABLISHED, or after a FIN that nobody saw" },
{ SENT, ACK | DATA, L | SS | SR | E, TCP_ESTABLISHED, 1,
    "RFC 9293 3.10.7.3 fourth, 3.10.7.4 fifth: it has seen the other's SYN" },
{ SENT, ACK | DATA, F1 | F2, SAME, 1,
    "RFC 9293 3.10.7.4 seventh: FIN-WAIT acknowledges, and repeats data" },
{ INFERRED, ACK | DATA, CW | CG | LA | TW, SAME, 0,
    "RFC 9293 3.10.7.4 eighth: it may have crossed the FIN" },
{ CONFIRMED, ACK | DATA, CW | CG | LA | TW, SAME, 1,
    "RFC 9293 3.10.3, 3.8.1: older than its ACK of the FIN, or repeated" },
{ SENT, ACK | DATA, C, SAME, 0,
    "RFC 9293 3.10.7.1: CLOSED sends nothing but resets: it comes late" },

/* An ACK of the peer's FIN. */
{ SENT, OF_FIN, U, TCP_CLOSE_WAIT, 0,
    "RFC 9293 3.10.7.4 eighth: the FIN came; its own may have gone unseen" },
{ SENT, OF_FIN, L | SS | SR | E | CW, TCP_CLOSE_WAIT, 1,
    "RFC 9293 3.10.7.4 eighth: the FIN came: CLOSE-WAIT" },
{ SENT, OF_FIN, F1 | CG, TCP_CLOSING, 1,
    "RFC 9293 3.10.7.4 eighth: the FIN came before the ACK of its own" },
{ SENT, OF_FIN, F2 | TW, TCP_TIME_WAIT, 1,
    "RFC 9293 3.10.7.4 eighth: the FIN came after the ACK of its own" },
{ SENT, OF_FIN, LA, SAME, 1,
    "RFC 9293 3.10.7.4 eighth: LAST-ACK remains" },
{ SENT, OF_FIN, C, SAME, 0,
    "RFC 9293 3.10.7.1: CLOSED sends nothing but resets: it comes late" },

/* A FIN that does not cover the peer's. */
{ SENT, FIN, U, TCP_FIN_WAIT_1, 0,
    "RFC 9293 3.10.4: CLOSE in ESTABLISHED, or after a FIN nobody saw" },
{ SENT, FIN, L | SS | SR | E | F1, TCP_FIN_WAIT_1, 1,
    "RFC 9293 3.10.4: CLOSE, and 3.8.1 sends it again" },
{ INFERRED, FIN, F2, TCP_FIN_WAIT_1, 1,
    "RFC 9293 3.8.1: it sends its FIN again: the ACK never arrived" },
{ INFERRED, FIN, TW, TCP_FIN_WAIT_1, 1,
    "RFC 9293 3.8.1: it sends its FIN again: neither ACK nor FIN arrived" },
{ CONFIRMED, FIN, F2 | CG | TW, SAME, 1,
    "RFC 9293 3.10.7.4 fifth, eighth: it has got more since: a duplicate" },
{ INFERRED, FIN, CW, TCP_CLOSING, 0,
    "RFC 9293 3.10.7.4 eighth: the FINs crossed, as in 3.6, figure 13" },
{ INFERRED, FIN, CG, SAME, 0,
    "RFC 9293 3.8.1: it sends its FIN again; the other's may be on the way" },
{ CONFIRMED, FIN, CW, TCP_CLOSING, 1,
    "RFC 9293 3.10.4: CLOSE in ESTABLISHED: its ACK of the FIN is newer" },
{ SENT, FIN, LA, SAME, 1,
    "RFC 9293 3.8.1: it sends its FIN again" },
{ SENT, FIN, C, SAME, 0,
    "RFC 9293 3.10.7.1: CLOSED sends nothing but resets: it comes late" },

/* A FIN that covers the peer's. */
{ SENT, FIN_ACK, U | L | SS | SR | E | CW | LA, TCP_LAST_ACK, 1,
    "RFC 9293 3.10.4: CLOSE in CLOSE-WAIT" },
{ SENT, FIN_ACK, F1 | CG, TCP_CLOSING, 1,
    "RFC 9293 3.10.7.4 eighth: the FIN came, the ACK of its own did not" },
{ INFERRED, FIN_ACK, F2, TCP_CLOSING, 1,
    "RFC 9293 3.8.1: it sends its FIN again: the ACK never arrived" },
{ INFERRED, FIN_ACK, TW, SAME, 0,
    "RFC 9293 3.10.7.4 fifth: its repeated FIN crossed the other's ACK" },
{ CONFIRMED, FIN_ACK, F2 | TW, TCP_TIME_WAIT, 1,
    "RFC 9293 3.10.7.4 eighth: the ACK of its own FIN had come: repeated" },
{ INFERRED, FIN_ACK, C, TCP_LAST_ACK, 1,
    "RFC 9293 3.8.1: it sends its FIN again: the last ACK never arrived" },
{ CONFIRMED, FIN_ACK, C, SAME, 0,
    "RFC 9293 3.10.7.1: CLOSED sends nothing but resets: it comes late" },

{ SENT, RST, ALL, TCP_CLOSED, 1,
    "RFC 9293 3.10.5, 3.10.7.1: ABORT, or CLOSED already" },

{ SENT, ICMP, ALL, SAME, 0,
    "RFC 9293 3.9.2.2: a router sent it, or the other end's IP" },
{ RECEIVED, ICMP, SS, TCP_CLOSED, 0,
    "RFC 1122 4.2.3.9: unreachable: Linux gives the attempt up" },
{ RECEIVED, ICMP, ALL & ~SS, SAME, 0,
    "RFC 5927 4, 5.2: where it is past SYN-SENT, it is a hint" },

/* What arrives. */
{ RECEIVED, NONE, ALL, SAME, 0,
    "RFC 9293 3.10.7.4 first: a segment that is out of place is dropped" },

{ RECEIVED, SYN, U, TCP_LISTEN, 0,
    "RFC 9293 3.10.7.2: it listens, or is closed, until it says which" },
{ RECEIVED, SYN, L, SAME, 0,
    "RFC 9293 3.10.7.2 third: it is in SYN-RECEIVED when it has answered" },
{ RECEIVED, SYN, SS, TCP_SYN_RECEIVED, 0,
    "RFC 9293 3.10.7.3 fourth: simultaneous open" },
{ RECEIVED, SYN, SR | E | F1 | F2 | CW | CG | LA | TW, SAME, 0,
    "RFC 5961 4.2, RFC 9293 3.10.7.4 fourth: answered by a challenge ACK" },
{ RECEIVED, SYN, C, SAME, 0,
    "RFC 9293 3.10.7.1: answered by a reset" },

{ RECEIVED, SYN_ACK, U, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.7.3 fourth: it answers a SYN that nobody saw" },
{ RECEIVED, SYN_ACK, L, SAME, 0,
    "RFC 9293 3.10.7.2 second: an ACK is answered by a reset" },
{ RECEIVED, SYN_ACK, SS, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.7.3 fourth: our SYN is acknowledged" },
{ RECEIVED, SYN_ACK, SR, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.7.4 fifth, 3.5 figure 7: simultaneous open" },
{ RECEIVED, SYN_ACK, E | F1 | F2 | CW | CG | LA | TW, SAME, 0,
    "RFC 5961 4.2, RFC 9293 3.10.7.4 fourth: answered by a challenge ACK" },
{ RECEIVED, SYN_ACK, C, SAME, 0,
    "RFC 9293 3.10.7.1: answered by a reset" },

{ RECEIVED, ACK | DATA | OF_FIN | FIN | FIN_ACK, U, SAME, 0,
    "RFC 9293 3.3.2: of one that was silent, it may be in any state" },
{ RECEIVED, ACK | DATA, L, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.7.4 fifth: it acknowledges a SYN-ACK that nobody saw" },
{ RECEIVED, OF_FIN | FIN | FIN_ACK, L, SAME, 0,
    "RFC 9293 3.10.7.2 second, 3.10.7.4 eighth: LISTEN takes no FIN" },
{ RECEIVED, ACK | DATA | OF_FIN | FIN | FIN_ACK, SS, SAME, 0,
    "RFC 9293 3.10.7.3 fifth: neither SYN nor RST: dropped" },
{ RECEIVED, ACK | DATA | OF_FIN, SR, TCP_ESTABLISHED, 0,
    "RFC 9293 3.10.7.4 fifth: its SYN is acknowledged" },
{ RECEIVED, ACK | DATA | OF_FIN, E | F2 | CW | TW, SAME, 0,
    "RFC 9293 3.10.7.4 fifth: an ACK moves none of these" },
{ RECEIVED, ACK | DATA, F1 | CG | LA, SAME, 0,
    "RFC 9293 3.10.7.4 fifth: its FIN is not acknowledged" },
{ RECEIVED, OF_FIN, F1, TCP_FIN_WAIT_2, 0,
    "RFC 9293 3.10.7.4 fifth: its FIN is acknowledged: FIN-WAIT-2" },
{ RECEIVED, OF_FIN | FIN_ACK, CG, TCP_TIME_WAIT, 0,
    "RFC 9293 3.10.7.4 fifth: its FIN is acknowledged: TIME-WAIT" },
{ RECEIVED, OF_FIN | FIN_ACK, LA, TCP_CLOSED, 0,
    "RFC 9293 3.10.7.4 fifth: its FIN is acknowledged: CLOSED" },
{ RECEIVED, FIN | FIN_ACK, SR | E, TCP_CLOSE_WAIT, 0,
    "RFC 9293 3.10.7.4 eighth: CLOSE-WAIT" },
{ RECEIVED, FIN, F1, TCP_CLOSING, 0,
    "RFC 9293 3.10.7.4 eighth: its own is not acknowledged: CLOSING" },
{ RECEIVED, FIN_ACK, F1, TCP_TIME_WAIT, 0,
    "RFC 9293 3.10.7.4 fifth, eighth: FIN-WAIT-2, and at once TIME-WAIT" },
{ RECEIVED, FIN | FIN_ACK, F2, TCP_TIME_WAIT, 0,
    "RFC 9293 3.10.7.4 eighth: TIME-WAIT" },
{ RECEIVED, FIN | FIN_ACK, CW | TW, SAME, 0,
    "RFC 9293 3.10.7.4 eighth: the same FIN again" },
{ RECEIVED, FIN, CG | LA, SAME, 0,
    "RFC 9293 3.10.7.4 eighth: the same FIN again" },
{ RECEIVED, ACK | DATA | OF_FIN | FIN | FIN_ACK, C, SAME, 0,
    "RFC 9293 3.10.7.1: answered by a reset" },

{ RECEIVED, RST, L, SAME, 0,
    "RFC 9293 3.10.7.2 first: LISTEN ignores it" },
{ RECEIVED, RST, U, TCP_CLOSED, 0,
    "RFC 9293 3.10.7.4 second: whatever it was, its peer is gone" },
{ RECEIVED, RST, SS, TCP_CLOSED, 0,
    "RFC 9293 3.10.7.3 second: it acknowledges the SYN: refused" },
{ RECEIVED, RST, SR, TCP_CLOSED, 0,
    "RFC 9293 3.10.7.4 second: LISTEN has a socket of its own" },
{ RECEIVED, RST, E | F1 | F2 | CW | CG | LA | TW, TCP_CLOSED, 0,
    "RFC 9293 3.10.7.4 second: it is exact: CLOSED" },
{ RECEIVED, RST, C, SAME, 0,
    "RFC 9293 3.10.7.1: a reset to CLOSED is dropped" },
};

/* The only rule that speaks of a cell; NULL when there is none, or two. */
static const struct rule *
rule_of(unsigned int table, unsigned int ev, unsigned int state)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!(rules[i].tables & table) ||
		    !(rules[i].events & 1U << ev) ||
		    !(rules[i].states & 1U << state))
			continue;
		if (found != NULL)
			return NULL;
		found = &rules[i];
	}
	return found;
}

static unsigned int
cell(unsigned int table, unsigned int ev, unsigned int state)
{
	return table == RECEIVED ? tcp_received[ev][state] :
	    tcp_sent[table == CONFIRMED][ev][state];
}

static void
test_cell(const char *what, unsigned int table, unsigned int ev,
    unsigned int state)
{
	const struct rule *r = rule_of(table, ev, state);
	unsigned int got = cell(table, ev, state), want;

	if (r == NULL) {
		ok(0, "%s, %s, %s: one rule speaks of it", what,
		    tcp_state_text[state], tcp_event_name[ev]);
		return;
	}
	want = (r->to == SAME ? state : r->to) | (r->proven ? TCP_PROVEN : 0);
	if (!ok(got == want, "%s, %s, %s: %s%s: %s", what,
	    tcp_state_text[state], tcp_event_name[ev],
	    tcp_state_text[want & TCP_STATE_MASK],
	    table == RECEIVED || r->proven ? "" : "?", r->why))
		printf("#   got %s%s\n", tcp_state_text[got & TCP_STATE_MASK],
		    got & TCP_PROVEN ? "" : "?");
}

static void
test_table(const char *what, unsigned int table)
{
	for (unsigned int ev = 0; ev < TCP_EVENTS; ev++)
		for (unsigned int s = 0; s < TCP_STATES; s++)
			test_cell(what, table, ev, s);
}

int
main(void)
{
	test_table("sent, inferred", INFERRED);
	test_table("sent, confirmed", CONFIRMED);
	test_table("received", RECEIVED);
	return done();
}
