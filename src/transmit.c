/* transmit.c: --replay-to: files onto an interface. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/now.h"
#include "pipeline/pipeline.h"
#include "replay/crew.h"
#include "replay/pace.h"
#include "replay/repeat.h"
#include "replay/sending.h"
#include "rewrite/rewrite.h"
#include "sandbox/sandbox.h"
#include "sources.h"
#include "summary.h"
#include "transmit.h"

_Static_assert((int)CREW_MAX >= (int)WORKERS_MAX, "a crew is too small");

struct transmit {
	const struct options *options;
	struct registry *registry;
	struct transmit_calls calls;
	int fd[OPTIONS_LIST];		/* to be read again; -1 */
	off_t from[OPTIONS_LIST];	/* where; -1: it cannot be */
	struct plan plan;
	struct crew crew;		/* plan.to are the first of its */
	struct store store;
	struct rewriter *rewriter;	/* of what is to be sent, or NULL */
	uint8_t stored;			/* all fits there, so far */
	uint8_t broken;			/* nothing can be sent */
	int64_t start, end;		/* of the second */
	struct capture *first;
	struct capture *second;		/* or NULL, not yet */
	struct options shown;		/* of the second run, with views */
	struct pipeline *pipeline;	/* that frames go through, or NULL */
};

static int
check_senders(const struct transmit *t, struct errbuf *e)
{
	const struct plan *p = &t->plan;

	if (p->nto > 1 && p->to[0]->linktype != p->to[1]->linktype)
		return err_set(e, "--replay-to: %s and %s take frames of "
		    "different link types", p->to[0]->name, p->to[1]->name);
	if (t->options->replay.header.given &&
	    p->to[0]->linktype != LINKTYPE_ETHERNET)
		return err_set(e, "--link-header: %s takes bare IP",
		    p->to[0]->name);
	return 0;
}

static int
open_senders(struct transmit *t, struct errbuf *e)
{
	const struct replay_options *r = &t->options->replay;
	struct sender_options o = { &pipeline_stop, r->topspeed };
	struct plan *p = &t->plan;

	if (crew_open(&t->crew, r->to, r->nto, t->options->workers, &o,
	    e) == -1)
		return -1;
	p->nto = r->nto;
	p->threads = t->crew.n;
	memcpy(p->to, t->crew.to[0], sizeof(p->to));
	return check_senders(t, e);
}

/* What is to fit both interfaces, fits the smaller one. */
static int
open_rewriter(struct transmit *t, struct errbuf *e)
{
	const struct rules *u = &t->options->rules;
	const struct plan *p = &t->plan;
	uint32_t mtu = p->to[0]->mtu;

	if (!rewrite_wanted(u))
		return 0;
	t->rewriter = rewriter_new(u, t->registry, e);
	if (t->rewriter == NULL)
		return -1;
	if (p->nto > 1 && p->to[1]->mtu < mtu)
		mtu = p->to[1]->mtu;
	if (u->mtu == MTU_OF_LINK)
		rewrite_mtu(t->rewriter, mtu);
	return 0;
}

struct transmit *
transmit_open(const struct options *o, struct registry *registry,
    const int *fd, const struct transmit_calls *calls, struct errbuf *e)
{
	struct transmit *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(e, "--replay-to: %s", strerror(errno));
		return NULL;
	}
	t->options = o;
	t->registry = registry;
	t->calls = *calls;
	t->stored = 1;
	t->plan.header = &o->replay.header;
	for (unsigned int i = 0; i < OPTIONS_LIST; i++)
		t->fd[i] = -1;
	if (open_senders(t, e) == -1 || open_rewriter(t, e) == -1) {
		transmit_free(t);
		return NULL;
	}
	if (!o->replay.topspeed)
		pace_hurry();
	for (unsigned int i = 0; i < o->nread; i++) {
		t->fd[i] = fd[i];
		t->from[i] = fd[i] == -1 ? -1 : lseek(fd[i], 0, SEEK_CUR);
	}
	return t;
}

/* Opens the files, from their beginning; ours stay open. */
static struct capture *
open_files(struct transmit *t,
    void (*failed)(void *arg, const struct errbuf *), void *arg)
{
	int fd[OPTIONS_LIST];

	for (unsigned int i = 0; i < t->options->nread; i++) {
		fd[i] = t->fd[i];
		if (fd[i] == -1)
			continue;
		if (t->from[i] != -1)
			(void)lseek(fd[i], t->from[i], SEEK_SET);
		fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 0);
	}
	return sources_files(t->options, fd, failed, arg);
}

static void
ignore(void *arg, const struct errbuf *e)
{
	(void)arg, (void)e;
}

static struct capture *
open_again(void *arg)
{
	return open_files(arg, ignore, NULL);
}

