/*
 * stream.c: what a segment carries, in the sequence space of its connection:
 * new, sent again, out of order, or too far off (RFC 9293, 7323).
 */
#include "tcp/holes.h"
#include "tcp/rtt.h"
#include "tcp/segment.h"
#include "tcp/stream.h"

enum { REACH_LEAST = 1 << 20 };	/* bytes that a capture may miss, or reorder */

/* A hole that is filled later than this was sent again, ns; and what comes so
 * soon behind duplicate acknowledgements was, too. */
#define LATE_DEFAULT	INT64_C(3000000)
#define FAST_RETRANSMIT	INT64_C(20000000)

void
stream_remember_syn(struct side *me, const struct flow *f)
{
	unsigned int flags = f->tcp.flags;

	me->seen |= SIDE_SYN;
	me->initial_window = f->tcp.window;
	if (flags & TCP_ECE)
		me->seen |= SIDE_SYN_ECE;
	if (flags & TCP_CWR)
		me->seen |= SIDE_SYN_CWR;
	if (flags & TCP_AE)
		me->seen |= SIDE_SYN_AE;
	if (f->tcp.options & TCP_HAS_MSS) {
		me->seen |= SIDE_MSS;
		me->mss = f->tcp.mss;
	}
	if (f->tcp.options & TCP_HAS_WINDOW_SCALE) {
		me->seen |= SIDE_SCALE;
		side_set_scale(me, f->tcp.window_scale);
	}
	if (f->tcp.options & TCP_HAS_SACK_PERMITTED)
		me->seen |= SIDE_SACK;
}

/* Place 0 gets another sequence number. */
static void
rebase(const struct segment *g, uint32_t base)
{
	struct side *me = g->me;
	int32_t back = (int32_t)(me->base - base);
	struct trouble_side *t = stream_tracked(g, g->dir);

	me->base = base;
	me->next += back;
	if (me->seen & SIDE_ACKED)
		me->acked += back;
	if (t != NULL)
		holes_shift(t, back);
}

/* RFC 7323 section 4.3: what its receiver holds against older ones. */
static void
remember_tsval(const struct segment *g, int64_t from, int64_t to)
{
	struct side *me = g->me;
	const struct flow *f = g->flow;
	const struct trouble_side *t = stream_tracked(g, g->dir);

	if (f->tcp.options & TCP_HAS_TIMESTAMPS && to >= me->acked &&
	    from <= (t != NULL ? t->contiguous : me->next) &&
	    (me->tsval == 0 || (int32_t)(f->tcp.tsval - me->tsval) > 0))
		me->tsval = f->tcp.tsval;
}

static void
first_segment(const struct segment *g, unsigned int syn, unsigned int fin)
{
	struct side *me = g->me;
	const struct flow *f = g->flow;

	rebase(g, f->tcp.seq + syn);
	me->seen |= SIDE_SEQ;
	me->next = (int64_t)f->payload_len + fin;
	if (syn)
		stream_remember_syn(me, f);
	if (fin)
		me->seen |= SIDE_FIN;
	if (f->tcp.options & TCP_HAS_TIMESTAMPS)
		me->tsval = f->tcp.tsval;
	if (syn || me->next > 0)
		rtt_start(me, syn ? me->base : me->base +
		    (uint32_t)me->next, g->now);
}

/* What it sent far from its SYN, and acknowledged, was of an older connection:
 * RFC 9293 section 3.5, figure 10.  Or it has forgotten an earlier SYN. */
static void
start_again(const struct segment *g)
{
	struct side *me = g->me;
	struct trouble_side *t = stream_tracked(g, g->dir);
	int32_t off = (int32_t)(g->flow->tcp.seq + 1 - me->base);

	if (off == 0 || (!(me->seen & SIDE_SYN) && off > -REACH_LEAST &&
	    off < REACH_LEAST))
		return;
	if (t != NULL)
		t->tracking = 0;
	me->seen &= (uint16_t)~(SIDE_SEQ | SIDE_ACKED | SIDE_FIN | SIDE_SYN);
	me->acked = g->peer->acked = 0;
	me->tsval = 0;
}

/* Mid-stream, a segment that was sent before the first one that we saw. */
static void
earlier_segment(const struct segment *g, int64_t from)
{
	if (g->me->seen & SIDE_SYN || -from > REACH_LEAST ||
	    g->flow->payload_len <= 1)
		return;
	stream_trouble(g)->out_of_order++;
	rebase(g, g->flow->tcp.seq);
}

