/*
 * account.h: what became of the packets of a capture, and of its parts.
 */
#ifndef SRC_ACCOUNT_H
#define SRC_ACCOUNT_H

#include "capture/capture.h"
#include "options/options.h"

struct account {
	struct capture_stats sum;
	uint8_t known;		/* the source could say */
	unsigned int nparts;	/* 0: there is one source */
	struct account_part {
		const char *name;	/* the source's */
		struct capture_stats stats;
	} part[OPTIONS_LIST];
};

void account_take(struct account *, struct capture *);

#endif
