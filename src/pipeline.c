/* pipeline.c: from a source's frames to a sink's lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dissect/copies.h"
#include "dissect/dissect.h"
#include "ifnames.h"
#include "pipeline.h"
#include "processes.h"
#include "readers.h"
#include "sandbox/sandbox.h"
#include "statistics.h"
#include "workers/workers.h"
#include "writing.h"

volatile sig_atomic_t pipeline_stop, pipeline_flush, pipeline_reopen,
    pipeline_report;

struct pipeline {
	const struct options *options;
	const struct registry *registry;
	struct defrag *defrag;
	struct copies *copies;		/* NULL: there can be none, so far */
	struct session_table *table;
	struct workers *workers;	/* in its place, or NULL */
	struct book *book;		/* beside the table, or NULL */
	struct ifnames names;
	struct writing writing;
	struct outbuf out;
	struct outbuf *output[READERS];	/* out, and the writer's or NULL */
	struct sink sink;
	struct sink_options sink_options;
	struct pipeline_stats stats;
	struct statistics statistics;	/* of --stats */
	struct account account;
	struct capture *capture;	/* that runs or has run through it */
	uint8_t over;			/* it has run: see ask_capture() */
	uint8_t done;
	uint8_t stopping;		/* what came before is still read */
	uint8_t told;			/* that the output has failed */
	uint8_t told_lost;		/* that a reader is too slow */
	const struct pipeline_calls *calls;
	struct frame frame[CAPTURE_BATCH];
	struct packet packet[CAPTURE_BATCH];
	struct session_lookup lookup[CAPTURE_BATCH];
};

static int
is_selected(const struct pipeline *l, const struct session *s)
{
	const struct options *o = l->options;

	return selection_session(o->selection, s) &&
	    (o->process_filter == NULL ||
	    process_filter_match(o->process_filter, l->book, s));
}

static void
on_event(void *arg, const struct session_event *ev)
{
	struct pipeline *l = arg;

	if (ev->kind == EVENT_NEW && l->book != NULL)
		book_ask(l->book, ev->session, ev->packet);
	if (l->options->sink.views & VIEW_EVENTS &&
	    is_selected(l, ev->session) && outbuf_admits(&l->out))
		l->sink.ops->event(&l->sink, ev);
}

static void
show_session(struct pipeline *l, const struct session *s, int open)
{
	if (is_selected(l, s) && outbuf_admits(&l->out))
		l->sink.ops->session(&l->sink, s,
		    session_trouble(l->table, s), open);
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

static const char *
interface_name(void *arg, uint32_t ifindex)
{
	const struct pipeline *l = arg;

	return ifnames_get(&l->names, ifindex);
}

static int
open_outputs(struct pipeline *l, struct errbuf *e)
{
	const struct options *o = l->options;

	if (outbuf_init(&l->out, STDOUT_FILENO) == -1)
		return err_set(e, "output: %s", strerror(errno));
	l->sink_options = o->sink;
	l->sink_options.interface = interface_name;
	l->sink_options.arg = l;
	sink_init(&l->sink, &l->sink_options, &l->out);
	l->out.stop = &pipeline_stop;
	l->output[0] = &l->out;
	/* As early as that: it takes /proc, which the sandbox has not. */
	if (o->nread == 0)
		outbuf_hold(&l->out);
	return 0;
}

/* Workers have their own. */
static void
open_book(struct pipeline *l)
{
	if (l->workers != NULL || l->options->processes == NULL)
		return;
	l->book = processes_book(l->options->processes, 0);
	l->sink.book = l->book;
	book_bind(l->book, l->table, interface_name, l);
}

struct pipeline *
pipeline_new(const struct options *o, const struct registry *r,
    struct errbuf *e)
{
	struct session_config config = o->session;
	struct pipeline *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_set(e, "pipeline: %s", strerror(errno));
		return NULL;
	}
	l->options = o;
	l->registry = r;
	l->statistics.interval = o->stats;
	config.on_event = o->sink.views & VIEW_EVENTS ||
	    o->processes != NULL ? on_event : NULL;
	config.on_end = o->sink.views & VIEW_SESSIONS ? on_end : NULL;
	config.on_snapshot = on_snapshot;
	config.arg = l;
	l->defrag = defrag_new();
	if (l->defrag == NULL)
		err_set(e, "reassembly: %s", strerror(errno));
	else if (open_outputs(l, e) == 0 &&
	    (o->workers > 1 ? (l->workers = workers_new(o, r, l->defrag,
	    &l->sink, e)) != NULL :
	    (l->table = session_table_new(&config, e)) != NULL)) {
		open_book(l);
		return l;
	}
	pipeline_free(l);
	return NULL;
}

void
pipeline_free(struct pipeline *l)
{
	struct errbuf ignored;

	if (l == NULL)
		return;
	writing_close(&l->writing, &ignored);
	workers_free(l->workers);
	outbuf_fini(&l->out);
	ifnames_free(&l->names);
	session_table_free(l->table);
	defrag_free(l->defrag);
	copies_free(l->copies);
	free(l);
}

