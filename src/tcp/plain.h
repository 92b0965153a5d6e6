/*
 * plain.h: the segments that most are: the next in order of a stream in which
 * nothing is missing, acknowledging what was sent; and the SYN and SYN-ACK that
 * open a connection.
 *
 * A short cut, no rule of its own: what plain_is() or plain_opening() say yes
 * to comes out the same by way of tcp_classify(), tcp_arrives_as(),
 * stream_sent() and stream_acked(), which take several times as long.
 */
#ifndef SRC_TCP_PLAIN_H
#define SRC_TCP_PLAIN_H

#include "tcp/rtt.h"
#include "tcp/segment.h"
#include "tcp/stream.h"

enum { PLAIN_MOST = 1 << 16 };	/* bytes of a FIN's payload: the least that
				 * tcp_window() answers */

/* Trouble is past: it has left nothing but counts.  "dir" is the sender. */
static inline int
plain_trouble(const struct trouble *w, unsigned int dir)
{
	const struct trouble_side *me = &w->side[dir];
	const struct trouble_side *peer = &w->side[dir ^ 1];

	return (me->tracking | me->doubtful | me->strays | peer->tracking |
	    peer->doubtful) == 0 && me->dups == 0;
}

/* Both have spoken since their SYN, and neither was reset. */
static inline int
plain_sides(const struct side *me, const struct side *peer)
{
	return (me->seen & (SIDE_SEQ | SIDE_FIN | SIDE_CHALLENGED)) ==
	    SIDE_SEQ && (peer->seen & (SIDE_SEQ | SIDE_TSVAL)) == SIDE_SEQ &&
	    !(me->flags & TCP_RST) && me->acked <= me->next &&
	    /* Fast Open's early answers: see tcp_classify(). */
	    (me->state != TCP_SYN_RECEIVED || me->seen & SIDE_ACKED);
}

/* Does it acknowledge what was sent, and not for the second time? */
static inline int
plain_ack(const struct side *peer, const struct flow *f)
{
	int64_t flight = peer->next - peer->acked;
	uint32_t acked = f->tcp.ack - (peer->base + (uint32_t)peer->acked);

	/* Before 0 stands what a SYN rules out.  By bits, what no branch could
	 * foretell. */
	return peer->acked >= 0 && (int64_t)acked <= flight &&
	    flight <= SEQ_REACH && ((acked != 0) | (flight == 0) |
	    (f->payload_len > 0) | ((f->tcp.flags & TCP_FIN) != 0) |
	    !(peer->seen & SIDE_ACKED));
}

/* A FIN that tcp_fin_plausible() would not doubt, where the rest is plain. */
static inline int
plain_fin(const struct side *me, const struct flow *f)
{
	return f->payload_len <= PLAIN_MOST &&
	    (!(f->tcp.options & TCP_HAS_TIMESTAMPS) || me->tsval == 0 ||
	    (int32_t)(f->tcp.tsval - me->tsval) >= 0);
}

/* The session has no trouble, or plain_trouble(). */
static inline int
plain_is(const struct side *me, const struct side *peer, const struct flow *f)
{
	return (f->tcp.flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK &&
	    f->tcp.seq == me->base + (uint32_t)me->next &&
	    f->tcp.window != 0 && peer->window != 0 && f->tcp.sacks == 0 &&
	    plain_sides(me, peer) && plain_ack(peer, f) &&
	    (!(f->tcp.flags & TCP_FIN) || plain_fin(me, f));
}

/* Moves both states; the event that it was, or TCP_EV_NONE if nothing moved: in
 * a connection that stands open, only a FIN does so. */
static inline enum tcp_event
plain_move(struct side *me, struct side *peer, const struct flow *f)
{
	enum tcp_event ev;

	if (me->state == TCP_ESTABLISHED && me->confirmed &&
	    peer->state == TCP_ESTABLISHED && !(peer->seen & SIDE_FIN) &&
	    !(f->tcp.flags & TCP_FIN))
		return TCP_EV_NONE;
	ev = tcp_event_in_order(f, peer->seen & SIDE_FIN &&
	    f->tcp.ack == side_fin(peer));
	return tcp_move(me, peer, ev, ev) ? ev : TCP_EV_NONE;
}

/* What stream_sent() and stream_acked() remember of it. */
static inline void
plain_follow(struct side *me, struct side *peer, const struct flow *f,
    int64_t now)
{
	uint32_t len = f->payload_len + (f->tcp.flags & TCP_FIN);

	if (rtt_is_of_syn(me))
		rtt_opened(me, now);
	if (f->tcp.flags & TCP_FIN)
		me->seen |= SIDE_FIN;
	me->flags |= f->tcp.flags;
	me->window = f->tcp.window;
	if (f->tcp.options & TCP_HAS_TIMESTAMPS &&
	    (me->tsval == 0 || (int32_t)(f->tcp.tsval - me->tsval) > 0))
		me->tsval = f->tcp.tsval;
	if (len > 0 && me->timed_at == RTT_NONE)
		rtt_start(me, f->tcp.seq + len, now);
	me->next += len;
	if (peer->seen & SIDE_ACKED &&
	    f->tcp.ack == peer->base + (uint32_t)peer->acked)
		return;
	peer->acked += f->tcp.ack - (peer->base + (uint32_t)peer->acked);
	peer->seen |= SIDE_ACKED;
	if (peer->timed_at != RTT_NONE && !rtt_is_of_syn(peer) &&
	    (int32_t)(f->tcp.ack - peer->timed_end) >= 0)
		rtt_stop(peer, me, now);
}

_Static_assert(TCP_FIN == 1, "a FIN takes one number, as its flag says");

/*
 * The first SYN of a connection, or the first SYN-ACK, which answers it: the
 * event that it is, or TCP_EV_NONE if it is neither.  The session has no
 * trouble.
 */
static inline enum tcp_event
plain_opening(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST |
	    TCP_FIN);

	/* Of its stream nothing was seen before. */
	if ((me->seen & ~(SIDE_PAYLOAD | SIDE_CHECKED | SIDE_GOOD_SUM)) != 0 ||
	    f->tcp.window == 0)
		return TCP_EV_NONE;
	if (flags == TCP_SYN)
		return me->state == TCP_UNKNOWN &&
		    peer->state == TCP_UNKNOWN ? TCP_EV_SYN : TCP_EV_NONE;
	return flags == (TCP_SYN | TCP_ACK) && peer->state == TCP_SYN_SENT &&
	    rtt_is_of_syn(peer) && f->tcp.sacks == 0 &&
	    (peer->seen & (SIDE_SEQ | SIDE_ACKED)) == SIDE_SEQ &&
	    f->tcp.ack - peer->base <= peer->next ? TCP_EV_SYN_ACK :
	    TCP_EV_NONE;
}

/* What stream_sent() and stream_acked() remember of it. */
static inline void
plain_open(struct side *me, struct side *peer, const struct flow *f,
    int64_t now)
{
	me->flags |= f->tcp.flags;
	me->window = f->tcp.window;
	me->base = f->tcp.seq + 1;
	me->next = f->payload_len;
	me->seen |= SIDE_SEQ;
	stream_remember_syn(me, f);
	if (f->tcp.options & TCP_HAS_TIMESTAMPS)
		me->tsval = f->tcp.tsval;
	rtt_start(me, me->base, now);
	if (!(f->tcp.flags & TCP_ACK))
		return;
	rtt_answered(peer, me, now);
	peer->acked = f->tcp.ack - peer->base;
	peer->seen |= SIDE_ACKED;
}

#endif
