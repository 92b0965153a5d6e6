/* pipeline.c: from a source's frames to a sink's lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/impl.h"

volatile sig_atomic_t pipeline_stop, pipeline_flush, pipeline_reopen,
    pipeline_report;

static void
on_event(void *arg, const struct session_event *ev)
{
	struct pipeline *l = arg;

	if (ev->kind == EVENT_NEW && l->book != NULL)
		book_ask(l->book, ev->session, ev->packet);
	if (l->sockets != NULL)
		sockets_event(l->sockets, ev);
	if (l->options->sink.views & VIEW_EVENTS &&
	    pipeline_selects(l, ev->session) && outbuf_admits(&l->out))
		l->sink.ops->event(&l->sink, ev);
}

static void
show_session(struct pipeline *l, const struct session *s, int open)
{
	if (pipeline_selects(l, s) && outbuf_admits(&l->out))
		l->sink.ops->session(&l->sink, s,
		    session_trouble(l->table, s), open);
}

static void
on_end(void *arg, const struct session *s)
{
	struct pipeline *l = arg;

	if (l->calls != NULL && l->calls->ended != NULL)
		l->calls->ended(l->calls->arg, s);
	if (l->options->sink.views & VIEW_SESSIONS)
		show_session(l, s, 0);
}

static void
on_snapshot(void *arg, const struct session *s)
{
	show_session(arg, s, 1);
}

static void
on_ahead(void *arg, const struct session *s, int64_t now)
{
	const struct pipeline *l = arg;

	sockets_ask(l->sockets, s, now, 0);
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
	/* As early as that: it takes /proc, which the sandbox has not.  Of a
	 * file its readers are waited for; but a signal to stop interrupts no
	 * write of a worker's thread. */
	if (o->nread == 0 || o->workers > 1)
		outbuf_hold(&l->out);
	if (o->nread > 0)
		outbuf_wait(&l->out);
	return 0;
}

/* As text does; a packet that is early says nothing yet. */
static char *
put_owner(void *book, char *p, const struct session *s, unsigned int side)
{
	char words[BOOK_WORDS];
	size_t n = book_words(book, s, side, words);

	_Static_assert(1 + (int)BOOK_WORDS <= (int)COMMENT_OWNER, "it fits");
	if (n == 0)
		return p;
	*p++ = ' ';
	memcpy(p, words, n);
	return p + n;
}

/* Workers have their own. */
static void
open_book(struct pipeline *l)
{
	if (l->workers != NULL || l->options->processes == NULL)
		return;
	l->book = processes_book(l->options->processes, 0);
	l->sink.book = l->book;
	l->writing.owner = put_owner;
	l->writing.owner_arg = l->book;
	book_bind(l->book, l->table, interface_name, l);
	l->sockets = processes_sockets(l->options->processes, 0);
	l->sink.sockets = l->sockets;
	if (l->sockets != NULL)
		sockets_bind(l->sockets, l->table, interface_name, l);
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
	config.on_end = o->sink.views & VIEW_SESSIONS ||
	    o->replay.nto > 1 ? on_end : NULL;
	config.on_snapshot = on_snapshot;
	config.on_ahead = on_ahead;
	config.ahead = o->sockets ? SOCKETS_AHEAD : 0;
	config.arg = l;
	l->defrag = defrag_new();
	if (o->write != NULL && rewrite_wanted(&o->rules) &&
	    (l->rewriter = rewriter_new(&o->rules, r, e)) == NULL) {
		pipeline_free(l);
		return NULL;
	}
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
	rewriter_free(l->rewriter);
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

/* Told to stop, it shows what came before, unless it is told once more. */
static int
goes_on(struct pipeline *l, struct capture *c)
{
	if (pipeline_over(l))
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

static void
tell(void *arg, const struct errbuf *e)
{
	const struct pipeline *l = arg;

	if (l->calls != NULL)
		l->calls->warn(l->calls->arg, e);
}

/* Of a source through the pipeline. */
struct way {
	struct pipeline *pipeline;
	struct capture *capture;
	struct errbuf *errbuf;
	int result;
};

/* What is lent at once; 0 when it was the last. */
static int
step(void *arg)
{
	struct way *w = arg;
	struct pipeline *l = w->pipeline;
	struct capture *c = w->capture;
	struct errbuf *e = w->errbuf;
	int n;

	if (!goes_on(l, c))
		return 0;
	l->output[1] = l->writing.out;
	readers_serve(l->output, c);
	l->frame = l->workers != NULL ? workers_room(l->workers) : l->room;
	n = capture_read(c, l->frame, CAPTURE_BATCH, e);
	if (n == CAPTURE_END)
		return 0;
	if (n >= 0 && pipeline_batch(l, c, n, e) == 0 &&
	    pipeline_between(l, c, n, e) == 0)
		return 1;
	w->result = -1;
	return 0;
}

static int
run(struct pipeline *l, struct capture *c, struct errbuf *e)
{
	struct writing_calls calls = { &l->names, &pipeline_stop, tell, l };
	struct way way = { l, c, e, 0 };

	if (writing_open(&l->writing, l->options, c, &calls, e) == -1)
		return -1;
	if (l->workers != NULL && workers_start(l->workers, c, e) == -1)
		return -1;
	if (c->live)
		statistics_due(&l->statistics, pipeline_clock(c));
	if (l->workers != NULL)
		workers_run(l->workers, step, &way);
	else
		while (step(&way))
			continue;
	return way.result;
}

int
pipeline_run(struct pipeline *l, struct capture *c, struct errbuf *e)
{
	int result;

	l->capture = c;
	result = run(l, c, e);
	pipeline_account(l);
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
		if (l->sockets != NULL)
			sockets_finish(l->sockets);
		session_finish(l->table);
	}
	if (o->stats != 0 && l->capture != NULL)
		pipeline_show_stats(l);
	if (o->sink.views != 0)
		sink_end(&l->sink);
	outbuf_flush(&l->out);
	failed = pipeline_check_output(l, e) == -1;
	if (!failed && l->workers != NULL &&
	    workers_check(l->workers, e) == -1)
		failed = 1;
	l->output[1] = NULL;
	if (writing_close(&l->writing, e) == -1)
		failed = 1;
	pipeline_tell_refused(l);
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
	pipeline_account(l);
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
	s->rewrite = l->rewriter != NULL ? rewrite_stats(l->rewriter) : NULL;
	processes_stats(l->options->processes, &s->processes);
	processes_sockets_stats(l->options->processes, &s->sockets);
	s->copies = l->copies != NULL ? copies_count(l->copies) : 0;
}
