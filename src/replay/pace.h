/*
 * pace.h: a source that takes its time, around one that does not.
 *
 * Each frame of the inner source is lent when it is due.  What is due at once
 * is lent in one batch.  Nothing else knows of it: a view shows lines as they
 * would have come, a sender behind it sends in time.
 *
 * Like a live source its read waits for at most 100 ms and returns early on a
 * signal.  While it waits, capture->now tells the packet time that has come,
 * so that timeouts and snapshots need no packet.  It never runs ahead of the
 * next packet, so that sessions end as they do without it.
 *
 * On a terminal a space pauses and goes on, "n" goes on to the next packet at
 * once, "q" ends the source as if its files were at their end.  Being stopped
 * by job control is a pause, too.
 */
#ifndef SRC_REPLAY_PACE_H
#define SRC_REPLAY_PACE_H

#include "capture/capture.h"

enum pace_mode {
	PACE_RECORDED,		/* rate: 2 is twice as fast; max_gap counts */
	PACE_PACKETS,		/* rate: packets a second */
	PACE_BITS,		/* rate: bits of frames a second */
	PACE_NONE,		/* as fast as it goes */
};

struct pace_options {
	enum pace_mode mode;
	double rate;
	int64_t max_gap;	/* ns; see timeline.h */
	uint8_t exact;		/* the last of each wait is spent in a loop,
				 * see pace.c; else the kernel's timers do */
	uint8_t views;		/* something is printed, see progress.h */
	uint8_t keys;		/* standard input may be asked for keys */
};

/* Takes over the source, whatever it answers; NULL and errbuf when there is
 * no memory.  One can be open at a time: it has the terminal. */
struct capture *pace_open(struct capture *, const struct pace_options *,
    struct errbuf *);

/* Asks the kernel to let the thread run soon after it wakes, also where others
 * are at work; before the sandbox is entered.  No harm where it cannot. */
void pace_hurry(void);

#endif
