/*
 * repeat.h: a source of the frames that a plan sends, as often as asked: from
 * memory, or from the files, which are read again each time.
 *
 * Time goes on from one round to the next, as if they were one capture: the
 * first frame of a round comes as long after the last as frames are apart in
 * the mean; where there is only one, a second.
 */
#ifndef SRC_REPLAY_REPEAT_H
#define SRC_REPLAY_REPEAT_H

#include "replay/plan.h"
#include "replay/store.h"
#include "rewrite/rewrite.h"

struct repeat_options {
	const struct plan *plan;
	const struct store *store;	/* or NULL: the files */
	/* Opens them once more; NULL when there are none any more. */
	struct capture *(*open)(void *arg);
	void *arg;
	struct rewriter *rewriter;	/* of what the files have, or NULL */
	uint64_t loops;			/* 0: for ever */
};

/* What it names must outlive it; so must "first", the source that the plan was
 * made of, which is asked for interfaces.  NULL and errbuf when there is no
 * memory. */
struct capture *repeat_open(struct capture *first,
    const struct repeat_options *, struct errbuf *);

#endif
