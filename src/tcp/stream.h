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

/* Remembers what it acknowledges. */
void stream_acked(const struct segment *);

#endif
