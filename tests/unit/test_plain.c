/* test_plain.c: the short cut of plain.h against the long way, at random. */
#include <stdlib.h>

#include "tcp/plain.h"
#include "tcp/segment.h"
#include "tcp/stream.h"

#include "tap.h"

enum { ROUNDS = 400000 };

static unsigned int
below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

/* Mostly the usual, now and then something else. */
static unsigned int
rarely(unsigned int usual, unsigned int other)
{
	return below(12) == 0 ? other : usual;
}

static void
make_side(struct side *s)
{
	static const uint16_t more[] = { 0, SIDE_SYN, SIDE_SCALE, SIDE_FIN,
	    SIDE_TSVAL, SIDE_CHALLENGED, SIDE_RIVAL, SIDE_MSS };

	memset(s, 0, sizeof(*s));
	s->packets = 1 + below(5);
	s->base = (uint32_t)rand() * 2654435761U;
	s->next = below(3000);
	s->acked = s->next - (int64_t)rarely(below(3), below(4000)) +
	    rarely(0, below(100));
	s->seen = (uint16_t)(SIDE_SEQ | SIDE_ACKED | rarely(SIDE_SYN,
	    more[below(8)]) | rarely(0, SIDE_FIN));
	s->flags = (uint16_t)(rarely(TCP_ACK, below(32)) | TCP_SYN);
	s->state = (uint8_t)(below(2) ? TCP_ESTABLISHED : below(TCP_STATES));
	s->confirmed = (uint8_t)rarely(1, 0);
	s->window = (uint16_t)rarely(1000, below(2));
	s->tsval = below(3) * 1000;
	s->timed_at = below(2) ? RTT_NONE : 5000 + below(20);
	s->timed_end = s->base + (uint32_t)s->next - below(3);
	if (below(8) == 0) {	/* it has sent its SYN, and nothing else */
		s->next = s->acked = 0;
		s->seen = (uint16_t)(SIDE_SEQ | SIDE_SYN | rarely(0,
		    SIDE_ACKED));
		s->flags = (uint16_t)(TCP_SYN | below(2) * TCP_ACK);
		s->timed_end = s->base;
	}
	s->rtt_min = below(3) * 50;
	s->rtt_smoothed = s->rtt_min;
}

static void
make_segment(struct flow *f, const struct side *me, const struct side *peer)
{
	memset(f, 0, sizeof(*f));
	f->has = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT | FLOW_TCP;
	f->payload_len = below(3) * rarely(100, 1);
	f->tcp.seq = me->base + (uint32_t)me->next - rarely(0, below(200));
	f->tcp.ack = peer->base + (uint32_t)peer->next - rarely(below(3),
	    below(5000) - 50U);
	f->tcp.flags = (uint16_t)rarely(TCP_ACK | below(2) * TCP_PSH |
	    (below(4) == 0) * TCP_FIN, below(64));
	f->tcp.window = (uint16_t)rarely(1000 + below(2), 0);
	if (below(2)) {
		f->tcp.options = TCP_HAS_TIMESTAMPS;
		f->tcp.tsval = below(4) * 700;
	}
	f->tcp.sacks = (uint8_t)rarely(0, 1);
}

/* Mostly past, if there is any. */
static void
make_trouble(struct trouble *w)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct trouble_side *t = &w->side[i];

		t->duplicate_acks = below(3);
		t->dups = rarely(0, 1);
		t->strays = (uint8_t)rarely(0, 1 << below(STRAYS));
		t->tracking = (uint8_t)rarely(0, 1);
	}
}

/* 1 when the long way leaves what the short cut left: the states, the sides,
 * the trouble, no note. */
static int
long_way_agrees(struct side side[2], const struct side want[2],
    const struct flow *f, struct trouble_pool *pool, uint32_t number)
{
	uint32_t trouble = number;
	struct trouble before = pool->slab[number];
	struct side *me = &side[0], *peer = &side[1];
	struct segment g = { f, me, peer, 0, pool, &trouble, 6000, me->window,
	    0, 1, 1 };
	enum tcp_event ev = tcp_classify(me, peer, f);
	enum tcp_event arrives = tcp_arrives_as(me, f, ev, number != 0 ?
	    &pool->slab[number].side[0] : NULL);

	if (ev == TCP_EV_NONE || ev != arrives)
		return 0;
	tcp_move(me, peer, ev, arrives);
	if (stream_sent(&g) != 0)
		return 0;
	stream_acked(&g);
	return trouble == number && memcmp(&before, &pool->slab[number],
	    sizeof(before)) == 0 && memcmp(side, want, 2 * sizeof(*side)) == 0;
}

/* Answers what long_way_agrees() will call it. */
static enum tcp_event
take_short_cut(struct side side[2], const struct flow *f)
{
	enum tcp_event ev = tcp_event_in_order(f, side[1].seen & SIDE_FIN &&
	    f->tcp.ack == side_fin(&side[1]));
	enum tcp_event moved = plain_move(&side[0], &side[1], f);

	plain_follow(&side[0], &side[1], f, 6000);
	return moved == TCP_EV_NONE || moved == ev ? ev : TCP_EVENTS;
}

