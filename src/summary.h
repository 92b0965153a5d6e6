/*
 * summary.h: what a run comes to, in a few lines: at its end, and on USR1.
 */
#ifndef SRC_SUMMARY_H
#define SRC_SUMMARY_H

#include <stdio.h>

#include "pipeline.h"

/* One of several sources. */
struct summary_part {
	const char *name;
	struct capture_stats stats;
};

struct summary {
	struct pipeline_stats pipeline;
	const struct capture_stats *capture;	/* NULL: it cannot say */
	const struct summary_part *part;
	unsigned int nparts;			/* 0: there is one source */
	const char *write;			/* the file of -w, or NULL */
	int live;
	int processes;				/* say what they took */
};

void summary_print(FILE *, const struct summary *);

#endif
