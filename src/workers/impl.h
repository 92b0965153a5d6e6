/*
 * impl.h: the inside of the workers.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_IMPL_H
#define SRC_WORKERS_IMPL_H

#include <pthread.h>

#include "session/clock.h"
#include "workers/batch.h"
#include "workers/workers.h"

enum { RING = 4 };	/* batches under way at a time */

struct worker {
	alignas(64) struct workers *all;
	unsigned int index;
	pthread_t thread;
	struct session_table *table;
	struct book *book;	/* of processes, or NULL */
	struct sockets *sockets;	/* of --sockets, or NULL */
	struct sink sink;
	struct part *part;	/* of the batch at hand */
	uint64_t key;		/* of what is said next */
	uint64_t position;	/* batches that it is done with */
	uint64_t selected;
	int64_t now;
	uint8_t owes;		/* more may have timed out by now */
	uint8_t failed;		/* no memory for the list */
	struct session_entry *list;	/* to be visited, list[at] next */
	uint32_t nlist, at;
};

struct workers {
	const struct options *options;
	const struct registry *registry;
	struct defrag *defrag;
	struct sink *sink;
	unsigned int n;
	unsigned int started;	/* threads that there are */
	struct worker *worker;
	struct batch *ring[RING];
	struct batch *current;	/* being filled, or NULL */
	uint64_t tail;		/* batches put together */
	struct schedule schedule;
	struct session_stats stats;
	uint8_t keeps;		/* a view wants the bytes of frames */
	uint8_t lost;		/* memory was short */

	/* What all threads look at, under the lock. */
	alignas(64) pthread_mutex_t lock;
	pthread_cond_t dealt;	/* head has moved, or quit is set */
	pthread_cond_t done;	/* nobody is left of a batch */
	pthread_cond_t step;	/* of an error */
	uint64_t head;		/* batches dealt */
	uint8_t quit;
};

/* worker.c */
int worker_init(struct worker *, struct workers *, unsigned int index,
    struct errbuf *);
void worker_fini(struct worker *);
void *worker_run(void *);

/* collect.c: the batch to be filled, with room for another packet. */
struct batch *workers_current(struct workers *);
/* Hands it over. */
void workers_publish(struct workers *);
/* Every worker visits its sessions. */
void workers_visit(struct workers *, enum session_visit, int64_t now);

#endif
