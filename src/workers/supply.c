/*
 * supply.c: what batches are made of, when they are not under way.
 *
 * Memory goes back to the worker that was the last to use it, and who reads
 * takes its own: what two cores write in turn has to cross twice, from the one
 * that writes to the one that reads, and back.
 */
#include <errno.h>
#include <stdlib.h>

#include "workers/impl.h"

/* Whoever reads; live it is no worker. */
static struct worker *
reader_of(const struct workers *all)
{
	return all->reader != NULL ? all->reader : &all->worker[0];
}

static void
keep_batch(struct worker *w, struct batch *b)
{
	b->next = w->batches;
	w->batches = b;
}

static void
keep_lot(struct worker *w, struct lot *l)
{
	l->next = w->lots;
	w->lots = l;
}

static void
keep_block(struct worker *w, struct capture_block *k)
{
	k->next = w->blocks;
	w->blocks = k;
}

int
supply_init(struct workers *all)
{
	for (unsigned int i = 0; i < RING; i++) {
		struct batch *b = batch_new(all->n);

		if (b == NULL)
			return -1;
		keep_batch(&all->worker[i % all->n], b);
	}
	for (unsigned int i = 0; i < RING * all->n; i++) {
		struct lot *l = lot_new(BATCH_PACKETS);

		if (l == NULL)
			return -1;
		keep_lot(&all->worker[i % all->n], l);
	}
	return 0;
}

void
supply_fini(struct workers *all)
{
	for (unsigned int i = 0; i < all->n; i++) {
		struct worker *w = &all->worker[i];

		while (w->batches != NULL) {
			struct batch *b = w->batches;

			w->batches = b->next;
			batch_free(b, all->n);
		}
		while (w->lots != NULL) {
			struct lot *l = w->lots;

			w->lots = l->next;
			lot_free(l);
		}
		batch_free_blocks(w->blocks);
	}
}

/* The reader itself, as long as it has some: there are enough in all. */
static struct worker *
find_lots(const struct workers *all)
{
	struct worker *w = reader_of(all);

	for (unsigned int i = 0; w->lots == NULL; i++)
		w = &all->worker[i];
	return w;
}

static struct worker *
find_batches(const struct workers *all)
{
	struct worker *w = reader_of(all);

	for (unsigned int i = 0; w->batches == NULL; i++)
		w = &all->worker[i];
	return w;
}

struct batch *
supply_batch(struct workers *all)
{
	struct worker *w = find_batches(all);
	struct batch *b = w->batches;

	w->batches = b->next;
	batch_reset(b, all->n);
	b->owner = reader_of(all);
	for (unsigned int i = 0; i < all->n; i++) {
		w = find_lots(all);
		b->part[i].lot = w->lots;
		w->lots = w->lots->next;
		lot_clear(b->part[i].lot);
	}
	return b;
}

void
supply_take_back(struct workers *all, struct batch *b)
{
	while (b->blocks != NULL) {
		struct capture_block *k = b->blocks;

		b->blocks = k->next;
		keep_block(k->owner != NULL ? k->owner : b->owner, k);
	}
	for (unsigned int i = 0; i < all->n; i++)
		keep_lot(&all->worker[i], b->part[i].lot);
	keep_batch(b->owner, b);
}

struct capture_block *
supply_block(struct workers *all, size_t size)
{
	struct worker *w = reader_of(all);
	struct capture_block *k = w->blocks;

	if (k != NULL)
		w->blocks = k->next;
	if (k == NULL || k->size < size) {
		free(k);
		k = malloc(sizeof(*k) + size);
		if (k == NULL)
			return NULL;
		k->size = size;
	}
	k->owner = w;
	return k;
}