/* A keep-alive goes over an idle connection, where all was acknowledged; a
 * byte that was not is sent again (RFC 9293 section 3.8.4). */
static int
is_keep_alive(const struct segment *g, int64_t from)
{
	const struct side *me = g->me;

	return from == me->next - 1 && g->flow->payload_len <= 1 &&
	    !(g->flow->tcp.flags & (TCP_SYN | TCP_FIN)) &&
	    (g->flow->payload_len == 0 || !(me->seen & SIDE_ACKED) ||
	    me->acked >= me->next);
}

/* Was the hole that it fills there for longer than reordering explains? */
static int
is_late(const struct segment *g, const struct trouble_side *t, int64_t from)
{
	int64_t handshake = rtt_unpack(g->me->flags & TCP_SYN &&
	    g->me->rtt_handshake > g->peer->rtt_handshake ?
	    g->me->rtt_handshake : g->peer->rtt_handshake);
	struct trouble_side *acks = stream_peek(g, g->dir ^ 1);

	if (acks->dups >= 2 && from == g->me->acked &&
	    g->now - acks->dup_time < FAST_RETRANSMIT)
		return 1;
	return g->now - t->top_time > (handshake > 0 ? handshake :
	    LATE_DEFAULT);
}

/* What was timed was sent again: which of the two is acknowledged, only its
 * time stamp tells (RFC 7323 section 4).  Of a SYN the last one counts. */
static void
time_again(const struct segment *g, int64_t from, int64_t to)
{
	struct side *me = g->me;

	if (g->syn_again) {
		rtt_start(me, me->base, g->now);
		if (rtt_is_of_syn(me))
			g->peer->rtt_handshake = 0;
		return;
	}
	if (me->timed_at == RTT_NONE || side_place(me, me->timed_end) > to ||
	    side_place(me, me->timed_end) <= from)
		return;
	me->timed_at = RTT_NONE;
	if (g->flow->tcp.options & TCP_HAS_TIMESTAMPS) {
		me->timed_at = g->now;
		me->seen |= SIDE_TSVAL;
		stream_trouble(g)->tsval = g->flow->tcp.tsval;
	}
}

/* It begins before "next". */
static unsigned int
old_segment(const struct segment *g, int64_t from, int64_t to)
{
	struct side *me = g->me;
	struct trouble_side *t = stream_trouble(g);
	unsigned int notes = 0;
	int64_t top = to < me->next ? to : me->next;
	int64_t seen = holes_seen(t, from, top);

	if (to <= me->next && g->flow->payload_len > 0) {
		t->repeats++;
		notes = STREAM_REPEAT;
	}
	if (seen == 0 && !(g->flow->tcp.flags & TCP_SYN) && top > from) {
		if (is_late(g, t, from)) {
			t->retransmitted_packets++;
			t->retransmitted_bytes += g->flow->payload_len;
		} else {
			t->out_of_order++;
		}
	} else if (from != me->next - 1 || to <= me->next) {
		/* (Else it goes on from a probe of one byte.) */
		t->retransmitted_packets++;
		t->retransmitted_bytes += (uint64_t)seen <
		    g->flow->payload_len ? (uint64_t)seen :
		    g->flow->payload_len;
	}
	time_again(g, from, to);
	return notes;
}

static void
advance(const struct segment *g, int64_t from, int64_t to)
{
	struct side *me = g->me;
	struct trouble_side *t = stream_tracked(g, g->dir);

	if (from > me->next && t == NULL)
		t = stream_trouble(g);
	if (t != NULL) {
		if (to > from)
			holes_fill(t, me, from, to);
		else if (from > me->next)
			holes_fill(t, me, me->next, me->next);
		if (to > me->next) {
			me->next = to;
			t->top_time = g->now;
		}
		holes_settle(t, me);
	} else if (to > me->next) {
		me->next = to;
	}
}

/* Not the next in order, or not the first time. */
static unsigned int
odd_segment(const struct segment *g, int64_t from, int64_t to)
{
	struct side *me = g->me;
	unsigned int notes = 0;

	if (is_keep_alive(g, from)) {
		struct trouble_side *t = stream_trouble(g);

		if (g->peer->window == 0 && g->peer->seen & SIDE_SEQ)
			t->window_probes++;
		else
			t->keep_alives++;
		if (g->flow->payload_len == 0)
			return 0;
		t->repeats++;
		return STREAM_REPEAT;
	}
	if (from < 0) {
		earlier_segment(g, from);
		return 0;
	}
	if (g->syn_again || (from < me->next && to > from))
		notes = old_segment(g, from, to);
	advance(g, from, to);
	return notes;
}

