/*
 * processes.h: who finds out whose sockets are, and the books of all who ask.
 */
#ifndef SRC_PROCESSES_H
#define SRC_PROCESSES_H

#include "options/options.h"
#include "process/book.h"
#include "process/sockets.h"

struct processes;

/* Is a live capture to tell of processes? */
int processes_wanted(const struct options *);

/* Starts the helper: before there are threads, and before anything is open
 * that it must not inherit.  NULL and errbuf when it cannot be had. */
struct processes *processes_start(const struct options *, struct errbuf *);
/* What it can find out, in a line. */
const struct errbuf *processes_note(const struct processes *);
/* The books go with it. */
void processes_stop(struct processes *);

/* A book for each worker, or one; NULL where there are no processes. */
struct book *processes_book(struct processes *, unsigned int i);

/* Likewise for --sockets; NULL without it. */
struct sockets *processes_sockets(struct processes *, unsigned int i);

/* Sums over all; zero for NULL. */
void processes_sockets_stats(const struct processes *, struct sockets_stats *);
/* Sums over all books; zero for NULL. */
void processes_stats(const struct processes *, struct book_stats *);

#endif
