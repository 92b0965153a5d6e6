/* true.c: the connections that hostile traffic must not harm. */
#include <arpa/inet.h>

#include <inttypes.h>
#include <stdio.h>

#include "true.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum { C, S };

/* What a busy one repeats. */
static const struct step exchange[] = {
	{ C, F_PSH | F_ACK, 100 }, { S, F_PSH | F_ACK, 500 }, { C, F_ACK, 0 },
};

static const struct step closing[] = {
	{ C, F_FIN | F_ACK, 0 }, { S, F_FIN | F_ACK, 0 }, { C, F_ACK, 0 },
};

struct conn true_conn[TRUE_CONNS];

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
