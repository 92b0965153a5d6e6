/* load.h: what generate can write. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdint.h>

struct load {
	const char *name, *what;
	void (*write)(const struct load *);
	uint64_t count;		/* frames */
	uint64_t flows;		/* or 0: a tenth of the frames */
	unsigned int min, max;	/* bytes of a frame */
	unsigned int burst;	/* most frames of a flow in one go */
	int64_t step;		/* ns from frame to frame */
	unsigned int flags;
};

enum {
	LOAD_OPENED	= 1 << 0,	/* all flows first, not counted */
	LOAD_UDP	= 1 << 1,	/* every other flow */
	LOAD_CLOSED	= 1 << 2,	/* at the end */
};

void steady_write(const struct load *);
void mix_write(const struct load *);

#endif
