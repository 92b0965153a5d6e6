/* mix_tcp.c: TCP connections that fare well, and others. */
#include "mix.h"

enum { C, S };

enum end {
	END_CLOSED,		/* by both */
	END_OPEN,		/* it goes on when the capture does not */
	END_RESET,
	END_UNANSWERED,		/* its SYN is */
	END_REFUSED,
	END_MIDSTREAM,		/* nobody saw it begin */
};

static const uint8_t ends[] = {	/* percent */
	[END_CLOSED] = 73, [END_OPEN] = 6, [END_RESET] = 4,
	[END_UNANSWERED] = 7, [END_REFUSED] = 4, [END_MIDSTREAM] = 6,
};

enum {
	WIRE_4 = 1460, WIRE_6 = 1440,	/* a full segment without options */
	TIMES = 12,
	LOST = 200,		/* one segment in so many */
	FLIGHT = 16,		/* segments in one go */
	DUPLICATES = 3,		/* ACKs that ask for a segment */
};
#define IN_FLIGHT	(12 * USEC)	/* from segment to segment */
#define TIMEOUT		(200 * MSEC)

static int64_t syn_ack(struct flow *), refuse(struct flow *);
static int64_t handshake(struct flow *), talk(struct flow *);
static int64_t reset(struct flow *), fin(struct flow *);
static int64_t fin_acked(struct flow *), other_fin(struct flow *);
static int64_t last_ack(struct flow *);

/* To the end of the way and back. */
static int64_t
round_trip(const struct flow *f, int dir)
{
	return about(dir == C ? f->far : f->near);
}

static uint8_t *
put_times(struct flow *f, int dir, uint8_t *p)
{
	struct tcp_flow *t = &f->tcp;
	uint32_t now = t->clock[dir] + (uint32_t)(frame_time / MSEC);

	p[0] = 8;
	p[1] = 10;
	put32(p + 2, now);
	put32(p + 6, t->echo[dir]);
	if (!t->hole)
		t->echo[!dir] = now;
	return p + 10;
}

static unsigned int
syn_options(struct flow *f, int dir, uint8_t *o)
{
	uint8_t *p = o;

	*p++ = 2;
	*p++ = 4;
	put16(p, f->ends[C].version == 4 ? WIRE_4 : WIRE_6);
	p += 2;
	if (!f->tcp.times) {
		*p++ = 1;
		*p++ = 1;
	}
	*p++ = 4;
	*p++ = 2;
	if (f->tcp.times)
		p = put_times(f, dir, p);
	*p++ = 1;
	*p++ = 3;
	*p++ = 3;
	*p++ = 7;
	return (unsigned int)(p - o);
}

static unsigned int
options(struct flow *f, int dir, uint8_t *o)
{
	const struct tcp_flow *t = &f->tcp;
	uint8_t *p = o;

	if (t->times) {
		*p++ = 1;
		*p++ = 1;
		p = put_times(f, dir, p);
	}
	if (t->hole && dir != t->dir && t->after > 0) {
		*p++ = 1;
		*p++ = 1;
		*p++ = 5;
		*p++ = 10;
		put32(p, t->hole_seq + t->hole_len);
		put32(p + 4, t->seq[t->dir]);
		p += 8;
	}
	return (unsigned int)(p - o);
}

static void
send(struct flow *f, int dir, unsigned int flags, uint32_t seq, uint32_t len)
{
	const struct tcp_flow *t = &f->tcp;
	uint8_t o[40];
	struct segment s = { .seq = seq, .flags = flags, .options = o };

	if (flags & F_ACK)
		s.ack = t->hole && dir != t->dir ? t->hole_seq : t->seq[!dir];
	if (!(flags & F_RST))
		s.noptions = flags & F_SYN ? syn_options(f, dir, o) :
		    options(f, dir, o);
	frame_payload(len);
	frame_tcp(&f->ends[dir], &s);
	flow_send(f, dir, IPPROTO_T);
}

static void
send_flags(struct flow *f, int dir, unsigned int flags)
{
	send(f, dir, flags, f->tcp.seq[dir], 0);
	if (flags & (F_SYN | F_FIN))
		f->tcp.seq[dir]++;
}

static int64_t
syn(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;

	send(f, C, F_SYN, t->seq[C], 0);
	if (t->tries > 0) {
		t->tries--;
		if (t->tries == 0 && t->end == END_UNANSWERED)
			return FLOW_DONE;
		return SEC << (t->tries & 1);
	}
	t->seq[C]++;
	f->step = t->end == END_REFUSED ? refuse : syn_ack;
	return round_trip(f, C);
}

static int64_t
refuse(struct flow *f)
{
	f->tcp.seq[S] = 0;
	send_flags(f, S, F_RST | F_ACK);
	return FLOW_DONE;
}

static int64_t
syn_ack(struct flow *f)
{
	send_flags(f, S, F_SYN | F_ACK);
	f->step = handshake;
	return round_trip(f, S);
}

/* A request, or what it asks for. */
static void
take_turn(struct tcp_flow *t, int dir)
{
	t->dir = dir;
	t->left = dir == C ? heavy(300, 2) : heavy(295, 14);
}

