/*
 * crew.h: frames as fast as it goes, from several threads.
 *
 * Each thread has sockets of its own, goes through all that is stored, and
 * sends what is its own.  All of a session is one thread's, so its frames keep
 * their order; between sessions there is none.
 */
#ifndef SRC_REPLAY_CREW_H
#define SRC_REPLAY_CREW_H

#include "replay/plan.h"
#include "replay/store.h"

enum { CREW_MAX = 64 };

struct crew {
	struct sender *to[CREW_MAX][2];	/* of each thread */
	unsigned int n, nto;
	/* Before crew_run(). */
	const struct plan *plan;
	const struct store *store;
	uint64_t loops;			/* 0: for ever */
	/* Called now and then while they work. */
	void (*look)(void *arg);
	void *arg;

	/* The inside. */
	const volatile sig_atomic_t *stop;
	unsigned int working, failed;
};

/* Zeroed at first.  Opens one or two interfaces for n threads; a place names
 * its namespace.  -1 and errbuf on failure; close it either way. */
int crew_open(struct crew *, const struct capture_place *, unsigned int nto,
    unsigned int n, const struct sender_options *, struct errbuf *);
void crew_close(struct crew *);

/* What all have sent so far, on the one interface and the other. */
void crew_count(const struct crew *, struct sender_counts[2]);

/* Returns when all is sent, or told to stop; -1 and errbuf when an interface
 * takes no more, or a thread cannot be had.  A crew of one needs no thread, and
 * this call neither. */
int crew_run(struct crew *, struct errbuf *);

#endif
