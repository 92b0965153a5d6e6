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
#include "workers/shares.h"
#include "workers/workers.h"

enum {
	RING	= 8,		/* batches under way at a time: so many that
				 * nobody is woken for each */
	BEHIND	= 3,		/* of these, under way when the dealer's thread
				 * begins to dissect for the others */
	GROUP	= 32,		/* packets whose memory is fetched at once */
	LAYERS	= 3,		/* of struct packet, that most have: what is
				 * behind them need not be fetched */
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
	uint64_t selected;
	int64_t now;
	uint8_t owes;		/* more may have timed out by now */
	uint8_t failed;		/* no memory for the list */
	struct session_entry *list;	/* to be visited */
	uint32_t nlist;
	const struct session_table *closing; /* of the session that is said */
	/* Packets at hand, and where they belong. */
	const struct packet *group[GROUP];
	struct session_lookup lookup[GROUP];
	struct packet packet[GROUP];	/* those that it has dissected */
};

struct workers {
	/* What stays as it is once the threads run. */
	const struct options *options;
	const struct registry *registry;
	struct defrag *defrag;
	struct sink *sink;
	struct worker *worker;
	struct batch *ring[RING];
	struct capture_keeper keeper;
	unsigned int n;
	unsigned int first;	/* those below have the dealer's thread: of
				 * files, where it need not be there in time */
	unsigned int started;	/* those below have a thread */
	struct shares shares;
	uint8_t keeps;		/* a view wants the bytes of frames */
	uint8_t copies;		/* they would not stay, and are copied */
	uint8_t leaves;		/* whose they are may dissect frames */
	uint8_t looks;		/* each has a core: see WAIT_LOOKS */
	uint8_t all;		/* every session is */
	uint8_t alike;		/* nobody knows more of a session than who
				 * else: at the end each closes any */

	/* The dealer's: in the same line others would wait for it. */
	alignas(APART) struct batch *current; /* being filled, or NULL */
	uint64_t tail;		/* batches put together */
	struct capture_block *free; /* that no frame is in */
	struct schedule schedule;
	struct session_stats stats;
	uint8_t behind;		/* the others are: see BEHIND */
	uint8_t lost;		/* memory was short */
	uint8_t over;		/* no session lives: who closed them was not
				 * always the one whose they were */

	/* What all threads look at, under the lock. */
	alignas(APART) pthread_mutex_t lock;
	pthread_cond_t dealt;	/* head has moved, or quit is set */
	pthread_cond_t done;	/* nobody is left of a batch */
	pthread_cond_t step;	/* of an error */
	uint64_t head;		/* batches dealt */
	uint64_t finished;	/* all are done with so many, */
	uint64_t awaited;	/* which is what the dealer waits for */
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

/* worker.c */
int worker_init(struct worker *, struct workers *, unsigned int index,
    struct errbuf *);
void worker_fini(struct worker *);
void *worker_run(void *);
/* Its part of the batch, which is its next one. */
void worker_serve(struct worker *, struct batch *);
int worker_selects(const struct worker *, const struct session *);

/* move.c: its packets of the batch. */
void worker_move(struct worker *, struct batch *);

/* collect.c: the batch to be filled, with room for another packet. */
struct batch *workers_current(struct workers *);
/* See struct capture_keeper. */
struct capture_block *workers_exchange(void *, struct capture_block *, size_t);
/* Hands it over. */
void workers_publish(struct workers *);
/* Every worker visits its sessions. */
void workers_visit(struct workers *, enum session_visit, int64_t now);

#endif