/* Before the first segment, or behind a SYN; now and then something else. */
static void
make_opening(struct side side[2], struct flow *f)
{
	unsigned int answer = below(2);

	make_side(&side[0]);
	make_side(&side[1]);
	for (unsigned int i = 0; i < 2 - answer; i++) {
		if (below(20) == 0)
			continue;
		memset(&side[i], 0, sizeof(side[i]));
		side[i].seen = (uint16_t)(rarely(0, 1U << below(16)) |
		    below(2) * SIDE_CHECKED);
		side[i].state = (uint8_t)rarely(answer ? TCP_LISTEN :
		    TCP_UNKNOWN, below(TCP_STATES));
		side[i].timed_at = RTT_NONE;
	}
	if (answer) {
		side[1].seen = (uint16_t)(SIDE_SEQ | SIDE_SYN |
		    rarely(0, 1U << below(16)));
		side[1].state = (uint8_t)rarely(TCP_SYN_SENT,
		    below(TCP_STATES));
		side[1].flags = (uint16_t)rarely(TCP_SYN, TCP_SYN | TCP_ACK);
		side[1].next = rarely(0, below(100));
		side[1].acked = 0;
	}
	make_segment(f, &side[0], &side[1]);
	f->tcp.flags = (uint16_t)(rarely(TCP_SYN, below(64)) |
	    (answer ? TCP_ACK : 0));
	f->tcp.ack = side[1].base + (uint32_t)side[1].next -
	    rarely(0, below(50) - 20U);
	f->tcp.options |= (uint8_t)(below(2) * TCP_HAS_WINDOW_SCALE |
	    below(2) * TCP_HAS_MSS);
	f->tcp.window_scale = 7;
	f->tcp.mss = 1460;
}

static void
test_opening(struct trouble_pool *pool)
{
	unsigned int plain[TCP_EVENTS] = { 0 }, wrong = 0;

	for (unsigned int i = 0; i < ROUNDS / 4; i++) {
		struct side before[2], side[2];
		struct flow f;
		enum tcp_event ev;

		make_opening(before, &f);
		memcpy(side, before, sizeof(side));
		ev = plain_opening(&side[0], &side[1], &f);
		plain[ev]++;
		if (ev == TCP_EV_NONE)
			continue;
		wrong += tcp_classify(&side[0], &side[1], &f) != ev ||
		    tcp_is_challenge(&side[0], &side[1], &f, ev) ||
		    !tcp_move(&side[0], &side[1], ev, ev);
		plain_open(&side[0], &side[1], &f, 6000);
		wrong += !long_way_agrees(before, side, &f, pool, 0);
	}
	ok(plain[TCP_EV_SYN] > ROUNDS / 100, "%u plain SYN",
	    plain[TCP_EV_SYN]);
	ok(plain[TCP_EV_SYN_ACK] > ROUNDS / 100, "%u plain SYN-ACK",
	    plain[TCP_EV_SYN_ACK]);
	ok(plain[TCP_EV_NONE] > ROUNDS / 100, "%u neither",
	    plain[TCP_EV_NONE]);
	is_u64(wrong, 0, "the long way comes to the same");
}

int
main(void)
{
	unsigned int plain[TCP_EVENTS + 1] = { 0 }, troubled = 0, other = 0;
	unsigned int wrong = 0;
	struct trouble_pool pool;
	struct errbuf e;

	srand(11);
	ok(trouble_init(&pool, ROUNDS, &e) == 0, "memory");
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct side before[2], side[2];
		struct flow f;
		uint32_t number = 0;

		make_side(&before[0]);
		make_side(&before[1]);
		make_segment(&f, &before[0], &before[1]);
		if (below(4) == 0)
			make_trouble(trouble_get(&pool, &number));
		memcpy(side, before, sizeof(side));
		if ((number != 0 && !plain_trouble(&pool.slab[number], 0)) ||
		    !plain_is(&side[0], &side[1], &f)) {
			other++;
			continue;
		}
		plain[take_short_cut(side, &f)]++;
		troubled += number != 0;
		wrong += !long_way_agrees(before, side, &f, &pool, number);
	}
	test_opening(&pool);
	trouble_fini(&pool);
	for (unsigned int ev = TCP_EV_ACK; ev <= TCP_EV_FIN_ACK; ev++)
		ok(plain[ev] > ROUNDS / 2000, "%u were a plain %s", plain[ev],
		    tcp_event_name[ev]);
	ok(troubled > ROUNDS / 200, "%u in a connection with past trouble",
	    troubled);
	ok(other > ROUNDS / 50, "%u were not plain", other);
	is_u64(plain[TCP_EVENTS], 0, "what moved is what it was");
	is_u64(wrong, 0, "the long way comes to the same");
	return done();
}
