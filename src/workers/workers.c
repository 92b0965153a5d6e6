/* workers.c: sessions on several cores: the packets are dealt. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/fetch.h"
#include "core/mix.h"
#include "core/thread.h"
#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "dissect/glance.h"
#include "process/sockets.h"
#include "workers/impl.h"

/* How far ahead memory is asked for that was another core's. */
enum {
	AHEAD		= 8,	/* packets that are dissected here */
	AHEAD_FRAME	= 1024,	/* bytes of frames */
};

int
workers_start(struct workers *all, struct capture *c, struct errbuf *e)
{
	/* The source exchanges blocks. */
	int stay = capture_keep(c, &all->keeper) == 0, error = 0;

	all->copies = all->keeps && !stay;
	all->leaves = (all->keeps || stay) &&
	    selection_is_any(all->options->selection);
	while (error == 0 && all->started < all->n) {
		struct worker *w = &all->worker[all->started];

		error = thread_start(&w->thread, worker_run, w);
		if (error == 0)
			all->started++;
	}
	return error == 0 ? 0 : err_set(e, "workers: %s", strerror(error));
}

static int
start(struct workers *all, struct errbuf *e)
{
	for (unsigned int i = 0; i < RING; i++)
		if ((all->ring[i] = batch_new(all->n)) == NULL)
			return err_set(e, "workers: %s", strerror(errno));
	all->worker = aligned_alloc(alignof(struct worker), all->n *
	    sizeof(*all->worker));
	if (all->worker == NULL)
		return err_set(e, "workers: %s", strerror(errno));
	memset(all->worker, 0, all->n * sizeof(*all->worker));
	for (unsigned int i = 0; i < all->n; i++)
		if (worker_init(&all->worker[i], all, i, e) == -1)
			return -1;
	return 0;
}

/* What it takes to read and to deal the packets of a file, in percent of what
 * the workers do with them: measured.  Live it has a thread of its own. */
static unsigned int
dealing(const struct options *o)
{
	if (o->nread == 0)
		return 0;
	return o->sink.views & VIEW_PACKETS && o->sink.format == FORMAT_JSON ?
	    38 : 80;
}

struct workers *
workers_new(const struct options *o, const struct registry *r,
    struct defrag *defrag, struct sink *sink, struct errbuf *e)
{
	struct workers *all = aligned_alloc(alignof(struct workers),
	    sizeof(*all));

	if (all == NULL) {
		err_set(e, "workers: %s", strerror(errno));
		return NULL;
	}
	memset(all, 0, sizeof(*all));
	all->options = o;
	all->registry = r;
	all->defrag = defrag;
	all->sink = sink;
	all->n = o->workers;
	all->first = all->started = o->nread > 0;
	shares_init(&all->shares, all->n, dealing(o));
	all->looks = o->nread > 0 &&
	    sysconf(_SC_NPROCESSORS_ONLN) >= (long)all->n;
	all->keeps = (o->sink.views & VIEW_PACKETS) != 0;
	all->all = o->process_filter == NULL &&
	    !selection_has_states(o->selection);
	all->alike = o->processes == NULL;
	all->keeper = (struct capture_keeper){ workers_exchange, all };
	schedule_init(&all->schedule, o->session.interval, o->sockets ?
	    SOCKETS_AHEAD : 0);
	pthread_mutex_init(&all->lock, NULL);
	pthread_cond_init(&all->dealt, NULL);
	pthread_cond_init(&all->done, NULL);
	pthread_cond_init(&all->step, NULL);
	if (start(all, e) == 0)
		return all;
	workers_free(all);
	return NULL;
}

void
workers_free(struct workers *all)
{
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->lock);
	all->quit = 1;
	pthread_cond_broadcast(&all->dealt);
	pthread_mutex_unlock(&all->lock);
	for (unsigned int i = 0; all->worker != NULL && i < all->n; i++)
		if (i < all->first || i >= all->started)
			worker_fini(&all->worker[i]);
	for (unsigned int i = all->first; i < all->started; i++)
		pthread_join(all->worker[i].thread, NULL);
	for (unsigned int i = 0; i < RING; i++)
		batch_free(all->ring[i], all->n);
	batch_free_blocks(all->free);
	pthread_mutex_destroy(&all->lock);
	pthread_cond_destroy(&all->dealt);
	pthread_cond_destroy(&all->done);
	pthread_cond_destroy(&all->step);
	free(all->worker);
	free(all);
}

/* The same both ways.  There is no seed in it, so that a file gives the same
 * records in the same order each time. */
static inline uint8_t
owner_of(const struct workers *all, const struct ends *e)
{
	return shares_owner(&all->shares, mix(UINT64_C(0xa0761d6478bd642f) ^
	    (e->src.w[0] + e->dst.w[0]), UINT64_C(0xe7037ed1a0b428db) ^
	    (e->src.w[1] + e->dst.w[1] + e->sport + e->dport)));
}

static uint8_t
owner_of_flow(const struct workers *all, const struct flow *f)
{
	return owner_of(all, &(struct ends){ .src = f->src, .dst = f->dst,
	    .sport = f->sport, .dport = f->dport });
}

