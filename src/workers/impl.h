/*
 * impl.h: the inside of the workers.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_IMPL_H
#define SRC_WORKERS_IMPL_H

#include <pthread.h>

#include "core/mix.h"
#include "dissect/glance.h"
#include "session/clock.h"
#include "workers/batch.h"
#include "workers/workers.h"

enum {
	RING	= 8,		/* batches under way at a time */
	GROUP	= 32,		/* packets whose memory is fetched at once */
};

/* Sleeping and being woken takes some 50 us in a virtual machine, as long as a
 * batch: who waits for another core looks for that long first. */
enum { WAIT_LOOKS = 2000 };

struct worker {
	alignas(APART) struct workers *all;
	unsigned int index;
	pthread_t thread;
	struct session_table *table;
	struct book *book;	/* of processes, or NULL */
	struct sockets *sockets;	/* of --sockets, or NULL */
	struct sink sink;
	struct part *part;	/* of the batch at hand */
	uint64_t key;		/* of what is said next */
	uint64_t position;	/* batches that it is done with */
	uint8_t reads;		/* its thread does, in turn with others */
	uint64_t selected;
	int64_t now;
	uint8_t owes;		/* more may have timed out by now */
	uint8_t failed;		/* no memory for the list */
	struct session_entry *list;	/* to be visited */
	uint32_t nlist;
	const struct session_table *closing; /* of the session that is said */
	/* Packets at hand, and where they belong. */
	const struct slot *group[GROUP];
	struct session_lookup lookup[GROUP];
	/* What its core was the last to use.  Whoever reads may take it, and
	 * nobody else. */
	alignas(APART) struct batch *batches;
	struct lot *lots;
	struct capture_block *blocks;
};

struct workers {
	/* What stays as it is once the threads run. */
	const struct options *options;
	const struct registry *registry;
	struct defrag *defrag;
	struct sink *sink;
	struct worker *worker;
	struct capture *capture;
	struct capture_keeper keeper;
	int (*step)(void *);	/* see workers_run() */
	void *arg;
	unsigned int n;
	unsigned int first;	/* those below have the pipeline's thread: of
				 * files, where it need not be there in time */
	unsigned int started;	/* those below have a thread */
	uint8_t keeps;		/* a view wants the bytes of frames */
	uint8_t copies;		/* they would not stay, and are copied */
	uint8_t leaves;		/* plain ones are dissected when their batch is
				 * read */
	uint8_t looks;		/* each has a core: see WAIT_LOOKS */
	uint8_t all;		/* every session is */
	uint8_t alike;		/* nobody knows more of a session than who
				 * else: at the end each closes any */

	/* Of whose turn it is to read. */
	alignas(APART) struct worker *reader;	/* NULL: it is no worker */
	struct batch *current;	/* being filled, or NULL */
	uint64_t tail;		/* batches put together */
	struct schedule schedule;
	struct session_stats stats;
	uint8_t lost;		/* memory was short */
	uint8_t closed;		/* no session lives: who closed them was not
				 * always the one whose they were */

	/* What all threads look at: written under the lock, and read under it
	 * before it counts. */
	alignas(APART) pthread_mutex_t lock;
	pthread_cond_t changed;	/* there may be something to do */
	pthread_cond_t done;	/* nobody is left of a batch */
	pthread_cond_t stepped;	/* of an error */
	struct batch *ring[RING];	/* under way, by number */
	uint64_t filled;	/* batches, */
	uint64_t head;		/* dealt, without a gap: */
	uint64_t finished;	/* all are done with so many, */
	uint64_t awaited;	/* which is what the reader waits for */
	uint8_t reading;	/* it is somebody's turn */
	uint8_t over;		/* and nobody's any more */
	uint8_t quit;
};

static inline void
workers_pause(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

/* Until the count, which another thread moves under the lock, has reached that
 * number, or looking does not help. */
static inline void
workers_look(const struct workers *all, const uint64_t *count, uint64_t number)
{
	for (unsigned int i = all->looks ? WAIT_LOOKS : 0; i > 0 &&
	    __atomic_load_n(count, __ATOMIC_RELAXED) < number; i--)
		workers_pause();
}

/* The same both ways.  There is no seed in it, so that a file gives the same
 * records in the same order each time. */
static inline uint8_t
workers_owner(const struct workers *all, const struct ends *e)
{
	uint64_t hash = mix(UINT64_C(0xa0761d6478bd642f) ^
	    (e->src.w[0] + e->dst.w[0]), UINT64_C(0xe7037ed1a0b428db) ^
	    (e->src.w[1] + e->dst.w[1] + e->sport + e->dport));

	return (uint8_t)((hash >> 32) * all->n >> 32);
}

/* worker.c */
int worker_init(struct worker *, struct workers *, unsigned int index,
    struct errbuf *);
void worker_fini(struct worker *);
/* Its part of its next batch, for which it waits. */
void worker_serve(struct worker *);
int worker_selects(const struct worker *, const struct session *);

/* move.c: its packets of the batch. */
void worker_move(struct worker *, struct batch *);

/* turn.c: what a thread of its own does. */
void *turn_run(void *);

/* supply.c: -1 and errno when memory is short. */
int supply_init(struct workers *);
void supply_fini(struct workers *);
/* An empty one, with a lot for each worker. */
struct batch *supply_batch(struct workers *);
/* When everybody is done with it. */
void supply_take_back(struct workers *, struct batch *);
/* NULL when memory is short. */
struct capture_block *supply_block(struct workers *, size_t);

/* deal.c: what was left is dissected, and each packet goes to whom it
 * belongs. */
void workers_deal(const struct workers *, struct batch *);

/* collect.c, of whose turn it is: the batch to be filled. */
struct batch *workers_current(struct workers *);
/* See struct capture_keeper. */
struct capture_block *workers_exchange(void *, struct capture_block *, size_t);
/* It is full, and gets its number; NULL when there is none. */
struct batch *workers_hand_over(struct workers *);
/* Deals it then, for which it need not be one's turn.  It may be NULL. */
void workers_publish(struct workers *, struct batch *);
/* Every worker visits its sessions. */
void workers_visit(struct workers *, enum session_visit, int64_t now);

#endif