void
pipeline_on(struct pipeline *l, const struct pipeline_calls *calls)
{
	l->calls = calls;
}

static int
over(const struct pipeline *l)
{
	return l->done || l->writing.over;
}

/* Told to stop, it shows what came before, unless it is told once more. */
static int
goes_on(struct pipeline *l, struct capture *c)
{
	if (over(l))
		return 0;
	if (!pipeline_stop)
		return 1;
	if (pipeline_stop > 1 || c->ops->stop == NULL)
		return 0;
	if (!l->stopping)
		capture_stop(c);
	l->stopping = 1;
	return 1;
}

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
	for (int i = 0; i < n; i++)
		session_prefetch(l->table, &l->lookup[i]);
}

static int
selected(struct pipeline *l, const struct packet *p, const struct session *s,
    struct errbuf *e)
{
	const struct options *o = l->options;

	if (!is_selected(l, s))
		return 0;
	if (++l->stats.selected == o->count)
		l->done = 1;
	if (o->sink.views & VIEW_PACKETS && outbuf_admits(&l->out))
		l->sink.ops->packet(&l->sink, p, s);
	return l->writing.out != NULL ?
	    writing_frame(&l->writing, p->frame, s, e) : 0;
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

/* The same where workers have the sessions: which packets are selected depends
 * on the packets alone, see check_workers() of options.c. */
static int
deal(struct pipeline *l, struct capture *c, struct frame *f, struct errbuf *e)
{
	ifnames_map(&l->names, c, f);
	if (!workers_deal(l->workers, f, ++l->stats.packets))
		return 0;
	if (++l->stats.selected == l->options->count)
		l->done = 1;
	return l->writing.out != NULL ?
	    writing_frame(&l->writing, f, NULL, e) : 0;
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

static int
process_batch(struct pipeline *l, struct capture *c, int n, struct errbuf *e)
{
	int result = 0;

	defrag_release(l->defrag);
	if (l->book != NULL)
		book_receive(l->book, n < CAPTURE_BATCH);
	if (c->several && l->copies == NULL && !l->options->no_dedup &&
	    expect_copies(l, e) == -1)
		return -1;
	if (l->workers == NULL)
		prepare(l, c, n);
	for (int i = 0; i < n && !over(l) && result == 0; i++) {
		l->stats.frame_bytes += l->frame[i].len;
		result = l->workers != NULL ? deal(l, c, &l->frame[i], e) :
		    process(l, &l->packet[i], &l->lookup[i], e);
	}
	if (l->book != NULL)
		book_send(l->book);
	if (n > 0 && result == 0)
		result = writing_clock(&l->writing, l->frame[n - 1].ts, e);
	return result;
}

static int
check_output(struct pipeline *l, struct errbuf *e)
{
	int error = l->out.error;

	if (error == 0)
		return 0;
	l->done = 1;
	if (error == EPIPE || l->told)
		return 0;
	l->told = 1;
	if (error == EINTR)
		return err_set(e, "standard output: blocked when told to "
		    "stop; what was held is lost");
	return err_set(e, "standard output: %s", strerror(error));
}

/* What the handlers have asked for since the last batch. */
static int
serve_signals(struct pipeline *l, struct errbuf *e)
{
	if (pipeline_report) {
		pipeline_report = 0;
		if (l->calls != NULL)
			l->calls->report(l->calls->arg);
	}
	if (pipeline_flush) {
		pipeline_flush = 0;
		outbuf_flush(&l->out);
		if (writing_flush(&l->writing, e) == -1)
			return -1;
	}
	if (pipeline_reopen) {
		pipeline_reopen = 0;
		return writing_reopen(&l->writing, e);
	}
	return 0;
}

/* Says once that records are lost; the summary says how many. */
static void
tell_lost(struct pipeline *l)
{
	struct errbuf e;

	if (l->told_lost || l->calls == NULL ||
	    (l->out.lost == 0 && writing_lost(&l->writing) == 0))
		return;
	l->told_lost = 1;
	err_set(&e, "%s: blocked, what does not fit is lost", l->out.lost > 0 ?
	    "standard output" : l->options->write);
	l->calls->warn(l->calls->arg, &e);
}

static void
tell_refused(struct pipeline *l)
{
	struct errbuf e;

	while (l->calls != NULL && sandbox_refused(&e))
		l->calls->warn(l->calls->arg, &e);
}

/* By the clock, or that of a replay. */
static int64_t
clock_now(const struct capture *c)
{
	struct timespec t;

	if (c->now != NULL)
		return *c->now;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Time goes on without a packet. */
static int
idle(struct pipeline *l, int64_t now, struct errbuf *e)
{
	if (l->workers != NULL)
		workers_idle(l->workers, now);
	else
		session_expire(l->table, now);
	return writing_clock(&l->writing, now, e);
}

/* What comes while the last records are written is nobody's. */
static void
ask_capture(struct pipeline *l)
{
	if (l->capture != NULL && !l->over)
		account_take(&l->account, l->capture);
}

static void
show_stats(struct pipeline *l)
{
	struct pipeline_stats now;
	struct stats s;

	if (l->workers != NULL)
		workers_drain(l->workers);
	if (!outbuf_admits(&l->out))
		return;
	pipeline_stats(l, &now);
	statistics_fill(&l->statistics, &s, &now, l->capture);
	s.has_written = l->options->write != NULL;
	l->sink.ops->stats(&l->sink, &s);
	if (l->capture->live)
		outbuf_flush(&l->out);
}

/* By the packets, or by the clock when there are none. */
static int
see_time(struct pipeline *l, const struct capture *c, int n, struct errbuf *e)
{
	int64_t now = n > 0 ? l->frame[n - 1].ts : 0;

	if (n <= 0 && !c->live && c->now == NULL)
		return 0;
	if (n <= 0) {
		now = clock_now(c);
		if (idle(l, now, e) == -1)
			return -1;
	}
	if (statistics_due(&l->statistics, now))
		show_stats(l);
	return 0;
}

static int
between_batches(struct pipeline *l, struct capture *c, int n, struct errbuf *e)
{
	/* Nobody waits for a line because a buffer is not full. */
	int soon = ((c->live || c->stream) && n < CAPTURE_BATCH) ||
	    (l->workers != NULL && l->options->line_buffered);

	if (see_time(l, c, n, e) == -1)
		return -1;
	if (l->workers != NULL && (soon || pipeline_report || pipeline_flush))
		workers_drain(l->workers);
	if (soon)
		outbuf_flush(&l->out);
	tell_lost(l);
	tell_refused(l);
	if (serve_signals(l, e) == -1)
		return -1;
	return check_output(l, e);
}

static void
tell(void *arg, const struct errbuf *e)
{
	const struct pipeline *l = arg;

	if (l->calls != NULL)
		l->calls->warn(l->calls->arg, e);
}

static int
run(struct pipeline *l, struct capture *c, struct errbuf *e)
{
	struct writing_calls calls = { &l->names, &pipeline_stop, tell, l };
	int n;

	if (writing_open(&l->writing, l->options, c, &calls, e) == -1)
		return -1;
	if (l->workers != NULL && workers_start(l->workers, e) == -1)
		return -1;
	if (c->live)
		statistics_due(&l->statistics, clock_now(c));
	while (goes_on(l, c)) {
		l->output[1] = l->writing.out;
		readers_serve(l->output, c);
		n = capture_read(c, l->frame, CAPTURE_BATCH, e);
		if (n == CAPTURE_END)
			break;
		if (n < 0)
			return -1;
		if (process_batch(l, c, n, e) == -1)
			return -1;
		if (between_batches(l, c, n, e) == -1)
			return -1;
	}
	return 0;
}

int
pipeline_run(struct pipeline *l, struct capture *c, struct errbuf *e)
{
	int result;

	l->capture = c;
	result = run(l, c, e);
	ask_capture(l);
	l->over = 1;
	return result;
}

int
pipeline_finish(struct pipeline *l, struct errbuf *e)
{
	const struct options *o = l->options;
	int failed;

	outbuf_wait(&l->out);
	outbuf_flush(&l->out);
	defrag_finish(l->defrag);
	if (l->workers != NULL)
		workers_finish(l->workers);
	else {
		if (l->book != NULL)
			book_finish(l->book);
		session_finish(l->table);
	}
	if (o->stats != 0 && l->capture != NULL)
		show_stats(l);
	if (o->sink.views != 0)
		sink_end(&l->sink);
	outbuf_flush(&l->out);
	failed = check_output(l, e) == -1;
	if (!failed && l->workers != NULL &&
	    workers_check(l->workers, e) == -1)
		failed = 1;
	l->output[1] = NULL;
	if (writing_close(&l->writing, e) == -1)
		failed = 1;
	tell_refused(l);
	return failed ? -1 : 0;
}

int
pipeline_failed(const struct pipeline *l)
{
	return writing_failed(&l->writing);
}

void
pipeline_stats(struct pipeline *l, struct pipeline_stats *s)
{
	ask_capture(l);
	*s = l->stats;
	s->account = &l->account;
	s->lost = l->out.lost;
	s->written_lost = writing_lost(&l->writing);
	if (l->workers != NULL) {
		s->selected = workers_selected(l->workers);
		s->sessions = workers_stats(l->workers);
	} else {
		s->sessions = session_stats(l->table);
	}
	s->defrag = defrag_stats(l->defrag);
	processes_stats(l->options->processes, &s->processes);
	s->copies = l->copies != NULL ? copies_count(l->copies) : 0;
}
