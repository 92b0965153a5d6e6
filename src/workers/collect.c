/* collect.c: batches go round, and what was said is put in order. */
#include "workers/impl.h"

enum { VISIT_MOST = 256 };	/* sessions that a worker visits at a time */

/* The part whose next piece comes first; the key that it must stay below goes
 * to "below".  n when there is none. */
static unsigned int
find_first(const struct workers *all, const struct batch *b,
    const uint32_t *at, uint64_t *below)
{
	unsigned int first = all->n;
	uint64_t key = UINT64_MAX;

	*below = UINT64_MAX;
	for (unsigned int i = 0; i < all->n; i++) {
		const struct part *t = &b->part[i];

		if (at[i] == t->n)
			continue;
		if (first == all->n || t->piece[at[i]].key < key) {
			*below = key;
			key = t->piece[at[i]].key;
			first = i;
		} else if (t->piece[at[i]].key < *below) {
			*below = t->piece[at[i]].key;
		}
	}
	return first;
}

/* Pieces from "at" on, as long as they come before "below"; the first one in
 * any case. */
static uint32_t
take(struct workers *all, struct outbuf_gather *g, const struct part *t,
    uint32_t at, uint64_t below)
{
	size_t from = at > 0 ? t->piece[at - 1].end : 0;
	struct sink *k = all->sink;
	uint32_t i = at;

	do {
		if (t->piece[i].is_session && !k->has_header) {
			if (i > at)
				break;
			outbuf_put(k->out, g);
			k->ops->header(k);
		}
		i++;
	} while (i < t->n && t->piece[i].key < below);
	if (outbuf_admits(k->out))
		outbuf_gather(k->out, g, t->out.data + from,
		    t->piece[i - 1].end - from);
	else
		k->out->lost += i - at - 1;	/* a record a piece */
	return i;
}

static void
collect(struct workers *all, struct batch *b)
{
	struct outbuf_gather gather;
	uint32_t at[WORKERS_MAX] = { 0 };
	uint64_t below;
	unsigned int i;

	gather.n = 0;
	gather.bytes = 0;
	while ((i = find_first(all, b, at, &below)) < all->n)
		at[i] = take(all, &gather, &b->part[i], at[i], below);
	outbuf_put(all->sink->out, &gather);
	for (i = 0; i < all->n; i++)
		if (b->part[i].out.error != 0) {
			b->part[i].out.error = 0;
			all->lost = 1;
		}
}

/* Until so many batches are done with, from the first one on; how many are. */
static uint64_t
await(struct workers *all, uint64_t number)
{
	uint64_t finished;

	while (all->reader != NULL && all->reader->position < number)
		worker_serve(all->reader);
	workers_look(all, &all->finished, number);
	pthread_mutex_lock(&all->lock);
	all->awaited = number;
	while ((finished = all->finished) < number)
		pthread_cond_wait(&all->done, &all->lock);
	pthread_mutex_unlock(&all->lock);
	return finished;
}

/* What is done with goes out; so many batches in any case. */
static void
collect_until(struct workers *all, uint64_t number)
{
	uint64_t finished = await(all, number);

	for (; all->tail < finished; all->tail++) {
		struct batch *b = all->ring[all->tail % RING];

		collect(all, b);
		supply_take_back(all, b);
	}
}

/* When the ring is full, the reader waits until half of it is done with: not to
 * be woken by each batch. */
struct batch *
workers_current(struct workers *all)
{
	if (all->current != NULL)
		return all->current;
	collect_until(all, all->tail + (all->filled - all->tail == RING ?
	    RING / 2 : 0));
	all->current = supply_batch(all);
	return all->current;
}

struct capture_block *
workers_exchange(void *arg, struct capture_block *old, size_t size)
{
	struct workers *all = arg;
	struct batch *b = workers_current(all);
	struct capture_block *k = supply_block(all, size);

	if (k == NULL)
		return NULL;
	old->next = b->blocks;
	b->blocks = old;
	b->bytes += old->size;
	return k;
}

struct batch *
workers_hand_over(struct workers *all)
{
	struct batch *b = all->current;

	if (b == NULL)
		return NULL;
	b->left = all->n;
	all->current = NULL;
	pthread_mutex_lock(&all->lock);
	all->ring[all->filled % RING] = b;
	__atomic_store_n(&all->filled, all->filled + 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&all->lock);
	return b;
}

/* Batches are dealt by several at a time, and served one after the other. */
void
workers_publish(struct workers *all, struct batch *b)
{
	uint64_t head;

	if (b == NULL)
		return;
	workers_deal(all, b);
	pthread_mutex_lock(&all->lock);
	b->dealt = 1;
	head = all->head;
	while (head < all->filled && all->ring[head % RING]->dealt)
		head++;
	__atomic_store_n(&all->head, head, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
}

static void
publish(struct workers *all)
{
	workers_publish(all, workers_hand_over(all));
}

void
workers_drain(struct workers *all)
{
	publish(all);
	collect_until(all, all->filled);
}

/* How far the list is to be visited, from that place on. */
static uint32_t
find_to(const struct worker *w, uint32_t from, uint64_t until)
{
	uint32_t to = w->nlist;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (w->list[middle].id <= until)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct batch *
start_visit(struct workers *all, enum batch_kind kind,
    enum session_visit why, int64_t now)
{
	struct batch *b = workers_current(all);

	b->kind = kind;
	b->why = why;
	b->now = now;
	return b;
}

/* So far that no worker has too much to say. */
static uint64_t
find_until(const struct workers *all, const uint32_t *at)
{
	uint64_t until = UINT64_MAX;

	for (unsigned int i = 0; i < all->n; i++) {
		const struct worker *w = &all->worker[i];

		if (w->nlist - at[i] > VISIT_MOST &&
		    w->list[at[i] + VISIT_MOST - 1].id < until)
			until = w->list[at[i] + VISIT_MOST - 1].id;
	}
	return until;
}

void
workers_visit(struct workers *all, enum session_visit why, int64_t now)
{
	uint32_t at[WORKERS_MAX] = { 0 };
	uint64_t until;

	publish(all);
	start_visit(all, BATCH_LIST, why, now);
	workers_drain(all);
	do {
		struct batch *b = start_visit(all, BATCH_VISIT, why, now);

		/* A list is gone when its last session was visited. */
		until = find_until(all, at);
		for (unsigned int i = 0; i < all->n; i++) {
			b->part[i].from = at[i];
			b->part[i].to = at[i] = find_to(&all->worker[i],
			    at[i], until);
		}
		publish(all);
	} while (until != UINT64_MAX);
	workers_drain(all);
}
