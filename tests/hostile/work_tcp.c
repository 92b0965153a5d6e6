/* work_tcp.c: workloads of TCP. */
#include "true.h"
#include "workload.h"

enum {
	POOL		= 256,		/* ordinary connections at a time */
	PORTS		= 60000,	/* a client's */
	LEFT_OPEN	= 200,		/* one in so many sessions */
	ATTACKERS	= 8,		/* connections that are no good */
	BLOCK		= 64,		/* segments of a block with holes */
	HOLE_LEN	= 100,		/* bytes of a segment there */
	OLD		= 4096,		/* bytes, more than are in flight */
};

uint64_t sessions_begun;

static struct conn pool[POOL];

/* The next client: each 4-tuple comes once in 2^24 times. */
static void
begin(struct conn *c, unsigned int steps)
{
	uint32_t n = (uint32_t)sessions_begun++;

	ends_make(&c->ends[0], n % 5 == 4 ? 6 : 4, n & 0xffffff,
	    1024 + n % PORTS, n % 200, 80);
	conn_init(c);
	c->steps = steps;
}

/* The next segment of one of the pool. */
static void
pool_emit(const struct step *script, unsigned int steps,
    unsigned int left_open)
{
	struct conn *c = &pool[rnd_below(POOL)];

	if (c->step == c->steps)
		begin(c, left_open != 0 && sessions_begun % left_open == 0 ?
		    CONN_HANDSHAKE : steps);
	conn_send(c, &script[c->step++]);
}

static void
pool_finish(const struct step *script)
{
	for (unsigned int i = 0; i < POOL; i++)
		while (pool[i].step < pool[i].steps)
			conn_send(&pool[i], &script[pool[i].step++]);
}

void
normal_emit(void)
{
	pool_emit(conn_whole, conn_whole_steps, 0);
}

void
normal_finish(void)
{
	pool_finish(conn_whole);
}

void
sessions_emit(void)
{
	pool_emit(conn_brief, conn_brief_steps, LEFT_OPEN);
}

void
sessions_finish(void)
{
	pool_finish(conn_brief);
}

/* Anybody, to one server. */
static void
anybody(struct conn *c)
{
	ends_make(&c->ends[0], rnd_below(8) == 0 ? 6 : 4,
	    rnd() & 0xffffff, 1024 + rnd_below(PORTS), 80, 80);
	conn_init(c);
}

void
syn_emit(void)
{
	struct conn c;

	anybody(&c);
	conn_send(&c, &conn_whole[0]);
}

void
midstream_emit(void)
{
	struct conn c;

	anybody(&c);
	conn_send(&c, &conn_whole[CONN_HANDSHAKE]);
}

void
open_emit(void)
{
	struct conn c;

	anybody(&c);
	for (unsigned int i = 0; i < CONN_HANDSHAKE; i++)
		conn_send(&c, &conn_whole[i]);
}

/* In the window but not the next number, before it, or anywhere: RFC 5961
 * lets none of these reset anything. */
void
rst_emit(void)
{
	struct conn *c = &true_conn[rnd_below(TRUE_CONNS)];
	int dir = (int)rnd_below(2);
	uint32_t seq = c->seq[dir];

	switch (rnd_below(4)) {
	case 0:
		seq += 1 + rnd_below(30000);
		break;
	case 1:
		seq -= OLD + rnd_below(30000);
		break;
	default:
		seq += OLD + rnd_below(UINT32_MAX - 2 * OLD);
		break;
	}
	conn_forge(c, dir, seq, rnd(), rnd_below(2) ? F_RST : F_RST | F_ACK);
}

void
synin_emit(void)
{
	struct conn *c = &true_conn[rnd_below(TRUE_CONNS)];
	int dir = (int)rnd_below(2);

	if (rnd_below(4) == 0)
		conn_forge(c, dir, rnd(), rnd(), F_SYN | F_ACK);
	else
		conn_forge(c, dir, rnd(), 0, F_SYN);
}

void
synpair_emit(void)
{
	struct conn *c = &true_conn[rnd_below(TRUE_CONNS)];
	uint32_t seq = rnd();

	conn_forge(c, 0, seq, 0, F_SYN);
	conn_forge(c, 1, rnd(), seq + 1, F_SYN | F_ACK);
}

void
collide_emit(void)
{
	static uint32_t n;
	struct segment s = { .seq = 1, .flags = F_SYN };
	struct ends e;

	ends_make(&e, 4, n >> 1, 123, 123, 123);
	frame_payload(0);
	if (n++ & 1) {
		frame_tcp(&e, &s);
		frame_send(&e, IPPROTO_T);
	} else {
		frame_udp(&e);
		frame_send(&e, IPPROTO_U);
	}
}

/* One of those whose segments go wrong, its handshake done. */
static struct conn *
attacker(void)
{
	static struct conn conn[ATTACKERS];
	unsigned int i = rnd_below(ATTACKERS);
	struct conn *c = &conn[i];

	if (c->step == 0) {
		ends_make(&c->ends[0], i % 2 ? 6 : 4, i, 2000 + i, 80, 80);
		conn_init(c);
		c->tunneled = 0;
		while (c->step < CONN_HANDSHAKE)
			conn_send(c, &conn_whole[c->step++]);
		c->steps = i % 2;
	}
	return c;
}

static void
send_at(const struct conn *c, int dir, uint32_t seq, uint32_t ack,
    const uint8_t *options, unsigned int noptions, unsigned int len)
{
	struct segment s = { .seq = seq, .ack = ack, .flags = F_ACK,
	    .options = options, .noptions = noptions };

	frame_payload(len);
	frame_tcp(&c->ends[dir], &s);
	frame_send(&c->ends[dir], IPPROTO_T);
}

/* A block: its odd segments never come, the even ones forward or back. */
void
holes_emit(void)
{
	struct conn *c = attacker();

	for (unsigned int i = 0; i < BLOCK; i += 2) {
		unsigned int k = c->steps ? BLOCK - 2 - i : i;

		send_at(c, 0, c->seq[0] + k * HOLE_LEN, c->seq[1], NULL, 0,
		    HOLE_LEN);
	}
	c->seq[0] += BLOCK * HOLE_LEN;
}

void
acks_emit(void)
{
	struct conn *c = attacker();
	uint8_t sack[12] = { 1, 1, 5, 10 };
	uint32_t at;

	if (c->packets[0] == 2) {	/* something that is acknowledged */
		conn_send(c, &conn_whole[CONN_HANDSHAKE]);
		conn_send(c, &conn_whole[CONN_HANDSHAKE + 1]);
	}
	at = c->seq[0] + 1000 * (1 + rnd_below(60));
	put32(sack + 4, at);
	put32(sack + 8, at + 1000);
	send_at(c, 1, c->seq[1], c->seq[0], sack, c->steps ? sizeof(sack) : 0,
	    0);
}
