/*
 * stats.h: the record of --stats: what came of a run so far.
 *
 * Whoever has the numbers fills it (src/statistics.h), a sink says it.  All
 * counts are since the start.
 */
#ifndef SRC_OUTPUT_STATS_H
#define SRC_OUTPUT_STATS_H

#include <stdint.h>

#include "process/book.h"
#include "session/session.h"

/* Of all sources, or of one of them. */
struct stats_packets {
	const char *interface;		/* of a live capture, or NULL */
	uint64_t captured, received, dropped, unread, refused, if_dropped;
	uint8_t has_received;		/* received, unread */
	uint8_t has_dropped, has_if_dropped;
};

struct stats {
	int64_t time;
	struct stats_packets packets;
	const struct stats_packets *part;	/* the sources, when there are
						 * several */
	unsigned int nparts;
	const struct session_stats *sessions;
	uint64_t selected;		/* packets */
	uint64_t frame_bytes;		/* of packets captured */
	uint64_t frozen;		/* times that a buffer was full */
	uint64_t records_lost, written_lost;
	uint64_t incomplete, overlapping, contradictory, duplicate;
					/* datagrams; the last one: fragments */
	int64_t cpu_user, cpu_system;	/* nanoseconds */
	uint64_t memory_peak;		/* bytes */
	const struct book_stats *processes;	/* NULL: none are wanted */
	uint8_t has_written;
};

#endif
