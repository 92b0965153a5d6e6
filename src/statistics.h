/*
 * statistics.h: when --stats is due, and what it says.
 */
#ifndef SRC_STATISTICS_H
#define SRC_STATISTICS_H

#include "output/stats.h"
#include "pipeline/pipeline.h"
#include "session/clock.h"

struct statistics {
	int64_t interval;	/* nanoseconds; 0: never */
	int64_t next;
	struct packet_clock clock;
	uint8_t begun;
	struct stats_packets part[OPTIONS_LIST];
};

/* It is "ts" by the packets, or by the clock while none come: is a record due?
 * One, however many intervals have gone by. */
int statistics_due(struct statistics *, int64_t ts);

/* What the record says, with names that are the sources'; it is good until the
 * next one. */
void statistics_fill(struct statistics *, struct stats *,
    const struct pipeline_stats *, const struct capture *);

#endif
