/*
 * losses.h: when packets were lost, as far as that is known.
 *
 * Who captures adds the times between which packets were lost; who shows a
 * session asks whether it spans such a time.  Few are kept: where there are
 * too many, those that are nearest to each other become one, with all that is
 * between them.
 *
 * Any thread may add and ask.  Times are those of the packets, in nanoseconds
 * since 1970.
 */
#ifndef SRC_CORE_LOSSES_H
#define SRC_CORE_LOSSES_H

#include <pthread.h>
#include <stdint.h>

enum { LOSSES_MAX = 64 };

struct loss {
	int64_t from, to;	/* of the last packet before, the first after */
};

struct losses {
	pthread_mutex_t lock;
	uint8_t any;		/* atomic: there is no need of the lock */
	unsigned int n;
	struct loss loss[LOSSES_MAX + 1];	/* in order, none meets the
						 * next */
};

void losses_init(struct losses *);
void losses_fini(struct losses *);

/* Some packets were lost between the two. */
void losses_add(struct losses *, int64_t from, int64_t to);

/* Were any while it was from "start" to "end"?  NULL is a list without one. */
int losses_within(struct losses *, int64_t start, int64_t end);

#endif
