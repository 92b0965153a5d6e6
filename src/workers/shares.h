/*
 * shares.h: how flows and sessions are divided among workers.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_SHARES_H
#define SRC_WORKERS_SHARES_H

#include <stdint.h>

enum { SHARES = 1024, SHARES_WORKERS = 64 };

struct shares {
	unsigned int n;			/* workers, */
	uint16_t end[SHARES_WORKERS];	/* of SHARES, theirs end before that */
	uint8_t owner[SHARES];
};

/* Equal ones; but the first worker's thread has to read and to deal, too, and
 * gets as much less as that takes: "dealing" percent of what the workers do
 * with the packets, all together. */
void shares_init(struct shares *, unsigned int workers, unsigned int dealing);

/* Of max >= workers sessions, at least one each. */
uint32_t shares_max(const struct shares *, unsigned int worker, uint32_t max);

static inline uint8_t
shares_owner(const struct shares *s, uint64_t hash)
{
	return s->owner[hash >> 54];
}

#endif
