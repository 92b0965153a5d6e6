/* move.c: a worker moves its sessions by the packets of a batch. */
#include "core/fetch.h"
#include "processes.h"
#include "workers/impl.h"

enum {
	/* Sessions ended at a time: what is said of a batch has a bound, even
	 * where a whole table has timed out. */
	EXPIRE_MOST	= 1024,
	AHEAD		= 6,	/* packets that are fetched before */
};

static void
expire(struct worker *w, uint64_t key)
{
	w->key = key;
	w->owes = (uint8_t)session_expire_some(w->table, w->now, EXPIRE_MOST);
	part_cut(w->part, key, 0);
}

static inline void
show(struct worker *w, const struct packet *p, const struct session *s)
{
	if (!w->all->all && !worker_selects(w, s))
		return;
	w->selected++;
	if (w->all->options->sink.views & VIEW_PACKETS)
		w->sink.ops->packet(&w->sink, p, s);
}

/* Waits until it is this one's turn, or nobody's: then 0. */
static int
await_step(struct worker *w, struct batch_error *e, unsigned int step)
{
	unsigned int now;

	pthread_mutex_lock(&w->all->lock);
	while ((now = e->step) < step)
		pthread_cond_wait(&w->all->stepped, &w->all->lock);
	pthread_mutex_unlock(&w->all->lock);
	return now == step;
}

static void
set_step(struct worker *w, struct batch_error *e, unsigned int step)
{
	pthread_mutex_lock(&w->all->lock);
	e->step = (uint8_t)step;
	pthread_cond_broadcast(&w->all->stepped);
	pthread_mutex_unlock(&w->all->lock);
}

static struct session *
find_quoted(struct worker *w, const struct packet *p, unsigned int step)
{
	struct flow inside;

	if (step == 0)
		return session_quoted(w->table, p, &p->quoted);
	return session_quoted_inside(p, &inside) ?
	    session_quoted(w->table, p, &inside) : NULL;
}

static void
move_error(struct worker *w, const struct packet *p, struct batch_error *e,
    const struct session_lookup *l, uint64_t number)
{
	for (unsigned int i = 0; i < e->n; i++) {
		const struct session *s = NULL;
		int last = i == e->n - 1U;

		if (e->owner[i] != w->index)
			continue;
		if (!await_step(w, e, i))
			return;
		if (last)
			s = session_move(w->table, p, l, number);
		else if (session_is_error(p, l))
			s = find_quoted(w, p, i);
		set_step(w, e, last || s != NULL ? e->n : i + 1);
		if (last || s != NULL) {
			show(w, p, s);
			return;
		}
	}
}

static unsigned int
least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Their sessions' memory is asked for.  Answers the slot behind these n. */
static const struct slot *
prepare(struct worker *w, const struct slot *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++, s = slot_next(s)) {
		slot_fetch(s, AHEAD, AHEAD + 1);
		w->group[i] = s;
		session_prepare(w->table, &s->packet, &w->lookup[i]);
	}
	for (unsigned int i = 0; i < n && i < SESSION_AHEAD; i++)
		session_prefetch(w->table, &w->lookup[i]);
	return s;
}

/* Before a packet come the ticks, which have even keys. */
static uint64_t
key_of(uint32_t place)
{
	return 2 * (uint64_t)place + 2;
}

/* Of processes; before the packets. */
static void
take_answers(struct worker *w, const struct batch *b)
{
	if (w->sockets != NULL)
		sockets_receive(w->sockets);
	if (w->book == NULL)
		return;
	w->key = 0;
	book_receive(w->book, !batch_is_full(b));
	part_cut(w->part, 0, 0);
}

/* How far a worker has come in a batch. */
struct course {
	struct batch *b;
	uint32_t tick, error;	/* the next ones */
	uint32_t place;		/* before it nothing is but packets */
};

/* Ends what has timed out when that packet comes. */
static void
catch_up(struct worker *w, struct course *c, uint32_t place)
{
	const struct batch *b = c->b;

	for (; c->tick < b->nticks && b->tick[c->tick].place <= place;
	    c->tick++) {
		w->now = b->tick[c->tick].now;
		expire(w, key_of(b->tick[c->tick].place));
	}
}

/* The error that stands at the place; NULL: it is another packet. */
static struct batch_error *
find_error(struct course *c, uint32_t place)
{
	struct batch *b = c->b;

	while (c->error < b->nerrors && b->error[c->error].place < place)
		c->error++;
	return c->error < b->nerrors && b->error[c->error].place == place ?
	    &b->error[c->error] : NULL;
}

static uint32_t
find_next(const struct course *c)
{
	const struct batch *b = c->b;
	uint32_t tick = c->tick < b->nticks ? b->tick[c->tick].place :
	    BATCH_PACKETS;
	uint32_t error = c->error < b->nerrors ? b->error[c->error].place :
	    BATCH_PACKETS;

	return least(tick, error);
}

/* What is due before the packet; the error that it is, or NULL. */
static struct batch_error *
come_to(struct worker *w, struct course *c, uint32_t place)
{
	struct batch_error *e;

	if (place < c->place)
		return NULL;
	catch_up(w, c, place);
	e = find_error(c, place);
	c->place = find_next(c);
	return e;
}

static void
move_group(struct worker *w, struct course *c, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct packet *p = &w->group[i]->packet;
		const struct session_lookup *l = &w->lookup[i];
		uint16_t place = w->group[i]->place;
		uint64_t number = c->b->first + place;
		struct batch_error *e = come_to(w, c, place);

		if (i + SESSION_AHEAD < n)
			session_prefetch(w->table,
			    &w->lookup[i + SESSION_AHEAD]);
		w->key = key_of(place) + 1;
		if (e != NULL)
			move_error(w, p, e, l, number);
		else
			show(w, p, session_move(w->table, p, l, number));
		part_cut(w->part, w->key, 0);
	}
}

void
worker_move(struct worker *w, struct batch *b)
{
	const struct slot *s = w->part->lot->slot;
	unsigned int n = w->part->lot->n, m;
	struct course c = { b, 0, 0, 0 };

	take_answers(w, b);
	if (w->owes)
		expire(w, 0);
	slot_fetch(s, 0, n < AHEAD ? n : AHEAD);
	for (unsigned int i = 0; i < n; i += m) {
		m = least(n - i, GROUP);
		s = prepare(w, s, m);
		move_group(w, &c, m);
	}
	catch_up(w, &c, BATCH_PACKETS);
	if (w->book != NULL)
		book_send(w->book);
	if (w->sockets != NULL)
		sockets_send(w->sockets);
}