/* The first that can be read only once. */
static const char *
only_once(const struct transmit *t)
{
	for (unsigned int i = 0; i < t->options->nread; i++)
		if (t->fd[i] != -1 && t->from[i] == -1)
			return t->options->read[i];
	return NULL;
}

static int
take_one(struct transmit *t, uint64_t number, const struct frame *f,
    const struct packet *p, const struct session *s, struct errbuf *e)
{
	const char *name;
	int r = plan_take(&t->plan, number, f, p, s, e);

	t->broken = r == -1;
	if (r != 1 || !t->stored)
		return r == -1 ? -1 : 0;
	if (store_add(&t->store, f) == 0)
		return 0;
	t->stored = 0;
	store_fini(&t->store);
	name = only_once(t);
	if (name == NULL)
		return 0;
	t->broken = 1;
	err_set(e, "%s: it does not fit into memory (%llu MiB), and can be "
	    "read only once", strcmp(name, "-") == 0 ? "standard input" : name,
	    (unsigned long long)(STORE_MAX >> 20));
	return err_hint(e, "write it to a file first");
}

/* Each frame that is selected, in the first run. */
static int
take(void *arg, uint64_t number, const struct frame *f,
    const struct packet *p, const struct session *s, struct errbuf *e)
{
	struct transmit *t = arg;
	int result = 0;

	if (t->rewriter == NULL)
		return take_one(t, number, f, p, s, e);
	rewrite_frame(t->rewriter, f);
	while (result == 0 && (f = rewrite_next(t->rewriter)) != NULL)
		result = take_one(t, number, f, p, s, e);
	return result;
}

static void
ended(void *arg, const struct session *s)
{
	struct transmit *t = arg;

	if (t->plan.nto > 1)
		plan_ended(&t->plan, s);
}

static void
summarize(void *arg)
{
	struct transmit *t = arg;
	struct summary y = { .live = 0 };
	struct sender_counts c[2];
	int64_t until = t->end != 0 ? t->end : now_monotonic();

	t->calls.before();
	if (t->pipeline != NULL) {
		pipeline_stats(t->pipeline, &y.pipeline);
		/* Once, although files may be gone through again. */
		if (t->rewriter != NULL && t->second == NULL)
			y.pipeline.rewrite = rewrite_stats(t->rewriter);
		summary_print(t->calls.out, &y);
	}
	if (t->start == 0)
		return;
	crew_count(&t->crew, c);
	plan_print_sent(t->calls.out, &t->plan, c, t->options->replay.loop,
	    until - t->start);
}

static void
tell(void *arg, const struct errbuf *e)
{
	struct transmit *t = arg;

	t->calls.warn(t->calls.arg, e);
}

/* Takes the source through a pipeline, which stays for the summary. */
static int
run(struct transmit *t, const struct options *o, struct capture *c,
    const struct pipeline_calls *calls, struct errbuf *e)
{
	struct errbuf ignored;
	int result;

	t->pipeline = pipeline_new(o, t->registry, e);
	if (t->pipeline == NULL)
		return -1;
	pipeline_on(t->pipeline, calls);
	result = pipeline_run(t->pipeline, c, e);
	if (pipeline_finish(t->pipeline, result == 0 ? e : &ignored) == -1)
		result = -1;
	return result;
}

/* What cannot be read was not planned, and is no reason to send nothing of
 * what can. */
static int
make_plan(struct transmit *t, struct errbuf *e)
{
	struct options o = *t->options;
	struct pipeline_calls calls = { summarize, tell, t, take, ended };
	int result;

	t->first = open_files(t, t->calls.failed, t->calls.arg);
	if (t->first == NULL)
		return 0;
	o.sink.views = 0;
	o.stats = 0;
	o.workers = 1;
	result = run(t, &o, t->first, &calls, e);
	if (t->pipeline == NULL || t->broken)
		return -1;
	if (result == -1)
		t->calls.failed(t->calls.arg, e);
	summarize(t);
	pipeline_free(t->pipeline);
	t->pipeline = NULL;
	return pipeline_stop ? 0 : plan_settle(&t->plan, e);
}

static void
say_recorded(const struct transmit *t)
{
	const struct replay_options *r = &t->options->replay;
	double seconds = (double)(t->plan.latest - t->plan.first) / 1e9;
	FILE *f = t->calls.out;

	if (r->pace == 0 || r->pace == 1)
		fprintf(f, "in recorded time, %.6f s", seconds);
	else
		fprintf(f, "%g times as fast as recorded, %.6f s", r->pace,
		    seconds / r->pace);
	if (r->max_gap != 0)
		fprintf(f, ", with gaps of %g s at most",
		    (double)r->max_gap / 1e9);
}

