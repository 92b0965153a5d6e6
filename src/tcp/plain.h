/*
 * plain.h: the segment that most are: the next in order, or its
 * acknowledgement, in a connection where nothing was lost.
 *
 * A short cut, no rule of its own: what it answers 1 to comes out the same by
 * way of tcp_classify(), tcp_move(), stream_sent() and stream_acked(), which
 * take ten times as long.
 */
#ifndef SRC_TCP_PLAIN_H
#define SRC_TCP_PLAIN_H

#include "tcp/rtt.h"

/* Both ends stand open, and have spoken since their SYN; neither has trouble,
 * which the caller knows. */
static inline int
plain_sides(const struct side *me, const struct side *peer)
{
	return me->state == TCP_ESTABLISHED && me->confirmed &&
	    peer->state == TCP_ESTABLISHED &&
	    (me->seen & (SIDE_SEQ | SIDE_FIN | SIDE_CHALLENGED)) == SIDE_SEQ &&
	    (peer->seen & (SIDE_SEQ | SIDE_ACKED | SIDE_FIN | SIDE_TSVAL)) ==
	    (SIDE_SEQ | SIDE_ACKED) &&
	    (me->flags & (TCP_RST | TCP_ACK)) == TCP_ACK &&
	    peer->flags & TCP_ACK;
}

/* Takes the segment in and answers 1; or leaves all as it is and answers 0. */
static inline int
plain_segment(struct side *me, struct side *peer, const struct flow *f,
    int64_t now)
{
	uint32_t acked = f->tcp.ack - (peer->base + (uint32_t)peer->acked);

	if ((f->tcp.flags & ~(unsigned int)TCP_PSH) != TCP_ACK ||
	    !plain_sides(me, peer) ||
	    f->tcp.seq != me->base + (uint32_t)me->next ||
	    f->tcp.window == 0 || peer->window == 0 || f->tcp.sacks != 0 ||
	    peer->acked < 0 || (int64_t)acked > peer->next - peer->acked)
		return 0;	/* (Before 0 stands what a SYN rules out.) */
	/* What acknowledges nothing new may do so for the second time. */
	if (acked == 0 && f->payload_len == 0 && peer->next != peer->acked)
		return 0;
	me->flags |= f->tcp.flags;
	me->window = f->tcp.window;
	if (f->payload_len > 0 && me->timed_at == RTT_NONE)
		rtt_start(me, f->tcp.seq + f->payload_len, now);
	me->next += f->payload_len;
	if (f->tcp.options & TCP_HAS_TIMESTAMPS && me->next >= me->acked &&
	    (me->tsval == 0 || (int32_t)(f->tcp.tsval - me->tsval) > 0))
		me->tsval = f->tcp.tsval;
	peer->acked += acked;
	if (acked != 0 && peer->timed_at != RTT_NONE &&
	    (int32_t)(f->tcp.ack - peer->timed_end) >= 0)
		rtt_stop(peer, me, now);
	return 1;
}

#endif
