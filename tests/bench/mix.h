/*
 * mix.h: flows of all kinds, many of them open at once.
 *
 * A flow's step() sends a frame, or none, sets the step that follows, and says
 * after how many nanoseconds it is to be called.
 */
#ifndef TESTS_BENCH_MIX_H
#define TESTS_BENCH_MIX_H

#include "frame.h"

#define USEC	INT64_C(1000)
#define MSEC	(1000 * USEC)
#define SEC	(1000 * MSEC)
#define FLOW_DONE	INT64_C(-1)

struct tcp_flow {
	uint32_t seq[2];	/* what each sends next */
	uint32_t clock[2];	/* time stamps: what each began with */
	uint32_t echo[2];	/* ... and has seen of the other */
	int dir;		/* whose turn it is to talk */
	unsigned int turns;	/* that remain */
	uint32_t left;		/* bytes of this turn */
	unsigned int unacked;	/* segments; */
	unsigned int stretch;	/* so many are acknowledged at once */
	int hole;		/* one was lost: */
	uint32_t hole_seq, hole_len, after;	/* after: duplicate ACKs */
	unsigned int tries;
	int end;		/* see mix_tcp.c */
	int first;		/* who closes */
	int times;		/* they use time stamps */
};

struct udp_flow {
	unsigned int tries, burst;
	uint32_t left, id;
};

struct flow {
	int64_t (*step)(struct flow *);
	struct ends ends[2];	/* [0] from the client, [1] from the server */
	unsigned int tag;	/* VLAN, or 0 */
	uint32_t near, far;	/* ns to the client, to the server and back */
	union {
		struct tcp_flow tcp;
		struct udp_flow udp;
	};
};

/* These set up all but the addresses. */
void tcp_begin(struct flow *), dns_begin(struct flow *),
    quic_begin(struct flow *);

/* What has been built, from one end to the other. */
void flow_send(struct flow *, int dir, unsigned int protocol);
void flow_send_piece(struct flow *, int dir, unsigned int protocol,
    const struct ip_extra *);
/* Between a half and one and a half of it. */
int64_t about(int64_t ns);
/* Bytes that somebody wants: many little, few much. */
uint32_t heavy(uint32_t least, unsigned int doublings);

#endif
