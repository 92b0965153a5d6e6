/*
 * turn.c: what a thread does next: it reads, or moves its sessions.
 *
 * To read, with all that depends on what came before, is for one thread at a
 * time.  Of files it is the turn of whoever has nothing else to do, for a
 * batch: so each has frames in its own cache when it dissects them, and none
 * waits for one that has too much to do.
 */
#include "workers/impl.h"

enum {
	LEAST	= 64,	/* packets of a batch, unless frames are large */
	LEAD	= 4,	/* batches read before it is done with the first */
};

enum turn { TURN_NONE, TURN_SERVE, TURN_READ };

static int
may_serve(const struct worker *w)
{
	return __atomic_load_n(&w->all->head, __ATOMIC_RELAXED) > w->position;
}

/* How many batches may be under way is for workers_current() to see to, which
 * waits and is woken. */
static int
may_read(const struct worker *w)
{
	const struct workers *all = w->all;

	return w->reads &&
	    !__atomic_load_n(&all->reading, __ATOMIC_RELAXED) &&
	    !__atomic_load_n(&all->over, __ATOMIC_RELAXED);
}

static enum turn
find_turn(const struct worker *w)
{
	int serves = may_serve(w);

	if (may_read(w) && (!serves || w->all->filled - w->position < LEAD))
		return TURN_READ;
	return serves ? TURN_SERVE : TURN_NONE;
}

/* The pipeline's thread has more to do than this. */
static int
is_over(const struct worker *w)
{
	const struct workers *all = w->all;

	return w->index < all->first ? all->over && !all->reading : all->quit;
}

/* TURN_NONE: nothing will come any more. */
static enum turn
wait_turn(struct worker *w)
{
	struct workers *all = w->all;
	enum turn turn;

	for (unsigned int i = all->looks ? WAIT_LOOKS : 0; i > 0 &&
	    !may_serve(w) && !may_read(w); i--)
		workers_pause();
	pthread_mutex_lock(&all->lock);
	while ((turn = find_turn(w)) == TURN_NONE && !is_over(w))
		pthread_cond_wait(&all->changed, &all->lock);
	if (turn == TURN_READ)
		__atomic_store_n(&all->reading, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&all->lock);
	return turn;
}

/* What the source would read next had better be read by another, whose block
 * it will be. */
static int
is_full(const struct workers *all)
{
	const struct batch *b = all->current;

	return b != NULL && (batch_is_full(b) ||
	    (all->capture->spent && b->n >= LEAST));
}

/* A batch; when it is read it is another's turn, and this one deals it. */
static void
read_batch(struct workers *all, struct worker *w)
{
	struct batch *b;
	int more;

	all->reader = w;
	do
		more = all->step(all->arg);
	while (more && !is_full(all));
	b = workers_hand_over(all);
	pthread_mutex_lock(&all->lock);
	__atomic_store_n(&all->over, !more, __ATOMIC_RELAXED);
	__atomic_store_n(&all->reading, 0, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
	workers_publish(all, b);
}

static void
take_turns(struct worker *w)
{
	enum turn turn;

	while ((turn = wait_turn(w)) != TURN_NONE)
		if (turn == TURN_READ)
			read_batch(w->all, w);
		else
			worker_serve(w);
}

void *
turn_run(void *arg)
{
	struct worker *w = arg;

	take_turns(w);
	worker_fini(w);		/* much memory: each its own */
	return NULL;
}

void
workers_run(struct workers *all, int (*step)(void *), void *arg)
{
	struct worker *own = all->first > 0 ? &all->worker[0] : NULL;

	all->step = step;
	all->arg = arg;
	pthread_mutex_lock(&all->lock);
	__atomic_store_n(&all->over, 0, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
	if (own != NULL)
		take_turns(own);
	else
		while (!all->over)
			read_batch(all, NULL);
	all->reader = own;
}
