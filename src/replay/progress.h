/*
 * progress.h: one line on a terminal that tells how far a replay has come.
 *
 * It stands on standard error.  Where the views go to the same terminal, it
 * would stand between their lines: there it is shown while nothing comes, and
 * taken away before the next line.  Who prints a message calls
 * progress_hide() first.
 *
 * There is one such line: no two may be open at a time.
 */
#ifndef SRC_REPLAY_PROGRESS_H
#define SRC_REPLAY_PROGRESS_H

#include <stdint.h>

/* How it stands. */
struct progress {
	uint64_t offset, size;	/* bytes of the files; size 0: not known */
	int64_t time, start;	/* packet time, now and of the first packet */
	int64_t now;		/* of the monotonic clock */
	int64_t left;		/* ns to the next packet; 0: not worth a word */
	uint64_t packets;
	double speed;		/* 0: not by recorded time */
	uint8_t paused;
};

/* Will there be a line?  "views": something is printed on standard output. */
int progress_open(int views);
void progress_close(void);

/* So long nothing comes before the line is shown between those of a view. */
#define PROGRESS_QUIET	INT64_C(300000000)	/* ns */

/* Is it time to show the line again? */
int progress_due(int64_t now);
void progress_show(const struct progress *);

/* Takes the line away. */
void progress_hide(void);
/* The same, where lines of a view are about to come; not to be shown again
 * before "next", 0: at once. */
void progress_give_way(int64_t next);

#endif
