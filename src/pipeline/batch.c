/* batch.c: a batch of frames on its way. */
#include <errno.h>
#include <string.h>

#include "dissect/dissect.h"
#include "pipeline/impl.h"

/* Dissects and works out the places, so that memory is on its way when the
 * sessions are updated. */
static void
prepare(struct pipeline *l, struct capture *c, int n)
{
	for (int i = 0; i < n; i++) {
		ifnames_map(&l->names, c, &l->frame[i]);
		dissect(l->registry, l->defrag, &l->frame[i], &l->packet[i]);
		session_prepare(l->table, &l->packet[i], &l->lookup[i]);
	}
	for (int i = 0; i < n && i < SESSION_AHEAD; i++)
		session_prefetch(l->table, &l->lookup[i]);
}

/* Behind the i-th of n packets comes one whose memory is to be on its way. */
static inline void
look_ahead(struct pipeline *l, int i, int n)
{
	if (i + SESSION_AHEAD < n)
		session_prefetch(l->table, &l->lookup[i + SESSION_AHEAD]);
}

/* To where the frames go that were selected; each may have become another, or
 * several. */
static int
pass_on(struct pipeline *l, const struct frame *f, const struct session *s,
    struct errbuf *e)
{
	int result = 0;

	if (l->rewriter == NULL)
		return writing_frame(&l->writing, f, s, e);
	rewrite_frame(l->rewriter, f);
	while (result == 0 && l->writing.out != NULL &&
	    (f = rewrite_next(l->rewriter)) != NULL)
		result = writing_frame(&l->writing, f, s, e);
	return result;
}

static int
take(struct pipeline *l, const struct packet *p, const struct session *s,
    struct errbuf *e)
{
	struct frame f = *p->frame;

	f.ifindex = ifnames_source(&l->names, f.ifindex);
	return l->calls->take(l->calls->arg, l->stats.packets, &f, p, s, e);
}

static int
selected(struct pipeline *l, const struct packet *p, const struct session *s,
    struct errbuf *e)
{
	const struct options *o = l->options;

	if (!pipeline_selects(l, s))
		return 0;
	if (++l->stats.selected == o->count)
		l->done = 1;
	if (l->calls != NULL && l->calls->take != NULL &&
	    take(l, p, s, e) == -1)
		return -1;
	if (o->sink.views & VIEW_PACKETS && outbuf_admits(&l->out))
		l->sink.ops->packet(&l->sink, p, s);
	return l->writing.out != NULL ? pass_on(l, p->frame, s, e) : 0;
}

static int
process(struct pipeline *l, const struct packet *p,
    const struct session_lookup *lookup, struct errbuf *e)
{
	const struct options *o = l->options;
	int result = 0;

	if (l->stats.packets++ == 0)
		sink_begin(&l->sink, p->frame->ts);
	if (selection_packet(o->selection, p))
		result = selected(l, p, session_update(l->table, p, lookup,
		    l->stats.packets), e);
	else
		session_expire(l->table, p->frame->ts);
	if (o->line_buffered)
		outbuf_flush(&l->out);
	return result;
}

/* Is nothing asked of a packet, but what it does to its session, and to show
 * it? */
static int
asks_little(const struct pipeline *l)
{
	const struct options *o = l->options;

	return selection_is_any(o->selection) &&
	    !selection_has_states(o->selection) &&
	    o->process_filter == NULL && o->count == 0 &&
	    (l->calls == NULL || l->calls->take == NULL) &&
	    l->writing.out == NULL && !o->line_buffered &&
	    l->statistics.interval == 0;
}

/* process() where asks_little(): most time of most runs goes by here, or, with
 * workers, in share_out(). */
static void
absorb(struct pipeline *l, int n)
{
	uint64_t bytes = 0, number = l->stats.packets;
	int shows = (l->options->sink.views & VIEW_PACKETS) != 0;

	if (number == 0 && n > 0)
		sink_begin(&l->sink, l->frame[0].ts);
	for (int i = 0; i < n; i++) {
		const struct session *s;

		bytes += l->frame[i].len;
		look_ahead(l, i, n);
		s = session_update(l->table, &l->packet[i], &l->lookup[i],
		    ++number);
		if (shows && outbuf_admits(&l->out))
			l->sink.ops->packet(&l->sink, &l->packet[i], s);
	}
	l->stats.frame_bytes += bytes;
	l->stats.selected += number - l->stats.packets;
	l->stats.packets = number;
}

static void
share_out(struct pipeline *l, struct capture *c, int n)
{
	uint64_t bytes = 0;

	for (int i = 0; i < n; i++) {
		bytes += l->frame[i].len;
		ifnames_map(&l->names, c, &l->frame[i]);
	}
	workers_take(l->workers, l->frame, (unsigned int)n,
	    l->stats.packets + 1);
	l->stats.frame_bytes += bytes;
	l->stats.packets += (unsigned int)n;
}

/* process() where workers have the sessions: which packets are selected depends
 * on the packets alone, see check_workers() of options.c. */
static int
deal(struct pipeline *l, struct capture *c, struct frame *f, struct errbuf *e)
{
	ifnames_map(&l->names, c, f);
	if (workers_take(l->workers, f, 1, ++l->stats.packets) == 0)
		return 0;
	if (++l->stats.selected == l->options->count)
		l->done = 1;
	return l->writing.out != NULL ? pass_on(l, f, NULL, e) : 0;
}

/* The interfaces of a file need not have been one host's. */
static int
wants_copies(const struct pipeline *l, const struct capture *c)
{
	return l->options->dedup == -1 ? c->live : l->options->dedup;
}

/* Frames come from more than one interface: the same packet may come twice. */
static int
expect_copies(struct pipeline *l, struct errbuf *e)
{
	l->copies = copies_new(l->registry, l->options->session.seed);
	if (l->copies == NULL)
		return err_set(e, "pipeline: %s", strerror(errno));
	defrag_expect_copies(l->defrag, l->copies);
	return 0;
}

int
pipeline_batch(struct pipeline *l, struct capture *c, int n, struct errbuf *e)
{
	int result = 0, done = 0;

	defrag_release(l->defrag);
	if (l->book != NULL)
		book_receive(l->book, n < CAPTURE_BATCH);
	if (l->sockets != NULL)
		sockets_receive(l->sockets);
	if (c->several && l->copies == NULL && wants_copies(l, c) &&
	    expect_copies(l, e) == -1)
		return -1;
	if (l->workers == NULL)
		prepare(l, c, n);
	if (asks_little(l) && !pipeline_over(l)) {
		if (l->workers != NULL)
			share_out(l, c, n);
		else
			absorb(l, n);
		done = n;
	}
	for (int i = done; i < n && !pipeline_over(l) && result == 0; i++) {
		l->stats.frame_bytes += l->frame[i].len;
		if (l->workers != NULL) {
			result = deal(l, c, &l->frame[i], e);
		} else {
			look_ahead(l, i, n);
			result = process(l, &l->packet[i], &l->lookup[i], e);
		}
		if (l->statistics.interval != 0 &&
		    statistics_due(&l->statistics, l->frame[i].ts))
			pipeline_show_stats(l);
	}
	if (l->book != NULL)
		book_send(l->book);
	if (l->sockets != NULL)
		sockets_send(l->sockets);
	if (n > 0 && result == 0)
		result = writing_clock(&l->writing, l->frame[n - 1].ts, e);
	return result;
}
