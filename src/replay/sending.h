/*
 * sending.h: a source that sends what it lends, around one that does not.
 *
 * Each frame that the inner source lends, when it lends it, goes out before
 * anybody looks at it: a view shows what was sent.  It lends what a plan
 * sends, in that order, over and over.
 */
#ifndef SRC_REPLAY_SENDING_H
#define SRC_REPLAY_SENDING_H

#include "replay/plan.h"

/* Takes over the source, whatever it answers; NULL and errbuf when there is no
 * memory.  Its read gives CAPTURE_ERROR when an interface takes no more. */
struct capture *sending_open(struct capture *, const struct plan *,
    struct errbuf *);

#endif
