/* worker.c: a thread that moves the sessions that it owns. */
#include <stdlib.h>

#include "core/fetch.h"
#include "dissect/dissect.h"
#include "processes.h"
#include "workers/impl.h"

enum {
	/* Sessions ended at a time: what is said of a batch has a bound, even
	 * where a whole table has timed out. */
	EXPIRE_MOST	= 1024,
	AHEAD		= 4,	/* packets whose frames are fetched before, */
	FETCH_MOST	= 1536,	/* so many bytes of each */
};

static int
is_selected(const struct worker *w, const struct session *s)
{
	const struct options *o = w->all->options;

	return selection_session(o->selection, s) &&
	    (o->process_filter == NULL ||
	    process_filter_match(o->process_filter, w->book, s));
}

static void
on_event(void *arg, const struct session_event *ev)
{
	struct worker *w = arg;

	if (ev->kind == EVENT_NEW && w->book != NULL)
		book_ask(w->book, ev->session, ev->packet);
	if (w->sockets != NULL)
		sockets_event(w->sockets, ev);
	if (w->all->options->sink.views & VIEW_EVENTS &&
	    is_selected(w, ev->session))
		w->sink.ops->event(&w->sink, ev);
}

static void
show_session(struct worker *w, const struct session *s, int open)
{
	int headed = w->sink.ops->header != NULL;

	if (!is_selected(w, s))
		return;
	if (headed)
		part_cut(w->part, w->key, 0);
	w->sink.ops->session(&w->sink, s, session_trouble(w->closing, s), open);
	if (headed)
		part_cut(w->part, w->key, 1);
}

static void
on_end(void *arg, const struct session *s)
{
	show_session(arg, s, 0);
}

static void
on_snapshot(void *arg, const struct session *s)
{
	show_session(arg, s, 1);
}

static void
on_ahead(void *arg, const struct session *s, int64_t now)
{
	const struct worker *w = arg;

	sockets_ask(w->sockets, s, now, 0);
}

/* The widths of columns are the header's, which another says. */
static void
start_sink(struct worker *w, const struct sink *like, struct outbuf *scratch)
{
	sink_init(&w->sink, like->options, scratch);
	if (like->options->views & VIEW_SESSIONS && like->ops->header != NULL)
		like->ops->header(&w->sink);
	scratch->p = scratch->data;
}

int
worker_init(struct worker *w, struct workers *all, unsigned int index,
    struct errbuf *e)
{
	const struct options *o = all->options;
	struct session_config config = o->session;

	w->all = all;
	w->index = index;
	start_sink(w, all->sink, &all->ring[0]->part[index].out);
	config.max = shares_max(&all->shares, index, o->session.max);
	config.on_event = o->sink.views & VIEW_EVENTS ||
	    o->processes != NULL ? on_event : NULL;
	config.on_end = o->sink.views & VIEW_SESSIONS ? on_end : NULL;
	config.on_snapshot = on_snapshot;
	config.on_ahead = on_ahead;
	config.ahead = o->sockets ? SOCKETS_AHEAD : 0;
	config.arg = w;
	w->table = session_table_new(&config, e);
	if (w->table == NULL)
		return -1;
	w->closing = w->table;
	w->book = processes_book(o->processes, index);
	w->sink.book = w->book;
	if (w->book != NULL)
		book_bind(w->book, w->table, all->sink->options->interface,
		    all->sink->options->arg);
	w->sockets = processes_sockets(o->processes, index);
	w->sink.sockets = w->sockets;
	if (w->sockets != NULL)
		sockets_bind(w->sockets, w->table,
		    all->sink->options->interface, all->sink->options->arg);
	return 0;
}

void
worker_fini(struct worker *w)
{
	session_table_free(w->table);
	free(w->list);
}

static void
expire(struct worker *w, uint64_t key)
{
	w->key = key;
	w->owes = (uint8_t)session_expire_some(w->table, w->now, EXPIRE_MOST);
	part_cut(w->part, key, 0);
}

static void
show(struct worker *w, const struct packet *p, const struct session *s)
{
	if (!w->all->all && !is_selected(w, s))
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
		pthread_cond_wait(&w->all->step, &w->all->lock);
	pthread_mutex_unlock(&w->all->lock);
	return now == step;
}

