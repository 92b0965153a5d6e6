/* workers.c: sessions on several cores: packets are taken, and counted. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/thread.h"
#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "process/sockets.h"
#include "workers/impl.h"

int
workers_start(struct workers *all, struct capture *c, struct errbuf *e)
{
	/* The source exchanges blocks. */
	int stay = capture_keep(c, &all->keeper) == 0, error = 0;

	all->capture = c;
	all->copies = all->keeps && !stay;
	all->leaves = stay && selection_is_any(all->options->selection);
	/* Who waits for frames can be interrupted. */
	for (unsigned int i = 0; i < all->n; i++)
		all->worker[i].reads = i < all->first ||
		    (!c->live && !c->stream && c->now == NULL);
	while (error == 0 && all->started < all->n) {
		struct worker *w = &all->worker[all->started];

		error = thread_start(&w->thread, turn_run, w);
		if (error == 0)
			all->started++;
	}
	return error == 0 ? 0 : err_set(e, "workers: %s", strerror(error));
}

static int
start(struct workers *all, struct errbuf *e)
{
	all->worker = aligned_alloc(alignof(struct worker), all->n *
	    sizeof(*all->worker));
	if (all->worker == NULL)
		return err_set(e, "workers: %s", strerror(errno));
	memset(all->worker, 0, all->n * sizeof(*all->worker));
	if (supply_init(all) == -1)
		return err_set(e, "workers: %s", strerror(errno));
	for (unsigned int i = 0; i < all->n; i++)
		if (worker_init(&all->worker[i], all, i, e) == -1)
			return -1;
	return 0;
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
	all->over = 1;		/* not begun */
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
	pthread_cond_init(&all->changed, NULL);
	pthread_cond_init(&all->done, NULL);
	pthread_cond_init(&all->stepped, NULL);
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
	pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
	for (unsigned int i = 0; all->worker != NULL && i < all->n; i++)
		if (i < all->first || i >= all->started)
			worker_fini(&all->worker[i]);
	for (unsigned int i = all->first; i < all->started; i++)
		pthread_join(all->worker[i].thread, NULL);
	if (all->current != NULL)
		supply_take_back(all, all->current);
	for (; all->tail < all->filled; all->tail++)
		supply_take_back(all, all->ring[all->tail % RING]);
	if (all->worker != NULL)
		supply_fini(all);
	pthread_mutex_destroy(&all->lock);
	pthread_cond_destroy(&all->changed);
	pthread_cond_destroy(&all->done);
	pthread_cond_destroy(&all->stepped);
	free(all->worker);
	free(all);
}

/* Time goes on, behind the packets taken so far, and something may be due. */
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

/* To be dissected at once, in order; 1 when it is selected. */
static int
take_dissected(struct workers *all, struct batch *b, const struct frame *f)
{
	struct packet *p = &b->packet[b->npackets];

	dissect(all->registry, all->defrag, f, p);
	if (!selection_packet(all->options->selection, p))
		return 0;
	if (all->keeps && p->flags & PACKET_REASSEMBLED)
		batch_keep_datagram(b, p);
	b->npackets++;
	return 1;
}

/* Any packet, if only a batch's first one. */
static int __attribute__((noinline))
take(struct workers *all, const struct frame *lent, uint64_t number)
{
	int selected;
	struct frame *f;
	struct batch *b;

	if (!schedule_goes_on(&all->schedule, lent->ts))
		tick(all, lent->ts);
	b = workers_current(all);
	if (b->n == 0)
		begin(all, b, lent->ts, number);
	f = &b->frame[b->n];
	if (f != lent)
		*f = *lent;
	if (all->copies)
		keep_frame(all, b, f);
	selected = take_dissected(all, b, f);
	b->to[b->n++] = selected ? OWNER_SOUGHT : OWNER_NONE;
	return selected;
}

struct frame *
workers_room(struct workers *all)
{
	struct batch *b = workers_current(all);

	return &b->frame[b->n];
}

/* A plain frame that stands where it belongs may be dissected once others are
 * read: what depends on what came before, or has to be known at once, may
 * not. */
unsigned int
workers_take(struct workers *all, const struct frame *f, unsigned int n,
    uint64_t number)
{
	int leaves = all->leaves && defrag_copies(all->defrag) == NULL;
	struct batch *b = workers_current(all);
	unsigned int selected = 0;
	struct ends ends;

	for (unsigned int i = 0; i < n; i++)
		if (leaves && b->n > 0 && f + i == &b->frame[b->n] &&
		    schedule_goes_on(&all->schedule, f[i].ts) &&
		    glance(all->registry, f + i, &ends)) {
			b->to[b->n++] = workers_owner(all, &ends);
			selected++;
		} else {
			selected += (unsigned int)take(all, f + i, number + i);
			b = workers_current(all);
		}
	return selected;
}

void
workers_idle(struct workers *all, int64_t now)
{
	tick(all, now);
	workers_current(all);	/* even an empty one: they may owe */
	workers_publish(all, workers_hand_over(all));
}

void
workers_finish(struct workers *all)
{
	if (all->started < all->n)
		return;
	workers_visit(all, VISIT_END, all->schedule.clock.now);
	all->closed = 1;
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
		sum->live += all->closed ? 0 : s->live;
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
