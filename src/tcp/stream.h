/*
 * stream.h: the sequence space of a TCP connection: what of it was seen, sent
 * again, acknowledged, or missed.
 */
#ifndef SRC_TCP_STREAM_H
#define SRC_TCP_STREAM_H

#include <sessdump/packet.h>

#include "tcp/side.h"
#include "tcp/trouble.h"

/* A segment on its way into the connection's memory. */
struct segment {
	const struct flow *flow;
	struct side *me, *peer;
	unsigned int dir;		/* me is side[dir] */
	struct trouble_pool *pool;
	uint32_t *trouble;		/* the session's number in the pool */
	int64_t now;			/* ns */
	uint16_t window;		/* of me, before this segment */
	uint8_t syn_again;		/* a SYN of me was seen before */
	uint8_t believed;		/* it is no TCP_EV_NONE */
	uint8_t clean;			/* both ends were seen to open, and
					 * neither was reset: holes count */
};

/* What stream_sent() found; its counters are up to date. */
enum {
	STREAM_ZERO_WINDOW	= 1 << 0,
	STREAM_REPEAT		= 1 << 1, /* payload that brought nothing new */
};

/* Remembers what the segment carries; answers STREAM_... */
unsigned int stream_sent(const struct segment *);

/* Of these, what only a SYN tells: that it was one, and its options. */
void stream_remember_syn(struct side *me, const struct flow *);

/* Remembers what it acknowledges; see ack.c. */
void stream_acked(const struct segment *);

/*
 * Between these two.  No window reaches so far ahead: it is of a stream of
 * which much went unseen, or forged, or spoilt.  It counts when the next goes
 * on from there.  "which" is STRAY_...
 */
int stream_is_stray(const struct segment *, unsigned int which,
    uint32_t number, int64_t ahead);

/* The sender's record, which is made when there is none: to count there. */
static inline struct trouble_side *
stream_trouble(const struct segment *g)
{
	return &trouble_get(g->pool, g->trouble)->side[g->dir];
}

/* The record of a side if there is one: nothing is counted. */
static inline struct trouble_side *
stream_peek(const struct segment *g, unsigned int dir)
{
	return *g->trouble == 0 ? NULL : &g->pool->slab[*g->trouble].side[dir];
}

/* Does not all that it sent lie in order before "next"? */
static inline struct trouble_side *
stream_tracked(const struct segment *g, unsigned int dir)
{
	struct trouble_side *t = stream_peek(g, dir);

	return t != NULL && t->tracking ? t : NULL;
}

#endif
