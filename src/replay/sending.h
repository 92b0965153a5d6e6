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

/* Queues the n-th frame of the plan, from 0, on one of "to"; "last" is the one
 * of them with frames that are not flushed, 0 at first: that goes out when it
 * is full, or when it is the other one's turn.  -1 and errbuf as of
 * sender_flush(). */
int sending_one(const struct plan *, struct sender *const *to, uint64_t n,
    const struct frame *, unsigned int *last, struct errbuf *);

/* Takes over the source, whatever it answers; NULL and errbuf when there is no
 * memory.  Its read gives CAPTURE_ERROR when an interface takes no more. */
struct capture *sending_open(struct capture *, const struct plan *,
    struct errbuf *);

#endif