/* Time goes on, behind the packets dealt so far, and something may be due. */
static void __attribute__((noinline))
tick(struct workers *all, int64_t ts)
{
	unsigned int due = schedule_tick(&all->schedule, ts);
	int64_t now = all->schedule.clock.now;
	struct batch *b;

	if (due == 0)
		return;
	b = workers_current(all);
	b->tick[b->nticks++] = (struct batch_tick){ now, b->n };
	if (due & SCHEDULE_AHEAD)
		workers_visit(all, VISIT_AHEAD, now);
	if (due & SCHEDULE_SNAPSHOT)
		workers_visit(all, VISIT_SNAPSHOT, now);
}

static void
deal_to(struct batch *b, unsigned int owner, unsigned int how)
{
	struct part *t = &b->part[owner];

	t->own[t->nown++] = (uint16_t)(b->n | how);
}

/* Whom may the error concern? */
static void
deal_error(struct workers *all, struct batch *b, const struct packet *p)
{
	struct batch_error *e = &b->error[b->nerrors++];
	struct flow inside;

	e->place = (uint16_t)b->n;
	e->step = 0;
	e->n = 0;
	e->owner[e->n++] = owner_of_flow(all, &p->quoted);
	if (session_quoted_inside(p, &inside))
		e->owner[e->n++] = owner_of_flow(all, &inside);
	e->owner[e->n++] = owner_of_flow(all, &p->flow);
	for (unsigned int i = 0; i < e->n; i++)
		if (memchr(e->owner, e->owner[i], i) == NULL)
			deal_to(b, e->owner[i], OWN_DISSECTED);
}

/* The frame's bytes are copied, and not there without memory. */
static void
keep_frame(struct workers *all, struct batch *b, struct frame *f)
{
	const uint8_t *copy = batch_keep(b, f->data, f->caplen);

	if (copy == NULL) {
		all->lost = 1;
		f->caplen = 0;
	} else {
		f->data = copy;
	}
}

/* Its owner can dissect the frame, if it is plain; what needs the packet here
 * has it dissected here, and what would have to wait. */
static inline int
is_left(const struct workers *all)
{
	return all->leaves && !all->behind &&
	    defrag_copies(all->defrag) == NULL;
}

/* One that will be written to soon. */
static inline void
fetch_next(struct batch *b)
{
	struct packet *p = &b->packet[b->npackets + AHEAD];

	if (b->npackets + AHEAD < BATCH_PACKETS)
		fetch_lines(p, &p->layer[LAYERS], FETCH_EXCLUSIVE);
}

static int __attribute__((noinline))
deal_dissected(struct workers *all, struct batch *b, const struct frame *f)
{
	struct packet *p = &b->packet[b->npackets++];
	int selected;

	fetch_next(b);
	b->dissected[b->n] = p;
	dissect(all->registry, all->defrag, f, p);
	if (all->keeps && p->flags & PACKET_REASSEMBLED)
		batch_keep_datagram(b, p);
	selected = selection_packet(all->options->selection, p);
	if (selected && p->flags & PACKET_QUOTE)
		deal_error(all, b, p);
	else if (selected)
		deal_to(b, owner_of_flow(all, &p->flow), OWN_DISSECTED);
	return selected;
}

/* The first packet of a batch, or of all. */
static void __attribute__((noinline))
begin(struct workers *all, struct batch *b, int64_t ts, uint64_t number)
{
	b->first = number;
	if (number > 1)
		return;
	sink_begin(all->sink, ts);
	for (unsigned int i = 0; i < all->n; i++)
		sink_begin(&all->worker[i].sink, ts);
}

int
workers_deal(struct workers *all, const struct frame *lent, uint64_t number)
{
	struct frame *f;
	struct batch *b;
	struct ends ends;
	int selected = 1;

	if (!schedule_goes_on(&all->schedule, lent->ts))
		tick(all, lent->ts);
	b = all->current;
	if (b == NULL || batch_is_full(b))
		b = workers_current(all);
	if (b->n == 0)
		begin(all, b, lent->ts, number);
	f = &b->frame[b->n];
	fetch_line((const char *)f + AHEAD_FRAME, FETCH_EXCLUSIVE);
	*f = *lent;
	if (all->copies)
		keep_frame(all, b, f);
	if (is_left(all) && glance(all->registry, lent, &ends))
		deal_to(b, owner_of(all, &ends), 0);
	else
		selected = deal_dissected(all, b, f);
	b->n++;
	return selected;
}

void
workers_idle(struct workers *all, int64_t now)
{
	tick(all, now);
	workers_current(all);	/* even an empty one: they may owe */
	workers_publish(all);
}

void
workers_finish(struct workers *all)
{
	if (all->started < all->n)
		return;
	workers_visit(all, VISIT_END, all->schedule.clock.now);
	all->over = 1;
}

const struct session_stats *
workers_stats(struct workers *all)
{
	struct session_stats *sum = &all->stats;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < all->n; i++) {
		const struct session_stats *s =
		    session_stats(all->worker[i].table);

		sum->created += s->created;
		sum->evicted += s->evicted;
		sum->evicted_open += s->evicted_open;
		sum->live += all->over ? 0 : s->live;
		sum->peak += s->peak;
	}
	return sum;
}

uint64_t
workers_selected(const struct workers *all)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < all->n; i++)
		n += all->worker[i].selected;
	return n;
}

int
workers_check(const struct workers *all, struct errbuf *e)
{
	int failed = all->lost;

	for (unsigned int i = 0; i < all->n; i++)
		failed |= all->worker[i].failed;
	return failed ? err_set(e, "workers: %s", strerror(ENOMEM)) : 0;
}
