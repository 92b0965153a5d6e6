/*
 * replay.h: what may be asked of a replay, and the sources that do it.
 */
#ifndef SRC_REPLAY_REPLAY_H
#define SRC_REPLAY_REPLAY_H

#include <stdint.h>

#include "core/errbuf.h"

struct capture;
struct options;

struct replay_options {
	double pace;		/* --pace; 0: not in recorded time */
	int64_t max_gap;	/* --max-gap, ns; 0: none */
};

/* Takes over a source of files and gives it the pace that is asked for; the
 * same source where none is.  NULL and errbuf when there is no memory. */
struct capture *replay_pace(const struct options *, struct capture *,
    struct errbuf *);

#endif
