/* segment.c: what one segment means, by its numbers (RFC 9293, 5961). */
#include "tcp/segment.h"

enum { WINDOW_LEAST = 1 << 16 };	/* what a FIN may be ahead, if less
					 * was advertised */

/* RFC 5961 section 3.2, as far as an observer knows what is expected next. */
static int
rst_acceptable(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	int64_t place;

	if (peer->state == TCP_SYN_SENT) {
		place = side_place(peer, f->tcp.ack);
		return f->tcp.flags & TCP_ACK && peer->seen & SIDE_SEQ &&
		    place >= 0 && place <= peer->next;
	}
	if (!(me->seen & SIDE_ACKED))
		return 1;
	if (f->tcp.seq == me->base + (uint32_t)me->acked)
		return 1;
	/* What the receiver expects lies between what it has acknowledged
	 * and what was sent. */
	place = side_place(me, f->tcp.seq);
	return me->seen & SIDE_SEQ && place > me->acked && place <= me->next;
}

/* The peer is waiting for its SYN to be acknowledged, and this does not. */
static int
ack_of_no_syn(const struct side *peer, const struct flow *f)
{
	int64_t place;

	if ((peer->state != TCP_SYN_SENT && peer->state != TCP_SYN_RECEIVED) ||
	    !(peer->seen & SIDE_SYN))
		return 0;
	place = side_place(peer, f->tcp.ack);
	return place < 0 || (f->tcp.flags & TCP_SYN && place > peer->next);
}

/* How far ahead of its receiver's acknowledgements a segment can be. */
static int64_t
window_of(const struct side *receiver, const struct side *sender)
{
	int64_t window = receiver->window;

	if (!(receiver->seen & SIDE_SYN))
		return SEQ_REACH;	/* its scale is not known */
	if (receiver->seen & SIDE_SCALE && sender->seen & SIDE_SCALE)
		window <<= receiver->window_scale;
	return window > WINDOW_LEAST ? window : WINDOW_LEAST;
}

int
tcp_fin_plausible(const struct side *me, const struct side *peer, int64_t end)
{
	int64_t known = side_known(me);

	if (!(me->seen & SIDE_SEQ))
		return 1;
	/* Nothing is sent behind a FIN, and it fits into the window. */
	return end >= known && end - known <= window_of(peer, me) + 1;
}

static int64_t
segment_end(const struct side *me, const struct flow *f)
{
	return side_place(me, f->tcp.seq) + ((f->tcp.flags & TCP_SYN) != 0) +
	    f->payload_len + ((f->tcp.flags & TCP_FIN) != 0);
}

static enum tcp_event
classify_fin(const struct side *me, const struct side *peer,
    const struct flow *f, int of_fin)
{
	if (me->seen & SIDE_FIN ? me->base + (uint32_t)segment_end(me, f) !=
	    me->fin : !tcp_fin_plausible(me, peer, segment_end(me, f)))
		return TCP_EV_NONE;
	return of_fin ? TCP_EV_FIN_ACK : TCP_EV_FIN;
}

enum tcp_event
tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags;
	int of_fin;

	if (flags & TCP_RST)
		return rst_acceptable(me, peer, f) ? TCP_EV_RST : TCP_EV_NONE;
	if (flags & TCP_ACK && ack_of_no_syn(peer, f))
		return TCP_EV_NONE;
	if (flags & TCP_SYN) {
		if (me->seen & SIDE_SYN && f->tcp.seq != me->base - 1)
			return TCP_EV_NONE;
		return flags & TCP_ACK ? TCP_EV_SYN_ACK : TCP_EV_SYN;
	}
	of_fin = flags & TCP_ACK && peer->seen & SIDE_FIN &&
	    (int32_t)(f->tcp.ack - peer->fin) >= 0;
	if (flags & TCP_FIN)
		return classify_fin(me, peer, f, of_fin);
	if (!(flags & TCP_ACK))
		return TCP_EV_NONE;
	if (of_fin)
		return TCP_EV_ACK_OF_FIN;
	return f->payload_len > 0 ? TCP_EV_DATA : TCP_EV_ACK;
}

int
tcp_move(struct side *me, struct side *peer, enum tcp_event ev)
{
	uint8_t sent = tcp_sent[me->confirmed][ev][me->state];
	uint8_t received = tcp_received[ev][peer->state];
	int changed = 0;

	if ((sent & TCP_STATE_MASK) != me->state) {
		me->state = sent & TCP_STATE_MASK;
		me->confirmed = 0;
		changed = 1;
	}
	if (sent & TCP_PROVEN && !me->confirmed) {
		me->confirmed = 1;
		changed = 1;
	}
	if (received != peer->state) {
		peer->state = received;
		peer->confirmed = 0;
		changed = 1;
	}
	return changed;
}

static int
is_synchronized(const struct side *s)
{
	return s->state >= TCP_ESTABLISHED && s->state <= TCP_TIME_WAIT;
}

int
tcp_is_challenge(const struct side *me, const struct side *peer,
    const struct flow *f, enum tcp_event ev)
{
	if (!is_synchronized(peer))
		return 0;
	if (f->tcp.flags & TCP_SYN)
		return 1;	/* RFC 5961 section 4.2 */
	return ev == TCP_EV_NONE && f->tcp.flags & TCP_RST &&
	    side_place(me, f->tcp.seq) > me->acked &&
	    side_place(me, f->tcp.seq) < me->acked + window_of(peer, me);
}

static int
is_over(const struct side *s)
{
	return s->state == TCP_CLOSED || s->state == TCP_TIME_WAIT;
}

/* A SYN-ACK to a SYN that was not believed: it was true. */
static int
accepts_rival(const struct side *me, const struct side *peer, uint32_t rival,
    const struct flow *f)
{
	return peer->seen & SIDE_RIVAL && f->tcp.ack == rival + 1 &&
	    !(me->seen & SIDE_SYN && f->tcp.seq == me->base - 1);
}

int
tcp_is_new_connection(const struct side *me, const struct side *peer,
    uint32_t rival, const struct flow *f)
{
	unsigned int flags = f->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST);

	if (flags == (TCP_SYN | TCP_ACK))
		return accepts_rival(me, peer, rival, f);
	if (flags != TCP_SYN)
		return 0;
	if (me->seen & SIDE_SYN && f->tcp.seq == me->base - 1)
		return 0;	/* the same SYN again */
	if (is_over(me) || is_over(peer))
		return 1;
	/* Mid-stream, its own SYN may come late; any other is a new one. */
	if (me->seen & SIDE_SEQ && !(me->seen & SIDE_SYN))
		return f->tcp.seq + 1 != me->base;
	/* An attempt that was not answered gives way; in a connection that
	 * stands, a SYN out of nowhere may be forged (RFC 5961 section 4): it
	 * is remembered, and believed when it is answered. */
	return me->seen & SIDE_SYN && !(me->seen & SIDE_ACKED);
}
