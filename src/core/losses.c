/* losses.c: when packets were lost, as far as that is known. */
#include <string.h>

#include "core/losses.h"

void
losses_init(struct losses *l)
{
	memset(l, 0, sizeof(*l));
	pthread_mutex_init(&l->lock, NULL);
}

void
losses_fini(struct losses *l)
{
	pthread_mutex_destroy(&l->lock);
}

/* Loss[i] and the ones up to loss[last] are one. */
static void
join(struct losses *l, unsigned int i, unsigned int last)
{
	struct loss *a = &l->loss[i], *b = &l->loss[last];

	if (b->to > a->to)
		a->to = b->to;
	memmove(a + 1, b + 1, (l->n - last - 1) * sizeof(*a));
	l->n -= last - i;
}

/* Times may be as far apart as int64_t goes. */
static uint64_t
distance(const struct loss *a)
{
	return (uint64_t)a[1].from - (uint64_t)a[0].to;
}

static void
join_nearest(struct losses *l)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i + 1 < l->n; i++)
		if (distance(&l->loss[i]) < distance(&l->loss[best]))
			best = i;
	join(l, best, best + 1);
}

static void
add(struct losses *l, struct loss new)
{
	unsigned int i = l->n, last;

	while (i > 0 && l->loss[i - 1].from > new.from)
		i--;
	if (i > 0 && l->loss[i - 1].to >= new.from) {
		i--;
		new.from = l->loss[i].from;
		if (new.to < l->loss[i].to)
			new.to = l->loss[i].to;
		l->loss[i] = new;
	} else {
		memmove(&l->loss[i + 1], &l->loss[i], (l->n - i) *
		    sizeof(new));
		l->loss[i] = new;
		l->n++;
	}
	for (last = i; last + 1 < l->n && l->loss[last + 1].from <= new.to;
	    last++)
		;
	join(l, i, last);
	if (l->n > LOSSES_MAX)
		join_nearest(l);
}

void
losses_add(struct losses *l, int64_t from, int64_t to)
{
	struct loss new = { from < to ? from : to, from < to ? to : from };

	pthread_mutex_lock(&l->lock);
	add(l, new);
	__atomic_store_n(&l->any, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&l->lock);
}

int
losses_within(struct losses *l, int64_t start, int64_t end)
{
	unsigned int i;
	int found = 0;

	if (l == NULL || !__atomic_load_n(&l->any, __ATOMIC_RELAXED))
		return 0;
	pthread_mutex_lock(&l->lock);
	/* Of most sessions the end is near. */
	for (i = l->n; i > 0 && l->loss[i - 1].to > start && !found; i--)
		found = l->loss[i - 1].from < end;
	pthread_mutex_unlock(&l->lock);
	return found;
}
