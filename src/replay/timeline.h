/*
 * timeline.h: when each packet of a capture is due, if it is to take the time
 * that it took.
 *
 * Two clocks: packet time, and the monotonic one by which we wait, both in
 * nanoseconds.  What is due is reckoned from the start of a stretch, never
 * from the packet before, so that waiting too long never adds up: what is late
 * catches up.  A stretch ends where time is skipped or set back.
 *
 * A stamp that lies more than TIMELINE_BACK before the latest one is one of
 * two things.  Either it is wrong: the next one is in order again, and the
 * packet is due at once.  Or time was set back, or an older capture follows:
 * then the next one agrees with it, and a stretch begins there.
 */
#ifndef SRC_REPLAY_TIMELINE_H
#define SRC_REPLAY_TIMELINE_H

#include <stdint.h>

#define TIMELINE_BACK	INT64_C(1000000000)

struct timeline {
	double speed;		/* 2: twice as fast as recorded; > 0 */
	int64_t max_gap;	/* no wait is longer; 0: as long as it takes */
	int64_t from, from_due;	/* where the stretch begins, in both clocks */
	int64_t latest;		/* packet time, the highest of the stretch */
	int64_t suspect;	/* the stamp before, which was far back */
	uint8_t runs, suspects;
};

void timeline_init(struct timeline *, double speed, int64_t max_gap);

/* When the next packet is due: once for each, in their order.  The first is
 * due at "now". */
int64_t timeline_due(struct timeline *, int64_t ts, int64_t now);

/* Puts off all that is still to come. */
void timeline_shift(struct timeline *, int64_t by);

/* How long so much packet time takes, and the other way round. */
int64_t timeline_wait(const struct timeline *, int64_t packet_time);
int64_t timeline_passed(const struct timeline *, int64_t waited);

#endif
