/* conn.c: TCP connections as two good endpoints have them. */
#include <arpa/inet.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum { C, S };

const struct step conn_whole[] = {
	{ C, F_SYN, 0 }, { S, F_SYN | F_ACK, 0 }, { C, F_ACK, 0 },
	{ C, F_PSH | F_ACK, 200 }, { S, F_ACK, 0 },
	{ S, F_ACK, 1000 }, { S, F_PSH | F_ACK, 300 }, { C, F_ACK, 0 },
	{ C, F_PSH | F_ACK, 100 }, { S, F_PSH | F_ACK, 500 }, { C, F_ACK, 0 },
	{ C, F_FIN | F_ACK, 0 }, { S, F_FIN | F_ACK, 0 }, { C, F_ACK, 0 },
};
const unsigned int conn_whole_steps = COUNT(conn_whole);

const struct step conn_brief[] = {
	{ C, F_SYN, 0 }, { S, F_SYN | F_ACK, 0 }, { C, F_ACK, 0 },
	{ C, F_FIN | F_ACK, 0 }, { S, F_FIN | F_ACK, 0 }, { C, F_ACK, 0 },
};
const unsigned int conn_brief_steps = COUNT(conn_brief);

/* What a busy one repeats. */
static const struct step exchange[] = {
	{ C, F_PSH | F_ACK, 100 }, { S, F_PSH | F_ACK, 500 }, { C, F_ACK, 0 },
};

static const struct step closing[] = {
	{ C, F_FIN | F_ACK, 0 }, { S, F_FIN | F_ACK, 0 }, { C, F_ACK, 0 },
};

struct conn true_conn[TRUE_CONNS];

void
conn_init(struct conn *c)
{
	ends_swap(&c->ends[S], &c->ends[C]);
	for (int i = 0; i < 2; i++) {
		c->seq[i] = rnd();
		c->packets[i] = c->stream[i] = 0;
	}
	c->step = c->steps = 0;
	c->tunneled = 0;
	c->options = NULL;
	c->noptions = 0;
}

static void
conn_write(struct conn *c, int dir, const struct segment *s)
{
	unsigned int version = c->ends[dir].version;

	frame_tcp(&c->ends[dir], s);
	frame_ip(&c->ends[dir], IPPROTO_T, NULL);
	if (c->tunneled) {
		version = frame_wrap(WRAP_VXLAN, version, 7);
		version = frame_wrap(WRAP_GRE, version, 8);
	}
	frame_ethernet(version, 0, 0);
	frame_write();
	c->packets[dir]++;
}

void
conn_send(struct conn *c, const struct step *step)
{
	static const uint8_t opening[] = { 2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3,
	    3, 7 };
	static const uint8_t times[] = { 1, 1, 8, 10, 0, 0, 1, 0, 0, 0, 1, 0 };
	unsigned int syn = (step->flags & F_SYN) != 0;
	unsigned int fin = (step->flags & F_FIN) != 0;
	struct segment s = { .seq = c->seq[step->dir], .flags = step->flags,
	    .options = times, .noptions = sizeof(times) };

	if (syn) {
		s.options = opening;
	} else if (c->options != NULL) {
		s.options = c->options;
		s.noptions = c->noptions;
	}
	if (step->flags & F_ACK)
		s.ack = c->seq[step->dir ^ 1];
	c->seq[step->dir] += step->len + syn + fin;
	c->stream[step->dir] += step->len;
	frame_payload(step->len);
	conn_write(c, step->dir, &s);
}

void
conn_forge(struct conn *c, int dir, uint32_t seq, uint32_t ack,
    unsigned int flags)
{
	struct segment s = { .seq = seq, .ack = ack, .flags = flags };

	frame_payload(0);
	conn_write(c, dir, &s);
}

static void
true_ends(struct ends *e, unsigned int n)
{
	ends_make(e, n % 4 == 3 ? 6 : 4, n + 1, 40001 + n, n + 1, 443);
	if (e->version == 4) {
		put32(e->src, UINT32_C(0xc0000201) + n);
	} else {
		e->src[5] = 1;
		e->dst[5] = 2;
	}
}

void
true_start(int tunneled, const uint8_t *options, unsigned int noptions)
{
	for (unsigned int i = 0; i < TRUE_CONNS; i++) {
		struct conn *c = &true_conn[i];

		true_ends(&c->ends[C], i);
		conn_init(c);
		c->tunneled = tunneled && i % 3 == 0;
		c->options = options;
		c->noptions = noptions;
		for (unsigned int j = 0; j < CONN_HANDSHAKE; j++)
			conn_send(c, &conn_whole[j]);
		for (unsigned int j = 0; j < COUNT(exchange); j++)
			conn_send(c, &exchange[j]);
	}
}

void
true_step(void)
{
	static unsigned int turn;
	struct conn *c = &true_conn[turn++ % TRUE_BUSY];

	conn_send(c, &exchange[c->step++ % COUNT(exchange)]);
}

void
true_finish(void)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	for (unsigned int i = 0; i < TRUE_CONNS; i++) {
		struct conn *c = &true_conn[i];
		const struct ends *e = &c->ends[C];
		int family = e->version == 4 ? AF_INET : AF_INET6;

		while (c->step % COUNT(exchange) != 0)
			conn_send(c, &exchange[c->step++ % COUNT(exchange)]);
		for (unsigned int j = 0; j < COUNT(closing); j++)
			conn_send(c, &closing[j]);
		fprintf(stderr, "true tcp %s %u %s %u packets %" PRIu64 " %"
		    PRIu64 " stream %" PRIu64 " %" PRIu64 " %s\n",
		    inet_ntop(family, e->src, from, sizeof(from)), e->sport,
		    inet_ntop(family, e->dst, to, sizeof(to)), e->dport,
		    c->packets[C], c->packets[S], c->stream[C], c->stream[S],
		    i < TRUE_BUSY ? "busy" : "idle");
	}
}
