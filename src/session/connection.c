/* connection.c: a TCP segment comes to its session. */
#include "session/impl.h"
#include "session/zeek.h"
#include "tcp/plain.h"
#include "tcp/segment.h"
#include "tcp/stream.h"

void
connection_ends(struct session *s, enum tcp_event ev)
{
	for (unsigned int i = 0; i < 2; i++)
		if (s->side[i].state != TCP_CLOSED &&
		    s->side[i].state != TCP_TIME_WAIT &&
		    !(ev == TCP_EV_RST && s->side[i].state == TCP_LISTEN)) {
			s->end = END_OPEN;
			return;
		}
	if (s->end == END_OPEN)
		s->end = ev == TCP_EV_RST ? END_RESET : END_CLOSED;
}

static const struct trouble_side *
trouble_of(const struct session_table *t, const struct session *s,
    unsigned int dir)
{
	const struct trouble *w = session_trouble(t, s);

	return w != NULL ? &w->side[dir] : NULL;
}

/* What is behind the state machine: numbers, counters, times, Zeek. */
static void
follow_stream(struct session_table *t, struct session *s,
    const struct flow *f, unsigned int dir, int64_t now, int believed)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	struct segment g = { f, me, peer, dir, &t->troubles, &s->trouble, now,
	    me->window, (me->seen & SIDE_SYN) != 0 &&
	    (f->tcp.flags & TCP_SYN) != 0, believed != 0, 0 };
	const struct trouble_side *theirs = trouble_of(t, s, dir ^ 1);
	uint32_t gaps = theirs != NULL ? theirs->gaps : 0;

	zeek_flags(s, &t->troubles, dir, f);
	zeek_notes(s, &t->troubles, dir, stream_sent(&g));
	zeek_move(s, dir, f);
	g.clean = (uint8_t)zeek_is_clean(s);
	stream_acked(&g);
	zeek_gaps(s, &t->troubles, dir ^ 1, gaps);
}

/* The cause of the change, or NULL when nothing changed. */
static const char *
step(struct session_table *t, struct session *s, const struct flow *f,
    unsigned int dir, int64_t now)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	enum tcp_event ev = tcp_classify(me, peer, f), arrives;
	int changed;

	if (f->tcp.flags & (TCP_SYN | TCP_RST) &&
	    tcp_is_challenge(me, peer, f, ev))
		peer->seen |= SIDE_CHALLENGED;
	if (ev == TCP_EV_RST) {
		if (peer->state == TCP_SYN_SENT && rtt_is_of_syn(peer)) {
			rtt_answered(peer, me, now);
			rtt_opened(peer, now);
		}
		me->timed_at = RTT_NONE;
	}
	arrives = ev == TCP_EV_NONE ? ev : tcp_arrives_as(me, f, ev,
	    trouble_of(t, s, dir));
	changed = tcp_move(me, peer, ev, arrives);
	follow_stream(t, s, f, dir, now, ev != TCP_EV_NONE);
	if (!changed)
		return NULL;
	connection_ends(s, ev);
	return tcp_event_name[ev];
}

/* The side's FIN had a wrong checksum, and yet it was acknowledged: it is made
 * up for, as it was. */
static void
believe_fin(struct session_table *t, struct session *s, unsigned int dir,
    int64_t now)
{
	struct trouble_side *w = &t->troubles.slab[s->trouble].side[dir];
	const struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	struct flow f = { .has = FLOW_TCP };

	w->doubtful = 0;
	f.tcp.flags = TCP_FIN | TCP_ACK;
	f.tcp.seq = w->doubt - 1;
	f.tcp.ack = peer->base + (uint32_t)peer->acked;
	f.tcp.window = me->window;
	step(t, s, &f, dir, now);
}

/*
 * A segment with a wrong checksum is dropped by its receiver, or was spoilt
 * behind it: an acknowledgement tells which.  So SYN and RST are left alone, a
 * FIN waits for its acknowledgement, and payload, which moves no state, is
 * taken for what it says.
 */
static const char *
step_spoilt(struct session_table *t, struct session *s, const struct flow *f,
    unsigned int dir, int64_t now)
{
	struct trouble_side *w = &t->troubles.slab[s->trouble].side[dir];
	struct flow rest = *f;

	if (!(f->tcp.flags & (TCP_SYN | TCP_RST | TCP_FIN)))
		return step(t, s, f, dir, now);
	zeek_bad_checksum(s, &t->troubles, dir);
	if (f->tcp.flags & (TCP_SYN | TCP_RST))
		return NULL;
	w->doubtful = 1;
	w->doubt = f->tcp.seq + f->payload_len + 1;
	if (f->payload_len == 0)
		return NULL;
	rest.tcp.flags &= (uint16_t)~TCP_FIN;
	return step(t, s, &rest, dir, now);
}

/* The same as step() for plain_opening(). */
static const char *
step_opening(struct session_table *t, struct session *s, const struct flow *f,
    unsigned int dir, int64_t now, enum tcp_event ev)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];

	tcp_move(me, peer, ev, ev);
	zeek_flags(s, &t->troubles, dir, f);
	zeek_move(s, dir, f);
	plain_open(me, peer, f, now);
	return tcp_event_name[ev];
}

const char *
connection_step(struct session_table *t, struct session *s,
    const struct packet *p, unsigned int dir, enum sum check)
{
	const struct flow *f = &p->flow;
	const struct trouble_side *theirs;
	enum tcp_event ev;

	if (!(f->has & FLOW_TCP))
		return NULL;
	ev = s->trouble != 0 ? TCP_EV_NONE : plain_opening(&s->side[dir],
	    &s->side[dir ^ 1], f);
	if (ev != TCP_EV_NONE)
		return step_opening(t, s, f, dir, p->frame->ts, ev);
	theirs = trouble_of(t, s, dir ^ 1);
	if (theirs != NULL && theirs->doubtful && f->tcp.flags & TCP_ACK &&
	    f->tcp.ack == theirs->doubt)
		believe_fin(t, s, dir ^ 1, p->frame->ts);
	return check == SUM_BAD ? step_spoilt(t, s, f, dir, p->frame->ts) :
	    step(t, s, f, dir, p->frame->ts);
}

int
connection_is_another(const struct session_table *t, const struct session *s,
    const struct flow *f, unsigned int dir)
{
	const struct trouble *w = session_trouble(t, s);

	return tcp_is_new_connection(&s->side[dir], &s->side[dir ^ 1],
	    w != NULL ? w->side[dir ^ 1].rival : 0, f);
}

int
connection_gives_up(struct session *s, const struct packet *p,
    unsigned int dir)
{
	struct side *me = &s->side[dir];

	return p->quoted.has & FLOW_TCP_SEQ && me->seen & SIDE_SYN &&
	    p->quoted.tcp.seq == me->base - 1 &&
	    session_icmp_is_final(&p->flow) &&
	    tcp_move(&s->side[dir ^ 1], me, TCP_EV_ICMP_ERROR,
	    TCP_EV_ICMP_ERROR);
}
