/*
 * summary.h: what a run comes to, in a few lines: at its end, and on USR1.
 */
#ifndef SRC_SUMMARY_H
#define SRC_SUMMARY_H

#include <stdio.h>

#include "pipeline/pipeline.h"

struct summary {
	struct pipeline_stats pipeline;
	const char *write;			/* the file of -w, or NULL */
	int live;
	int processes;				/* say what they took */
};

void summary_print(FILE *, const struct summary *);

#endif
