/*
 * trouble.h: what went wrong in a session: rare, so it stands apart.
 *
 * A session without loss, without a zero window, without a bad checksum has
 * none.  The records stand in a slab as large as the session table's, of which
 * only what was needed is memory; a session holds the number of its record.
 */
#ifndef SRC_TCP_TROUBLE_H
#define SRC_TCP_TROUBLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"
#include "core/region.h"
#include "tcp/side.h"

enum {
	TROUBLE_BLOCKS	= 12,	/* stretches above holes that are remembered */
	TROUBLE_HISTORY	= 48,	/* letters more than a session itself holds */
};

/* What may be farther off than any window reaches. */
enum { STRAY_SEQ, STRAY_ACK, STRAYS };

/* A stretch of a stream, see side.h. */
struct block {
	int64_t from, to;
};

/* What one side sent: counts of segments, where not said otherwise. */
struct trouble_side {
	uint64_t retransmitted_packets;
	uint64_t retransmitted_bytes;	/* payload */
	uint64_t out_of_order;
	uint64_t duplicate_acks;	/* RFC 5681 section 2 */
	uint64_t missed_bytes;		/* acknowledged, never seen */
	uint64_t zero_windows;
	uint64_t window_probes;		/* into a zero window */
	uint64_t keep_alives;		/* RFC 9293 section 3.8.4 */
	uint64_t bad_checksums;
	uint64_t segments;		/* what went over side.segments */
	uint64_t dsacks;		/* RFC 2883 */
	uint64_t challenge_acks;	/* RFC 5961 */
	uint32_t repeats;		/* payload that brought nothing new */
	uint32_t gaps;			/* that missed_bytes add up from */
	int64_t contiguous;	/* all below was seen or given up, */
	int64_t top_time;	/* and when the highest was sent: both valid
				 * while "tracking" */
	struct block block[TROUBLE_BLOCKS];	/* seen above, in order */
	int64_t dup_time;	/* of the last duplicate acknowledgement */
	uint32_t dups;		/* in a row */
	uint32_t tsval;		/* with SIDE_TSVAL */
	uint32_t rival;		/* with SIDE_RIVAL: its sequence number */
	uint32_t doubt;		/* with "doubtful": what acknowledges a FIN
				 * whose checksum was wrong */
	uint32_t stray[STRAYS];	/* the last number that was not believed */
	uint8_t strays;		/* which of these are valid, as bits */
	uint8_t blocks, doubtful;
	uint8_t tracking;	/* contiguous is not simply side.next */
};

struct trouble {
	struct trouble_side side[2];
	uint32_t icmp_errors;	/* that quoted the session */
	uint8_t history_len;
	char history[TROUBLE_HISTORY];	/* Zeek's, what went over */
};

/* The packets that a side sent, as they were on the wire: packet_segments() of
 * each.  Its trouble may be NULL. */
static inline uint64_t
trouble_segments(const struct side *s, const struct trouble_side *t)
{
	return s->packets + s->segments + (t != NULL ? t->segments : 0);
}

struct trouble_pool {
	struct trouble *slab;	/* [1 .. max], reserved, touched by need */
	size_t bytes;
	struct region_front front;
	uint32_t used;		/* slab[1 .. used] have been touched */
	uint32_t free;		/* list of free ones */
};

/* -1 and errbuf when the address space cannot be had. */
int trouble_init(struct trouble_pool *, uint32_t max, struct errbuf *);
void trouble_fini(struct trouble_pool *);

/* The record of that number, which is given one when it is 0. */
struct trouble *trouble_get(struct trouble_pool *, uint32_t *number);
void trouble_put(struct trouble_pool *, uint32_t number);

#endif
