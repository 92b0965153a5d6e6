/* tcp.c: what one segment means, by its sequence numbers (RFC 9293, 5961). */
#include "session/tcp.h"

/* Farther apart than this, two sequence numbers have nothing to do with each
 * other: the largest window is 2^30 (RFC 7323 section 2.3). */
#define SEQ_REACH	(INT32_C(1) << 30)

enum {
	EARLIER_REACH	= 1 << 20,	/* how far reordering goes, in bytes */
	KEEP_ALIVE	= 1,		/* bytes of a probe that repeats */
};

static inline int32_t
seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* RFC 5961 section 3.2, as far as an observer knows what is expected next. */
static int
rst_acceptable(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	if (peer->state == TCP_SYN_SENT)
		return f->tcp.flags & TCP_ACK && peer->seen & SIDE_SEQ &&
		    seq_diff(f->tcp.ack, peer->base) > 0 &&
		    seq_diff(f->tcp.ack, peer->next) <= 0;
	if (!(peer->seen & SIDE_ACK))
		return 1;
	if (f->tcp.seq == peer->ack)
		return 1;
	/* What the receiver expects lies between what it has acknowledged
	 * and what was sent. */
	return me->seen & SIDE_SEQ && seq_diff(f->tcp.seq, peer->ack) > 0 &&
	    seq_diff(f->tcp.seq, me->next) <= 0;
}

/* The peer is waiting for its SYN to be acknowledged, and this does not. */
static int
ack_too_old(const struct side *peer, const struct flow *f)
{
	return (peer->state == TCP_SYN_SENT ||
	    peer->state == TCP_SYN_RECEIVED) && peer->seen & SIDE_SYN &&
	    seq_diff(f->tcp.ack, peer->base) <= 0;
}

enum tcp_event
tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags;
	int of_fin;

	if (flags & TCP_RST)
		return rst_acceptable(me, peer, f) ? TCP_EV_RST : TCP_EV_NONE;
	if (flags & TCP_ACK && ack_too_old(peer, f))
		return TCP_EV_NONE;
	if (flags & TCP_SYN) {
		if (me->seen & SIDE_SYN && f->tcp.seq != me->base)
			return TCP_EV_NONE;
		return flags & TCP_ACK ? TCP_EV_SYN_ACK : TCP_EV_SYN;
	}
	of_fin = flags & TCP_ACK && peer->seen & SIDE_FIN &&
	    seq_diff(f->tcp.ack, peer->fin) >= 0;
	if (flags & TCP_FIN)
		return of_fin ? TCP_EV_FIN_ACK : TCP_EV_FIN;
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

/* Mid-stream, a segment that was sent before the first one that we saw. */
static void
remember_earlier(struct side *me, const struct flow *f)
{
	int32_t back = seq_diff(me->base, f->tcp.seq);

	if (me->seen & SIDE_SYN || back <= 0 || back > EARLIER_REACH ||
	    f->payload_len <= KEEP_ALIVE)
		return;
	me->base = f->tcp.seq;
	me->stream_bytes += (uint32_t)back;
}

static void
remember_seq(struct side *me, const struct side *peer, const struct flow *f)
{
	unsigned int syn = (f->tcp.flags & TCP_SYN) != 0;
	unsigned int fin = (f->tcp.flags & TCP_FIN) != 0;
	uint32_t end = f->tcp.seq + syn + f->payload_len + fin;
	int32_t ahead;

	if (!(me->seen & SIDE_SEQ)) {
		me->seen |= SIDE_SEQ;
		me->base = f->tcp.seq;
		me->next = end;
		me->stream_bytes = f->payload_len + fin;
	} else if ((ahead = seq_diff(end, me->next)) > 0 &&
	    ahead <= SEQ_REACH) {
		me->next = end;
		me->stream_bytes += (uint32_t)ahead;
	} else if (ahead > SEQ_REACH || ahead < -SEQ_REACH) {
		/* A hole that large is believed when the peer's
		 * acknowledgements have crossed it, too. */
		ahead = seq_diff(end, peer->ack);
		if (!(peer->seen & SIDE_ACK) || ahead < -SEQ_REACH ||
		    ahead > SEQ_REACH)
			return;
		me->next = end;
	} else {
		remember_earlier(me, f);
	}
	if (fin && !(me->seen & SIDE_FIN)) {
		/* It takes a number of its own, counted by now, maybe with
		 * an ACK that came behind a FIN which passed by unseen. */
		me->seen |= SIDE_FIN;
		me->fin = end;
		if (me->stream_bytes > 0)
			me->stream_bytes--;
	}
}

