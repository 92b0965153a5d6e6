/* table.c: where sessions stand: a slab, an index over it, and lists. */
#include <sys/random.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/fetch.h"
#include "session/table.h"

/* The first slots stand behind the last once more, so that some can be looked
 * at together anywhere. */
enum { AGAIN = 3 };

static size_t
index_bytes(uint32_t mask)
{
	return sizeof(uint32_t) * ((size_t)mask + 1 + AGAIN);
}

static void
index_set(struct table *t, uint32_t i, uint32_t slot)
{
	t->index[i] = slot;
	if (i < AGAIN)
		t->index[i + t->mask + 1] = slot;
}

static size_t
slab_bytes(const struct table *t)
{
	return ((size_t)t->max + 1) * sizeof(*t->slab);
}

/* By one number, where that is to be the same in each run. */
static void
make_seeds(uint64_t *v, uint64_t seed)
{
	v[0] = seed ^ UINT64_C(0xa0761d6478bd642f);
	v[1] = seed ^ UINT64_C(0xe7037ed1a0b428db);
	v[2] = seed ^ UINT64_C(0x8ebc6af09c88c6e3);
	v[3] = seed ^ UINT64_C(0x589965cc75374cc3);
}

int
table_init(struct table *t, uint32_t max, uint64_t seed, struct errbuf *e)
{
	memset(t, 0, sizeof(*t));
	assert(max >= 1 && max <= TABLE_MAX_SESSIONS);
	t->max = max;
	make_seeds(t->seed, seed);
	if (seed == 0 && getrandom(t->seed, sizeof(t->seed), 0) !=
	    (ssize_t)sizeof(t->seed))
		return err_set(e, "getrandom: %s", strerror(errno));
	t->mask = TABLE_INDEX_LEAST - 1;
	t->index = region_new(index_bytes(t->mask));
	t->slab = region_new(slab_bytes(t));
	if (t->index != NULL && t->slab != NULL) {
		region_front_init(&t->front, t->slab, slab_bytes(t),
		    REGION_FEW);
		return 0;
	}
	err_set(e, "session table of %u: %s", max, strerror(errno));
	table_fini(t);
	return -1;
}

void
table_fini(struct table *t)
{
	region_free(t->slab, slab_bytes(t));
	region_free(t->index, index_bytes(t->mask));
}

static void
index_insert(struct table *t, uint32_t number, uint32_t hash)
{
	uint32_t mask = t->mask, i = hash & mask;

	while (t->index[i] != 0)
		i = (i + 1) & mask;
	index_set(t, i, (table_tag(hash) & ~mask) | number);
}

/* Every session's number fits below the tag as long as this holds. */
static int
index_full(const struct table *t)
{
	return t->used >= t->mask / 2;
}

static int
index_grow(struct table *t)
{
	uint32_t mask = 2 * t->mask + 1;
	uint32_t *bigger = region_new(index_bytes(mask));

	if (bigger == NULL)
		return -1;
	region_clear(bigger, index_bytes(mask));
	region_free(t->index, index_bytes(t->mask));
	t->index = bigger;
	t->mask = mask;
	for (uint32_t i = 1; i <= t->used; i++)
		if (t->slab[i].id != 0)
			index_insert(t, i, t->slab[i].hash);
	return 0;
}

/* How many slots before i a probe may have begun that went on to i: all those
 * without a gap, but no more are counted than a slot tells apart. */
static uint32_t
index_run(const struct table *t, uint32_t i)
{
	uint32_t n = 0;

	while (n < 1 << TABLE_HOME && t->index[(i - n - 1) & t->mask] != 0)
		n++;
	return n;
}

/* How far from its home it stands at i, behind "run" others. */
static uint32_t
index_away(const struct table *t, uint32_t i, uint32_t run)
{
	uint32_t slot = t->index[i];

	return run < 1 << TABLE_HOME ?
	    (i - (slot >> (32 - TABLE_HOME))) & ((1 << TABLE_HOME) - 1) :
	    (i - t->slab[slot & t->mask].hash) & t->mask;
}

/* Closes the gap at i, so that every probe still finds what is behind it. */
static void
index_remove(struct table *t, uint32_t number, uint32_t hash)
{
	uint32_t mask = t->mask, i = hash & mask, run;

	while ((t->index[i] & mask) != number)
		i = (i + 1) & mask;
	run = index_run(t, i);
	for (uint32_t j = (i + 1) & mask; t->index[j] != 0;
	    j = (j + 1) & mask) {
		if (index_away(t, j, ++run) < ((j - i) & mask))
			continue;
		index_set(t, i, t->index[j]);
		i = j;
	}
	index_set(t, i, 0);
}

struct session *
table_add(struct table *t, const struct session_key *k, uint32_t hash)
{
	struct session *s;
	uint32_t number = t->free;

	if (number == 0 && (t->used == t->max ||
	    (index_full(t) && index_grow(t) == -1)))
		return NULL;
	if (number == 0) {
		number = ++t->used;
		region_reach(&t->front, &t->slab[number + 1]);
	}
	s = &t->slab[number];
	if (number == t->free) {
		t->free = s->next;
		fetch_to_write(&t->slab[t->free], &t->slab[t->free + 1]);
	}
	memset(s, 0, sizeof(*s));	/* written to first: see region.h */
	s->key = *k;
	s->hash = hash;
	index_insert(t, number, hash);
	t->live++;
	return s;
}

void
table_remove(struct table *t, struct session *s)
{
	uint32_t number = (uint32_t)(s - t->slab);

	index_remove(t, number, s->hash);
	s->key.ip_version = 0;		/* no packet's key is equal now */
	s->next = t->free;
	t->free = number;
	t->live--;
}

void
table_enqueue(struct table *t, struct session *s)
{
	struct table_list *l = &t->list[s->timeout];
	uint32_t number = (uint32_t)(s - t->slab);

	l->count++;
	s->active = 0;
	s->next = 0;
	s->prev = l->tail;
	if (l->tail != 0)
		t->slab[l->tail].next = number;
	else
		l->head = number;
	l->tail = number;
}

void
table_dequeue(struct table *t, struct session *s)
{
	struct table_list *l = &t->list[s->timeout];

	l->count--;
	if (s->prev != 0)
		t->slab[s->prev].next = s->next;
	else
		l->head = s->next;
	if (s->next != 0)
		t->slab[s->next].prev = s->prev;
	else
		l->tail = s->prev;
}

struct session *
table_oldest(const struct table *t, unsigned int timeout)
{
	uint32_t head = t->list[timeout].head;

	return head != 0 ? &t->slab[head] : NULL;
}
