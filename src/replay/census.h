/*
 * census.h: who sends to whom, of frames that are to be sent: how many
 * addresses there are of a kind, and the lowest and highest of them.
 */
#ifndef SRC_REPLAY_CENSUS_H
#define SRC_REPLAY_CENSUS_H

#include <stdio.h>

#include <sessdump/packet.h>

#include "replay/linktype.h"

enum census_kind { CENSUS_MAC, CENSUS_IPV4, CENSUS_IPV6, CENSUS_KINDS };

enum { CENSUS_MAX = 4096 };	/* of each are told apart, at most */

struct census {
	struct census_row {
		uint64_t frames;
		struct census_end {
			union addr low, high;
			uint64_t *set;		/* hashes; 0: free */
			uint32_t n;
		} end[2];			/* from, to */
	} row[CENSUS_KINDS];
};

/* Zeroed at first.  The frame goes out as linktype_fit() says, and what counts
 * of it is the first IP header.  -1 when memory is short. */
int census_take(struct census *, const struct frame *,
    const struct link_fit *);
void census_fini(struct census *);

/* A line for each kind that there is, two blanks before it. */
void census_print(FILE *, const struct census *);

#endif