static void
remember_options(struct side *me, const struct flow *f)
{
	me->seen |= SIDE_SYN;
	if (f->tcp.options & TCP_HAS_MSS) {
		me->seen |= SIDE_MSS;
		me->mss = f->tcp.mss;
	}
	if (f->tcp.options & TCP_HAS_WINDOW_SCALE) {
		me->seen |= SIDE_SCALE;
		me->window_scale = f->tcp.window_scale;
	}
	if (f->tcp.options & TCP_HAS_SACK_PERMITTED)
		me->seen |= SIDE_SACK;
}

void
tcp_remember(struct side *me, const struct side *peer, const struct flow *f)
{
	unsigned int flags = f->tcp.flags;

	me->flags |= (uint16_t)flags;
	if (flags & TCP_RST)
		return;		/* its numbers may be anything */
	if (flags & TCP_SYN && me->seen & SIDE_SYN &&
	    f->tcp.seq != me->base) {
		me->seen |= SIDE_RIVAL;
		me->rival = f->tcp.seq;
		return;
	}
	if (flags & TCP_SYN && !(me->seen & SIDE_SEQ))
		remember_options(me, f);
	remember_seq(me, peer, f);
	if (!(flags & TCP_ACK))
		return;
	if (!(me->seen & SIDE_ACK) || seq_diff(f->tcp.ack, me->ack) > 0 ||
	    seq_diff(f->tcp.ack, me->ack) < -SEQ_REACH) {
		me->seen |= SIDE_ACK;
		me->ack = f->tcp.ack;
	}
}

static int
is_over(const struct side *s)
{
	return s->state == TCP_CLOSED || s->state == TCP_TIME_WAIT;
}

/* A SYN-ACK to a SYN that was not believed: it was true. */
static int
accepts_rival(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	return peer->seen & SIDE_RIVAL && f->tcp.ack == peer->rival + 1 &&
	    !(me->seen & SIDE_SYN && f->tcp.seq == me->base);
}

int
tcp_is_new_connection(const struct side *me, const struct side *peer,
    const struct flow *f)
{
	unsigned int flags = f->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST);

	if (flags == (TCP_SYN | TCP_ACK))
		return accepts_rival(me, peer, f);
	if (flags != TCP_SYN)
		return 0;
	if (me->seen & SIDE_SYN && f->tcp.seq == me->base)
		return 0;	/* the same SYN again */
	if (is_over(me) || is_over(peer))
		return 1;
	/* Mid-stream, its own SYN may come late; any other is a new one. */
	if (me->seen & SIDE_SEQ && !(me->seen & SIDE_SYN))
		return f->tcp.seq + 1 != me->base;
	/* An attempt that was not answered gives way; in a connection that
	 * stands, a SYN out of nowhere may be forged (RFC 5961 section 4): it
	 * is remembered, and believed when it is answered. */
	return me->seen & SIDE_SYN && !(peer->seen & SIDE_ACK);
}

/* How far a connection has come: the farther side decides. */
static const uint8_t timeout_of[TCP_STATES] = {
	[TCP_UNKNOWN] = TIMEOUT_UNKNOWN,
	[TCP_LISTEN] = TIMEOUT_UNKNOWN,
	[TCP_SYN_SENT] = TIMEOUT_SYN_SENT,
	[TCP_SYN_RECEIVED] = TIMEOUT_SYN_RECEIVED,
	[TCP_ESTABLISHED] = TIMEOUT_ESTABLISHED,
	[TCP_FIN_WAIT_1] = TIMEOUT_FIN_WAIT,
	[TCP_FIN_WAIT_2] = TIMEOUT_CLOSE_WAIT,
	[TCP_CLOSE_WAIT] = TIMEOUT_CLOSE_WAIT,
	[TCP_CLOSING] = TIMEOUT_LAST_ACK,
	[TCP_LAST_ACK] = TIMEOUT_LAST_ACK,
	[TCP_TIME_WAIT] = TIMEOUT_TIME_WAIT,
	[TCP_CLOSED] = TIMEOUT_CLOSED,
};

static const uint8_t progress[TIMEOUTS] = {
	[TIMEOUT_UNKNOWN] = 0,
	[TIMEOUT_ESTABLISHED] = 1,
	[TIMEOUT_SYN_SENT] = 2,
	[TIMEOUT_SYN_RECEIVED] = 3,
	[TIMEOUT_FIN_WAIT] = 4,
	[TIMEOUT_CLOSE_WAIT] = 5,
	[TIMEOUT_LAST_ACK] = 6,
	[TIMEOUT_CLOSED] = 7,
	[TIMEOUT_TIME_WAIT] = 8,
};

enum session_timeout
tcp_timeout(const struct session *s)
{
	uint8_t a = timeout_of[s->side[0].state];
	uint8_t b = timeout_of[s->side[1].state];

	return (enum session_timeout)(progress[a] >= progress[b] ? a : b);
}
