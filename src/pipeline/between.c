/* between.c: time, signals and outputs, between two batches. */
#include <errno.h>
#include <string.h>

#include "core/now.h"
#include "pipeline/impl.h"
#include "sandbox/sandbox.h"

int
pipeline_check_output(struct pipeline *l, struct errbuf *e)
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

void
pipeline_tell_refused(struct pipeline *l)
{
	struct errbuf e;

	while (l->calls != NULL && sandbox_refused(&e))
		l->calls->warn(l->calls->arg, &e);
}

/* By the clock, or that of a replay. */
int64_t
pipeline_clock(const struct capture *c)
{
	return c->now != NULL ? *c->now : now_realtime();
}

/* Time goes on without a packet. */
static int
idle(struct pipeline *l, int64_t now, struct errbuf *e)
{
	if (l->workers != NULL)
		workers_idle(l->workers, now);
	else
		session_expire(l->table, now);
	if (l->sockets != NULL)
		sockets_send(l->sockets);
	return writing_clock(&l->writing, now, e);
}

/* What comes while the last records are written is nobody's. */
void
pipeline_account(struct pipeline *l)
{
	if (l->capture != NULL && !l->over)
		account_take(&l->account, l->capture);
}

void
pipeline_show_stats(struct pipeline *l)
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
	if (l->options->processes != NULL)
		s.processes = &now.processes;
	l->sink.ops->stats(&l->sink, &s);
	if (l->capture->live)
		outbuf_flush(&l->out);
}

/* By the clock, since there are no packets. */
static int
see_time(struct pipeline *l, const struct capture *c, struct errbuf *e)
{
	int64_t now;

	if (!c->live && c->now == NULL)
		return 0;
	now = pipeline_clock(c);
	if (idle(l, now, e) == -1)
		return -1;
	if (statistics_due(&l->statistics, now))
		pipeline_show_stats(l);
	return 0;
}

int
pipeline_between(struct pipeline *l, struct capture *c, int n, struct errbuf *e)
{
	/* Nobody waits for a line because a buffer is not full. */
	int soon = ((c->live || c->stream) && n < CAPTURE_BATCH) ||
	    (l->workers != NULL && l->options->line_buffered);

	if (n <= 0 && see_time(l, c, e) == -1)
		return -1;
	if (l->workers != NULL && (soon || pipeline_report || pipeline_flush))
		workers_drain(l->workers);
	if (soon)
		outbuf_flush(&l->out);
	tell_lost(l);
	pipeline_tell_refused(l);
	if (serve_signals(l, e) == -1)
		return -1;
	return pipeline_check_output(l, e);
}