static int64_t
handshake(struct flow *f)
{
	send_flags(f, C, F_ACK);
	take_turn(&f->tcp, C);
	f->step = talk;
	return about(100 * USEC);
}

static uint32_t
full(const struct flow *f)
{
	return (f->ends[C].version == 4 ? WIRE_4 : WIRE_6) -
	    (f->tcp.times ? TIMES : 0);
}

/* The next segment.  It may be lost before it is seen, or behind; or we miss
 * it, and nobody else. */
static int64_t
talk_segment(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;
	uint32_t len = full(f), seq = t->seq[t->dir], lost;

	if (len >= t->left)
		len = t->left;
	lost = t->hole ? 0 : rnd_below(8 * LOST);
	t->left -= len;
	if (lost == 0 || lost > 4)
		send(f, t->dir, t->left == 0 ? F_PSH | F_ACK : F_ACK, seq,
		    len);
	t->seq[t->dir] += len;
	if (lost == 0 || lost == 1 || lost > 8) {
		t->unacked++;
		return t->left == 0 || t->unacked >= t->stretch ?
		    about(f->near) : IN_FLIGHT;
	}
	t->hole = 1;
	t->hole_seq = seq;
	t->hole_len = len;
	t->after = 0;
	return t->left == 0 ? TIMEOUT : IN_FLIGHT;
}

static int64_t
talk_ack(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;

	if (t->hole)
		t->after++;
	t->unacked = 0;
	send(f, !t->dir, F_ACK, t->seq[!t->dir], 0);
	if (!t->hole)
		return rnd_below(FLIGHT / 2) == 0 ? round_trip(f, t->dir) :
		    IN_FLIGHT;
	return t->left == 0 && t->after < DUPLICATES ? TIMEOUT : IN_FLIGHT;
}

static int64_t
talk_again(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;

	send(f, t->dir, F_ACK, t->hole_seq, t->hole_len);
	t->hole = 0;
	t->unacked = t->stretch;
	return round_trip(f, !t->dir);
}

/* Nobody has anything to say any more. */
static int64_t
talk_over(struct flow *f)
{
	static int64_t (*const next[])(struct flow *) = {
		[END_CLOSED] = fin, [END_RESET] = reset, [END_MIDSTREAM] = fin,
	};

	f->step = next[f->tcp.end];
	if (f->tcp.end == END_MIDSTREAM && rnd_below(2))
		f->step = NULL;
	return f->step == NULL ? FLOW_DONE : about(20 * MSEC);
}

static int64_t
talk(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;
	unsigned int most = t->hole || t->left == 0 ? 1 : t->stretch;

	/* The server's answer will say that the question has come. */
	if (t->left == 0 && !t->hole && t->dir == C && t->turns > 1)
		t->unacked = 0;
	if (t->unacked >= most)
		return talk_ack(f);
	if (t->hole && (t->after >= DUPLICATES || t->left == 0))
		return talk_again(f);
	if (t->left > 0)
		return talk_segment(f);
	if (--t->turns == 0)
		return talk_over(f);
	take_turn(t, !t->dir);
	return t->dir == C ? about(SEC) : round_trip(f, C);
}

static int64_t
reset(struct flow *f)
{
	send_flags(f, f->tcp.first, F_RST | F_ACK);
	return FLOW_DONE;
}

static int64_t
fin(struct flow *f)
{
	send_flags(f, f->tcp.first, F_FIN | F_ACK);
	f->step = rnd_below(2) ? fin_acked : other_fin;
	return round_trip(f, f->tcp.first);
}

static int64_t
fin_acked(struct flow *f)
{
	send_flags(f, !f->tcp.first, F_ACK);
	f->step = other_fin;
	return about(MSEC);
}

static int64_t
other_fin(struct flow *f)
{
	send_flags(f, !f->tcp.first, F_FIN | F_ACK);
	f->step = last_ack;
	return round_trip(f, !f->tcp.first);
}

static int64_t
last_ack(struct flow *f)
{
	send_flags(f, f->tcp.first, F_ACK);
	return FLOW_DONE;
}

void
tcp_begin(struct flow *f)
{
	struct tcp_flow *t = &f->tcp;
	unsigned int lot = rnd_below(100), end = 0;

	while (lot >= ends[end])
		lot -= ends[end++];
	t->end = (int)end;
	for (int i = 0; i < 2; i++) {
		t->seq[i] = rnd();
		t->clock[i] = rnd();
	}
	t->times = rnd_below(100) < 60;
	t->stretch = rnd_below(2) ? 2 : 4;
	t->first = rnd_below(100) < 60 ? C : S;
	t->turns = rnd_below(40) == 0 ? 2 + 2 * (1 + rnd_below(4)) : 2;
	f->step = syn;
	if (end == END_UNANSWERED)
		t->tries = 1 + rnd_below(3);
	else
		t->tries = rnd_below(300) == 0;
	if (end == END_MIDSTREAM) {
		take_turn(t, rnd_below(4) == 0 ? C : S);
		f->step = talk;
	}
}