static void
say_plan(struct transmit *t)
{
	const struct replay_options *r = &t->options->replay;
	FILE *f = t->calls.out;

	plan_print(f, &t->plan);
	plan_print_refused(f, &t->plan);
	fputs("to be sent ", f);
	if (r->topspeed)
		fputs("as fast as it goes", f);
	else if (r->pps != 0)
		fprintf(f, "at %g frames/s", r->pps);
	else if (r->mbps != 0)
		fprintf(f, "at %g Mbit/s", r->mbps);
	else
		say_recorded(t);
	if (r->loop == 0)
		fputs(", over and over", f);
	else if (r->loop > 1)
		fprintf(f, ", %llu times", (unsigned long long)r->loop);
	fputc('\n', f);
}

static int
open_second(struct transmit *t, struct errbuf *e)
{
	struct repeat_options o = {
		.plan = &t->plan, .store = t->stored ? &t->store : NULL,
		.open = open_again, .arg = t, .rewriter = t->rewriter,
		.loops = t->options->replay.loop
	};

	t->second = repeat_open(t->first, &o, e);
	if (t->second != NULL)
		t->second = replay_pace(t->options, t->second, e);
	if (t->second != NULL)
		t->second = sending_open(t->second, &t->plan, e);
	return t->second != NULL ? 0 : -1;
}

static void
look(void *arg)
{
	struct errbuf refused;

	while (sandbox_refused(&refused))
		tell(arg, &refused);
	if (pipeline_report) {
		pipeline_report = 0;
		summarize(arg);
	}
}

/* Nobody looks at what is sent. */
static int
drain(struct transmit *t, struct errbuf *e)
{
	struct frame f[CAPTURE_BATCH];
	int n;

	while (!pipeline_stop) {
		n = capture_read(t->second, f, CAPTURE_BATCH, e);
		if (n == CAPTURE_END)
			break;
		if (n < 0)
			return -1;
		look(t);
	}
	return 0;
}

static int
share_out(struct transmit *t, struct errbuf *e)
{
	struct crew *c = &t->crew;

	c->plan = &t->plan;
	c->store = &t->store;
	c->loops = t->options->replay.loop;
	c->stop = &pipeline_stop;
	c->look = look;
	c->arg = t;
	return crew_run(c, e);
}

/* All that comes was selected before. */
static int
show(struct transmit *t, struct errbuf *e)
{
	struct pipeline_calls calls = { summarize, tell, t, NULL, NULL };

	t->shown = *t->options;
	t->shown.selection = selection_new();
	if (t->shown.selection == NULL)
		return err_set(e, "--replay-to: %s", strerror(errno));
	t->shown.filter = NULL;
	t->shown.count = 0;
	return run(t, &t->shown, t->second, &calls, e);
}

static void
say_unsent(struct transmit *t)
{
	uint64_t n = plan_refused(&t->plan);
	struct sender_counts c[2];
	struct errbuf e;

	crew_count(&t->crew, c);
	n += c[0].no_room + c[0].too_long + c[1].no_room + c[1].too_long;
	if (n == 0)
		return;
	err_set(&e, "--replay-to: %llu frame%s not sent", (unsigned long long)n,
	    n == 1 ? " was" : "s were");
	t->calls.failed(t->calls.arg, &e);
}

int
transmit_run(struct transmit *t, struct errbuf *e)
{
	const struct options *o = t->options;
	int views = o->sink.views != 0 || o->stats != 0, result;

	if (make_plan(t, e) == -1)
		return -1;
	if (t->first == NULL || pipeline_stop)
		return 0;
	say_plan(t);
	if (t->crew.n > 1 && !t->stored)
		return err_set(e, "--workers: what is to be sent does not fit "
		    "into memory (%llu MiB)",
		    (unsigned long long)(STORE_MAX >> 20));
	if (t->crew.n == 1 && open_second(t, e) == -1)
		return -1;
	t->start = now_monotonic();
	result = t->crew.n > 1 ? share_out(t, e) :
	    views ? show(t, e) : drain(t, e);
	t->end = now_monotonic();
	summarize(t);
	say_unsent(t);
	return result;
}

void
transmit_free(struct transmit *t)
{
	if (t == NULL)
		return;
	pipeline_free(t->pipeline);
	if (t->shown.selection != NULL)
		selection_free(t->shown.selection);
	if (t->second != NULL)
		capture_close(t->second);
	if (t->first != NULL)
		capture_close(t->first);
	plan_fini(&t->plan);
	rewriter_free(t->rewriter);
	store_fini(&t->store);
	crew_close(&t->crew);
	for (unsigned int i = 0; i < OPTIONS_LIST; i++)
		if (t->fd[i] != -1)
			close(t->fd[i]);
	free(t);
}
