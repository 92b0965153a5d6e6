/* worker.c: a thread that moves the sessions that it owns. */
#include <stdlib.h>

#include "processes.h"
#include "workers/impl.h"

int
worker_selects(const struct worker *w, const struct session *s)
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
	    worker_selects(w, ev->session))
		w->sink.ops->event(&w->sink, ev);
}

static void
show_session(struct worker *w, const struct session *s, int open)
{
	int headed = w->sink.ops->header != NULL;

	if (!worker_selects(w, s))
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

/* Of all that may be kept, at least one. */
static uint32_t
sessions_of(const struct workers *all, uint64_t index)
{
	uint64_t spare = all->options->session.max - all->n;

	return 1 + (uint32_t)(spare * (index + 1) / all->n -
	    spare * index / all->n);
}

int
worker_init(struct worker *w, struct workers *all, unsigned int index,
    struct errbuf *e)
{
	const struct options *o = all->options;
	struct session_config config = o->session;

	w->all = all;
	w->index = index;
	start_sink(w, all->sink, &all->worker[0].batches->part[index].out);
	config.max = sessions_of(all, index);
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
	struct batch *b;

	workers_look(all, &all->head, w->position + 1);
	pthread_mutex_lock(&all->lock);
	while (all->head == w->position)
		pthread_cond_wait(&all->changed, &all->lock);
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
worker_serve(struct worker *w)
{
	struct batch *b = next_batch(w);

	w->part = &b->part[w->index];
	w->sink.out = &w->part->out;
	if (b->kind == BATCH_DEALT)
		worker_move(w, b);
	else if (b->kind == BATCH_LIST)
		make_list(w, b);
	else if (b->why == VISIT_END && w->all->alike)
		close_sessions(w, b);
	else
		visit(w, b);
	finish_batch(w, b);
}
