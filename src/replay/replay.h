/*
 * replay.h: what may be asked of a replay, and the sources that do it.
 */
#ifndef SRC_REPLAY_REPLAY_H
#define SRC_REPLAY_REPLAY_H

#include <stdint.h>

#include "capture/capture.h"
#include "core/errbuf.h"
#include "replay/linktype.h"

struct options;

struct replay_options {
	double pace;		/* --pace; 0: not in recorded time */
	int64_t max_gap;	/* --max-gap, ns; 0: none */
	struct capture_place to[2];	/* --replay-to; owned */
	unsigned int nto;	/* 0: nothing is ever sent */
	double pps, mbps;	/* frames, and millions of their bits, a
				 * second; 0: not by that */
	uint8_t topspeed;
	uint64_t loop;		/* rounds; 0: without end */
	uint8_t loops;		/* it was asked for */
	struct link_header header;
};

/* Takes over a source of files and gives it the pace that is asked for; the
 * same source where none is.  NULL and errbuf when there is no memory. */
struct capture *replay_pace(const struct options *, struct capture *,
    struct errbuf *);

#endif
