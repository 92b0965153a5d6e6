/* segment.c: what one segment means, by its numbers (RFC 9293, 5961). */
#include "tcp/segment.h"

enum { WINDOW_LEAST = 1 << 16 };	/* what a segment may be ahead, if less
					 * was advertised */

/* RFC 5961 section 3.2, as far as an observer knows what is expected next. */
static int
rst_acceptable(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	int64_t place = side_place(me, f->tcp.seq);

	/* Out of SYN-SENT, what answers an ACK that acknowledges nothing has
	 * its number from there, and leaves the state (section 3.10.7.3). */
	if (me->state == TCP_SYN_SENT && me->seen & SIDE_SYN &&
	    (place < -1 || place > me->next))
		return 0;
	if (peer->state == TCP_SYN_SENT) {
		place = side_place(peer, f->tcp.ack);
		return f->tcp.flags & TCP_ACK && peer->seen & SIDE_SEQ &&
		    place >= 0 && place <= peer->next;
	}
	if (!(me->seen & SIDE_ACKED))
		return !(me->seen & SIDE_SYN) ||
		    (place >= 0 && place <= me->next);
	if (f->tcp.seq == me->base + (uint32_t)me->acked)
		return 1;
	/* What the receiver expects lies between what it has acknowledged
	 * and what was sent. */
	return me->seen & SIDE_SEQ && place > me->acked && place <= me->next;
}

/* How far ahead of its receiver's acknowledgements a segment can be. */
int64_t
tcp_window(const struct side *receiver, const struct side *sender)
{
	int64_t window = receiver->window;

	if (!(receiver->seen & SIDE_SYN))
		return SEQ_REACH;	/* its scale is not known */
	if (receiver->seen & SIDE_SCALE && sender->seen & SIDE_SCALE)
		window <<= side_scale(receiver);
	return window > WINDOW_LEAST ? window : WINDOW_LEAST;
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
	return place < 0 || place - peer->next >
	    (f->tcp.flags & TCP_SYN ? 0 : WINDOW_LEAST);
}

int
tcp_fin_plausible(const struct side *me, const struct side *peer,
    const struct flow *f, int64_t end)
{
	int64_t known = side_known(me);

	if (!(me->seen & SIDE_SEQ))
		return 1;
	if (me->seen & SIDE_FIN)
		return end == me->next;		/* the same again */
	/* Nothing is sent behind a FIN, and it fits into the window.  Where it
	 * follows what was seen last, what had been acknowledged behind that
	 * was never sent. */
	if (end < known && side_place(me, f->tcp.seq) != me->next)
		return 0;
	if (end - known > tcp_window(peer, me) + 1)
		return 0;
	/* RFC 5961 section 5.2: an ACK as old as that drops the segment. */
	if (peer->seen & SIDE_ACKED && side_place(peer, f->tcp.ack) <
	    peer->acked - tcp_window(me, peer))
		return 0;
	/* PAWS, RFC 7323 section 5.3, where both send time stamps. */
	return !(f->tcp.options & TCP_HAS_TIMESTAMPS) || me->tsval == 0 ||
	    peer->tsval == 0 || (int32_t)(f->tcp.tsval - me->tsval) >= 0;
}

static int
fin_acceptable(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	int64_t end = side_place(me, f->tcp.seq) + f->payload_len + 1;

	if (!tcp_fin_plausible(me, peer, f, end))
		return 0;
	/* One that is sent again acknowledges all that came since. */
	return !(me->seen & SIDE_FIN) || !(peer->seen & SIDE_ACKED) ||
	    side_place(peer, f->tcp.ack) >= peer->acked;
}

/* It answers the peer's SYN anew, having forgotten its first answer: Linux does
 * so when that could not be sent, and a balancer that chose another server. */
static int
answers_anew(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	return f->tcp.flags & TCP_ACK && me->state == TCP_SYN_RECEIVED &&
	    !(me->seen & SIDE_ACKED) && me->next == 0 &&
	    peer->seen & SIDE_SYN && f->tcp.ack == peer->base;
}

