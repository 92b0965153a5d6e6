/*
 * transmit.h: --replay-to: files onto an interface.
 *
 * In two runs.  The first goes through the files as if to show them, sends
 * nothing, and plans: what is selected, which of it can be sent, and where.
 * That is printed.  The second sends it, from memory where it fits there
 * (store.h), and shows what views were asked for of what is sent.
 */
#ifndef SRC_TRANSMIT_H
#define SRC_TRANSMIT_H

#include <stdio.h>

#include "options/options.h"

struct registry;
struct transmit;

/* What is said meanwhile. */
struct transmit_calls {
	/* A file that cannot be read, or frames that were not sent: the rest
	 * goes on, and the status is 1. */
	void (*failed)(void *arg, const struct errbuf *);
	void (*warn)(void *arg, const struct errbuf *);
	void (*before)(void);		/* something is printed */
	void *arg;
	FILE *out;			/* plan and summary */
};

/*
 * Opens the interfaces and keeps the files of fd[], see sources_open(), to be
 * read again: before the sandbox is entered.  NULL and errbuf when there is
 * nothing to be sent on; the files are the caller's, then.  All else must
 * outlive it.
 */
struct transmit *transmit_open(const struct options *, struct registry *,
    const int *fd, const struct transmit_calls *, struct errbuf *);
/* Once.  -1 and errbuf when it came to an end before its time. */
int transmit_run(struct transmit *, struct errbuf *);
void transmit_free(struct transmit *);

#endif