/* A SYN that moves nothing: of a connection that stands it may be forged, and
 * it may be one that what followed has overtaken. */
static void
disbelieved_syn(const struct segment *g)
{
	struct side *me = g->me;

	if (!(me->seen & SIDE_SEQ))
		return;
	if (g->flow->tcp.seq + 1 != me->base) {
		me->seen |= SIDE_RIVAL;
		stream_trouble(g)->rival = g->flow->tcp.seq;
	} else if (!(me->seen & SIDE_SYN)) {
		stream_remember_syn(me, g->flow);
	}
}

static unsigned int
check_window(const struct segment *g)
{
	g->me->window = g->flow->tcp.window;
	/* Behind a FIN or a RST nobody wants to send any more. */
	if (g->flow->tcp.window != 0 || g->peer->seen & SIDE_FIN)
		return 0;
	stream_trouble(g)->zero_windows++;
	return STREAM_ZERO_WINDOW;
}

int
stream_is_stray(const struct segment *g, unsigned int which, uint32_t number,
    int64_t ahead)
{
	struct trouble_side *t = stream_peek(g, g->dir);
	int64_t window = REACH_LEAST;
	int agreed;

	if (ahead > window)
		window = which == STRAY_ACK ? tcp_window(g->me, g->peer) :
		    tcp_window(g->peer, g->me);
	if (ahead <= window || ahead <= REACH_LEAST) {
		if (t != NULL && t->strays != 0)
			t->strays &= (uint8_t)~(1 << which);
		return 0;
	}
	t = stream_trouble(g);
	agreed = t->strays >> which & 1 && ahead <= SEQ_REACH &&
	    number - t->stray[which] - 1 < window;
	t->strays |= (uint8_t)(1 << which);
	t->stray[which] = number;
	return !agreed;
}

/* Where it stands, and that it is not too far off to be of this stream. */
static int
find_place(const struct segment *g, unsigned int syn, unsigned int fin,
    int64_t *from, int64_t *to)
{
	const struct side *me = g->me;
	int64_t known = side_known(me);

	*from = side_place(me, g->flow->tcp.seq) + syn;
	*to = *from + g->flow->payload_len + fin;
	if (known - *to > SEQ_REACH)
		return 0;
	if (fin)
		return tcp_fin_plausible(me, g->peer, g->flow, *to);
	if (stream_is_stray(g, STRAY_SEQ, g->flow->tcp.seq, *from - known))
		return 0;
	return !(me->seen & SIDE_FIN) || *to <= me->next;
}

unsigned int
stream_sent(const struct segment *g)
{
	struct side *me = g->me;
	const struct flow *f = g->flow;
	unsigned int syn = (f->tcp.flags & TCP_SYN) != 0;
	/* Without ACK, or on a SYN, a FIN is none: section 3.10.7.4. */
	unsigned int fin = (f->tcp.flags & (TCP_FIN | TCP_ACK | TCP_SYN)) ==
	    (TCP_FIN | TCP_ACK);
	unsigned int flags_before = me->flags, notes;
	int64_t from, to;

	if (rtt_is_of_syn(me) && (f->tcp.flags & (TCP_ACK | TCP_SYN)) ==
	    TCP_ACK)
		rtt_opened(me, g->now);
	me->flags |= f->tcp.flags;
	if (f->tcp.flags & TCP_RST)
		return 0;	/* its numbers may be anything */
	notes = flags_before & TCP_RST ? 0 : check_window(g);
	if (syn && !g->believed) {
		disbelieved_syn(g);
		return notes;
	}
	if (syn && me->seen & SIDE_SEQ)
		start_again(g);
	if (!(me->seen & SIDE_SEQ)) {
		first_segment(g, syn, fin);
		return notes;
	}
	if (syn && !(me->seen & SIDE_SYN))
		stream_remember_syn(me, f);
	if (!find_place(g, syn, fin, &from, &to))
		return notes;
	remember_tsval(g, from, to);
	if (from == me->next && !syn && stream_tracked(g, g->dir) == NULL) {
		if (to > from && me->timed_at == RTT_NONE)
			rtt_start(me, me->base + (uint32_t)to, g->now);
		me->next = to;
		if (f->payload_len == 1 && g->peer->window == 0 &&
		    g->peer->seen & SIDE_SEQ)
			stream_trouble(g)->window_probes++;
	} else {
		notes |= odd_segment(g, from, to);
	}
	if (fin)
		me->seen |= SIDE_FIN;
	return notes;
}