static enum tcp_event
classify_syn(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	if (me->state == TCP_CLOSED && me->seen & SIDE_FIN)
		return TCP_EV_NONE;	/* an old one, delayed */
	if (me->seen & SIDE_SYN && f->tcp.seq != me->base - 1 &&
	    !answers_anew(me, peer, f))
		return TCP_EV_NONE;
	/* Mid-stream, its own SYN was overtaken by what followed. */
	if (!(f->tcp.flags & TCP_ACK) && me->seen & SIDE_SEQ &&
	    !(me->seen & SIDE_SYN) && f->tcp.seq == me->base - 1)
		return TCP_EV_NONE;
	return f->tcp.flags & TCP_ACK ? TCP_EV_SYN_ACK : TCP_EV_SYN;
}

/* Fast Open: a server may answer the data of a SYN before anything else comes
 * (RFC 7413 section 4.2.2): it is in SYN-RECEIVED still. */
static int
answers_early(const struct side *me, const struct side *peer)
{
	return me->state == TCP_SYN_RECEIVED && !(me->seen & SIDE_ACKED) &&
	    peer->next > 0;
}

enum tcp_event
tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags;
	int32_t beyond = -1;	/* of the peer's FIN */

	if (flags & TCP_RST)
		return rst_acceptable(me, peer, f) ? TCP_EV_RST : TCP_EV_NONE;
	if (flags & TCP_ACK && ack_of_no_syn(peer, f))
		return TCP_EV_NONE;
	if (flags & TCP_SYN)
		return classify_syn(me, peer, f);
	if (!(flags & TCP_ACK))
		return TCP_EV_NONE;
	if (peer->seen & SIDE_FIN)
		beyond = (int32_t)(f->tcp.ack - side_fin(peer));
	if (beyond > 0)
		return TCP_EV_NONE;	/* of what was never sent */
	if (flags & TCP_FIN ? !fin_acceptable(me, peer, f) :
	    answers_early(me, peer))
		return TCP_EV_NONE;
	return tcp_event_in_order(f, beyond == 0);
}

enum tcp_event
tcp_arrives_as(const struct side *me, const struct flow *f,
    enum tcp_event ev, const struct trouble_side *holes)
{
	int64_t from, to, in_order = me->next;

	if (!(me->seen & SIDE_SEQ))
		return ev;
	from = side_place(me, f->tcp.seq);
	if (holes != NULL && holes->tracking)
		in_order = holes->contiguous;
	if (ev == TCP_EV_FIN || ev == TCP_EV_FIN_ACK) {
		if (me->seen & SIDE_ACKED && me->acked > in_order)
			in_order = me->acked;
		if (from <= in_order)
			return ev;
		return ev == TCP_EV_FIN ? TCP_EV_ACK : TCP_EV_ACK_OF_FIN;
	}
	to = from + f->payload_len;
	if (holes == NULL || !holes->tracking || !(me->seen & SIDE_FIN) ||
	    holes->blocks != 1 || from > in_order ||
	    to < holes->block[0].from)
		return ev;
	if (ev == TCP_EV_ACK_OF_FIN)
		return TCP_EV_FIN_ACK;
	return ev == TCP_EV_DATA ? TCP_EV_FIN : ev;
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
	    side_place(me, f->tcp.seq) < me->acked + tcp_window(peer, me);
}

/* RFC 2883 section 4: the first block tells of what came twice when it lies
 * below the acknowledgement, or in the second block. */
int
tcp_is_dsack(const struct flow *f)
{
	const uint32_t (*sack)[2] = f->tcp.sack;

	if ((int32_t)(sack[0][1] - f->tcp.ack) <= 0)
		return 1;
	return f->tcp.sacks > 1 &&
	    (int32_t)(sack[0][0] - sack[1][0]) >= 0 &&
	    (int32_t)(sack[0][1] - sack[1][1]) <= 0;
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
	/* TIME-WAIT gives way to what is newer than all that it has seen: RFC
	 * 1122 section 4.2.2.13, RFC 6191. */
	if (peer->state == TCP_TIME_WAIT && me->seen & SIDE_SEQ)
		return side_place(me, f->tcp.seq) > me->next ||
		    (f->tcp.options & TCP_HAS_TIMESTAMPS && me->tsval != 0 &&
		    (int32_t)(f->tcp.tsval - me->tsval) > 0);
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