static void
set_step(struct worker *w, struct batch_error *e, unsigned int step)
{
	pthread_mutex_lock(&w->all->lock);
	e->step = (uint8_t)step;
	pthread_cond_broadcast(&w->all->step);
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

static void
fetch_packet(const struct packet *p)
{
	fetch(&p->flow, &p->flow + 1);
	__builtin_prefetch(&p->flags);
}

static unsigned int
least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* What another core has written is far away: it is asked for in time, and not
 * too much at once. */
static void
fetch_own(const struct batch *b, unsigned int own)
{
	unsigned int place = own & OWN_PLACE;
	const struct frame *f = &b->frame[place];

	if (own & OWN_DISSECTED)
		fetch_packet(b->dissected[place]);
	else
		fetch(f->data, f->data + least(f->caplen, FETCH_MOST));
}

/* Dissected; their sessions' memory is asked for.  Behind these n stand "more"
 * to come. */
static void
prepare(struct worker *w, const struct batch *b, const uint16_t *own,
    unsigned int n, unsigned int more)
{
	for (unsigned int i = 0; i < n; i++) {
		unsigned int place = own[i] & OWN_PLACE;
		const struct packet *p = &w->packet[i];

		if (i + AHEAD < n + more)
			fetch_own(b, own[i + AHEAD]);
		if (own[i] & OWN_DISSECTED)
			p = b->dissected[place];
		else
			dissect(w->all->registry, NULL, &b->frame[place],
			    &w->packet[i]);
		w->group[i] = p;
		session_prepare(w->table, p, &w->lookup[i]);
	}
	for (unsigned int i = 0; i < n && i < SESSION_AHEAD; i++)
		session_prefetch(w->table, &w->lookup[i]);
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
	book_receive(w->book, b->n < BATCH_PACKETS);
	part_cut(w->part, 0, 0);
}

/* The error that stands at the place; NULL: it is another packet. */
static struct batch_error *
find_error(struct batch *b, uint32_t *at, uint16_t place)
{
	while (*at < b->nerrors && b->error[*at].place < place)
		++*at;
	return *at < b->nerrors && b->error[*at].place == place ?
	    &b->error[*at] : NULL;
}

/* Ends what has timed out when that packet comes. */
static void
catch_up(struct worker *w, const struct batch *b, uint32_t *tick,
    uint32_t place)
{
	for (; *tick < b->nticks && b->tick[*tick].place <= place; ++*tick) {
		w->now = b->tick[*tick].now;
		expire(w, key_of(b->tick[*tick].place));
	}
}

static void
move_packets(struct worker *w, struct batch *b)
{
	const uint16_t *own = w->part->own;
	unsigned int n = w->part->nown;
	uint32_t error = 0, tick = 0;

	take_answers(w, b);
	if (w->owes)
		expire(w, 0);
	for (unsigned int i = 0; i < n && i < AHEAD; i++)
		fetch_own(b, own[i]);
	for (unsigned int i = 0; i < n; i++) {
		uint16_t place = own[i] & OWN_PLACE;
		unsigned int k = i % GROUP, ahead = k + SESSION_AHEAD;
		struct batch_error *e = find_error(b, &error, place);

		if (k == 0) {
			unsigned int m = least(n - i, GROUP);

			prepare(w, b, own + i, m, n - i - m);
		}
		if (ahead < GROUP && i - k + ahead < n)
			session_prefetch(w->table, &w->lookup[ahead]);
		catch_up(w, b, &tick, place);
		w->key = key_of(place) + 1;
		if (e != NULL)
			move_error(w, w->group[k], e, &w->lookup[k],
			    b->first + place);
		else
			show(w, w->group[k], session_move(w->table,
			    w->group[k], &w->lookup[k], b->first + place));
		part_cut(w->part, w->key, 0);
	}
	catch_up(w, b, &tick, BATCH_PACKETS);
	if (w->book != NULL)
		book_send(w->book);
	if (w->sockets != NULL)
		sockets_send(w->sockets);
}

static void
make_list(struct worker *w, const struct batch *b)
{
	if (w->book != NULL && b->why == VISIT_END)
		book_finish(w->book);
	if (w->sockets != NULL && b->why == VISIT_END)
		sockets_finish(w->sockets);
	w->nlist = 0;
	if (b->why == VISIT_AHEAD) {
		session_ahead(w->table, b->now);
		sockets_send(w->sockets);
		return;
	}
	w->list = session_list(w->table, b->why, b->now, &w->nlist);
	if (w->list == NULL)
		w->failed = 1;
}

static void
visit(struct worker *w, const struct batch *b)
{
	for (uint32_t i = w->part->from; i < w->part->to; i++) {
		w->key = w->list[i].id;
		session_fetch(w->table, &w->list[i], w->nlist - i);
		session_visit(w->table, w->list[i].session, b->why, b->now);
		part_cut(w->part, w->key, 0);
	}
	if (w->part->to < w->nlist)
		return;
	free(w->list);
	w->list = NULL;
}

/* Sessions that one worker has listed. */
struct stretch {
	const struct session_table *table;	/* its */
	const struct session_entry *next, *end;
};

/* The one whose next session comes first; NULL: all have come. */
static struct stretch *
find_first(struct stretch *v, unsigned int n)
{
	struct stretch *first = NULL;

	for (unsigned int i = 0; i < n; i++)
		if (v[i].next < v[i].end && (first == NULL ||
		    v[i].next->id < first->next->id))
			first = &v[i];
	return first;
}

/* Of each worker's sessions an equal share, in order.  What a worker keeps
 * writing to is not looked at by others meanwhile. */
static void
close_sessions(struct worker *w, const struct batch *b)
{
	const struct workers *all = w->all;
	struct stretch v[WORKERS_MAX], *s;

	for (unsigned int i = 0; i < all->n; i++) {
		const struct worker *owner = &all->worker[i];
		const struct part *t = &b->part[i];
		uint64_t n = t->to - t->from;

		v[i].table = owner->table;
		v[i].next = v[i].end = NULL;
		if (n == 0)
			continue;
		v[i].next = owner->list + t->from + n * w->index / all->n;
		v[i].end = owner->list + t->from + n * (w->index + 1) / all->n;
	}
	while ((s = find_first(v, all->n)) != NULL) {
		const struct session_entry *e = s->next;

		w->key = e->id;
		w->closing = s->table;
		session_fetch(s->table, e, (uint32_t)(s->end - e));
		session_close(s->table, e->session, b->now, w);
		part_cut(w->part, w->key, 0);
		s->next++;
	}
}

static struct batch *
next_batch(struct worker *w)
{
	struct workers *all = w->all;
	struct batch *b = NULL;

	workers_look(all, &all->head, w->position + 1);
	pthread_mutex_lock(&all->lock);
	while (w->position == all->head && !all->quit)
		pthread_cond_wait(&all->dealt, &all->lock);
	if (w->position != all->head)
		b = all->ring[w->position % RING];
	pthread_mutex_unlock(&all->lock);
	return b;
}

static void
finish_batch(struct worker *w, struct batch *b)
{
	struct workers *all = w->all;

	w->position++;
	pthread_mutex_lock(&all->lock);
	if (--b->left == 0) {
		__atomic_store_n(&all->finished, all->finished + 1,
		    __ATOMIC_RELAXED);
		if (all->finished == all->awaited)
			pthread_cond_signal(&all->done);
	}
	pthread_mutex_unlock(&all->lock);
}

void
worker_serve(struct worker *w, struct batch *b)
{
	w->part = &b->part[w->index];
	w->sink.out = &w->part->out;
	if (b->kind == BATCH_DEALT)
		move_packets(w, b);
	else if (b->kind == BATCH_LIST)
		make_list(w, b);
	else if (b->why == VISIT_END && w->all->alike)
		close_sessions(w, b);
	else
		visit(w, b);
	finish_batch(w, b);
}

void *
worker_run(void *arg)
{
	struct worker *w = arg;
	struct batch *b;

	while ((b = next_batch(w)) != NULL)
		worker_serve(w, b);
	return NULL;
}
