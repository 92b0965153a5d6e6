/*
 * ack.c: what a segment acknowledges, in the sequence space of its peer: what
 * was missed, what comes twice, how long it took (RFC 5681, 2883, 5961, 7323).
 */
#include "tcp/holes.h"
#include "tcp/rtt.h"
#include "tcp/segment.h"
#include "tcp/stream.h"

/* The peer's stream, up to what was acknowledged: what was never seen? */
static void
miss(const struct segment *g, int64_t to)
{
	struct side *peer = g->peer;
	unsigned int dir = g->dir ^ 1;
	struct trouble_side *t = stream_peek(g, dir);
	uint64_t missed = 0;
	uint32_t gaps = 0;

	/* A FIN takes a number, but it is no byte. */
	if (peer->seen & SIDE_FIN && to == peer->next)
		to--;
	if (t != NULL && t->tracking ? to <= t->contiguous : to <= peer->next)
		return;
	t = &trouble_get(g->pool, g->trouble)->side[dir];
	holes_acked(t, peer, to, &missed, &gaps);
	if (!g->clean)
		return;
	t->missed_bytes += missed;
	t->gaps += gaps;
}

/* RFC 5681 section 2, and the challenge ACKs of RFC 5961. */
static void
repeated_ack(const struct segment *g)
{
	const struct flow *f = g->flow;
	struct trouble_side *t;

	if (f->payload_len > 0 || f->tcp.flags & (TCP_SYN | TCP_FIN))
		return;
	if (g->me->seen & SIDE_CHALLENGED) {
		stream_trouble(g)->challenge_acks++;
		return;
	}
	if (g->peer->next <= g->peer->acked || f->tcp.window != g->window)
		return;
	t = stream_trouble(g);
	t->duplicate_acks++;
	t->dups++;
	t->dup_time = g->now;
}

static void
new_ack(const struct segment *g, int64_t place)
{
	struct side *peer = g->peer;
	struct trouble_side *t = stream_peek(g, g->dir);

	if (t != NULL)
		t->dups = 0;
	if (peer->seen & SIDE_SEQ)
		miss(g, place);
	peer->acked = place;
	peer->seen |= SIDE_ACKED;
	if (peer->timed_at == RTT_NONE || rtt_is_of_syn(peer) ||
	    (int32_t)(g->flow->tcp.ack - peer->timed_end) < 0)
		return;
	if (peer->seen & SIDE_TSVAL && (!(g->flow->tcp.options &
	    TCP_HAS_TIMESTAMPS) || g->flow->tcp.tsecr !=
	    stream_peek(g, g->dir ^ 1)->tsval)) {
		peer->timed_at = RTT_NONE;
		return;
	}
	rtt_stop(peer, g->me, g->now);
}

void
stream_acked(const struct segment *g)
{
	struct side *peer = g->peer;
	const struct flow *f = g->flow;
	int64_t place, known;

	if (!(f->tcp.flags & TCP_ACK) || f->tcp.flags & TCP_RST ||
	    (f->tcp.flags & TCP_SYN && !g->believed))
		return;
	if (!(peer->seen & (SIDE_SEQ | SIDE_ACKED)))
		peer->base = f->tcp.ack;
	if (f->tcp.sacks > 0 && tcp_is_dsack(f))
		stream_trouble(g)->dsacks++;
	place = side_place(peer, f->tcp.ack);
	known = side_known(peer);
	/* What stands before its SYN or behind its FIN was never sent. */
	if ((peer->seen & SIDE_SYN && place < 0) ||
	    (peer->seen & SIDE_FIN && place > peer->next) ||
	    stream_is_stray(g, STRAY_ACK, f->tcp.ack, place - known))
		return;
	if (f->tcp.flags & TCP_SYN && rtt_is_of_syn(peer))
		rtt_answered(peer, g->me, g->now);
	if (!(peer->seen & SIDE_ACKED) || place > peer->acked)
		new_ack(g, place);
	else if (place == peer->acked)
		repeated_ack(g);
	g->me->seen &= (uint16_t)~SIDE_CHALLENGED;
}
