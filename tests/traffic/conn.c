/* conn.c: TCP connections as two good endpoints have them. */
#include <stddef.h>

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
