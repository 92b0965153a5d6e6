/* steady.c: flows that are alike and go on talking all the time. */
#include <stdlib.h>

#include "conn.h"
#include "load.h"

enum {
	CLIENTS		= 1 << 20,	/* 10.0.0.0/12 */
	PORT		= 49152,	/* of a client, the first */
	PORTS		= 1024,
	SERVERS		= 4096,
	ETHERNET = 14, IPV4 = 20, IPV6 = 40, UDP = 8, TCP_TIMES = 32,
};

/* Each has addresses and ports of its own. */
static void
flow_init(struct conn *c, uint32_t n)
{
	ends_make(&c->ends[0], n % 50 < 9 ? 6 : 4,
	    n * UINT32_C(0x9e3779b1) % CLIENTS,
	    PORT + n / CLIENTS * PORTS + rnd_below(PORTS), rnd_below(SERVERS),
	    443);
	conn_init(c);
}

/* The payload of a frame of that length. */
static unsigned int
payload(const struct conn *c, unsigned int len, unsigned int transport)
{
	unsigned int headers = ETHERNET + transport +
	    (c->ends[0].version == 4 ? IPV4 : IPV6);

	return len > headers ? len - headers : 0;
}

static void
flow_send(struct conn *c, const struct load *l, int dir, int udp)
{
	unsigned int len = l->min + rnd_below(l->max - l->min + 1);
	struct step data = { .dir = dir, .flags = F_PSH | F_ACK };

	if (udp) {
		frame_payload(payload(c, len, UDP));
		frame_udp(&c->ends[dir]);
		frame_send(&c->ends[dir], IPPROTO_U);
	} else if (c->step < CONN_HANDSHAKE) {
		conn_send(c, &conn_whole[c->step++]);
	} else {
		data.len = payload(c, len, TCP_TIMES);
		conn_send(c, &data);
	}
}

static int
is_udp(const struct load *l, uint64_t n)
{
	return (l->flags & LOAD_UDP) && n % 2 == 1;
}

static void
open_all(struct conn *flows, uint64_t n, const struct load *l)
{
	for (uint64_t i = 0; i < n; i++) {
		flow_send(&flows[i], l, 0, is_udp(l, i));
		while (!is_udp(l, i) && flows[i].step < CONN_HANDSHAKE)
			flow_send(&flows[i], l, 0, 0);
	}
}

static void
close_all(struct conn *flows, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		for (unsigned int j = conn_whole_steps - 3;
		     j < conn_whole_steps; j++)
			conn_send(&flows[i], &conn_whole[j]);
}

void
steady_write(const struct load *l)
{
	uint64_t n = l->flows > 0 ? l->flows : l->count / 10 + 1, done = 0;
	struct conn *flows = calloc(n, sizeof(*flows));

	if (flows == NULL)
		exit(1);
	for (uint64_t i = 0; i < n; i++)
		flow_init(&flows[i], (uint32_t)i);
	frame_step = l->step;
	if (l->flags & LOAD_OPENED)
		open_all(flows, n, l);
	while (done < l->count) {
		uint32_t i = rnd_below((uint32_t)n);
		unsigned int burst = 1 + rnd_below(l->burst);
		int dir = (int)rnd_below(2);

		for (; burst > 0 && done < l->count; burst--, done++)
			flow_send(&flows[i], l, dir, is_udp(l, i));
	}
	if (l->flags & LOAD_CLOSED)
		close_all(flows, n);
	free(flows);
}
