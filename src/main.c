/* main.c: the command; the only place that exits or reports an error. */
#include <sys/ioctl.h>

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live/interfaces.h"
#include "confine.h"
#include "core/losses.h"
#include "dissect/registry.h"
#include "info.h"
#include "pipeline/pipeline.h"
#include "replay/progress.h"
#include "processes.h"
#include "resolve/resolve.h"
#include "sandbox/sandbox.h"
#include "sources.h"
#include "summary.h"
#include "transmit.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void
report(const struct errbuf *e)
{
	progress_hide();
	fprintf(stderr, "sessdump: %s\n", e->text);
	if (e->hint[0] != '\0')
		fprintf(stderr, "%s\n", e->hint);
}

static volatile sig_atomic_t hup_reopens;	/* there is a file to reopen */

static volatile sig_atomic_t terminal_columns;

static void
measure_terminal(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		terminal_columns = w.ws_col;
}

static void
on_signal(int sig)
{
	if (sig == SIGWINCH)
		measure_terminal();
	else if (sig == SIGUSR1)
		pipeline_report = 1;
	else if (sig == SIGUSR2)
		pipeline_flush = 1;
	else if (sig == SIGHUP && hup_reopens)
		pipeline_reopen = 1;
	else
		pipeline_stop = pipeline_stop ? 2 : 1;
}

/* Without SA_RESTART: what waits for a frame comes back at once. */
static void
catch_signals(const struct options *o)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGUSR1, SIGUSR2 };
	struct sigaction sa = { .sa_handler = on_signal }, old;

	sigemptyset(&sa.sa_mask);
	for (unsigned int i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &sa, NULL);
	/* Under nohup the terminal's end is no end of ours. */
	hup_reopens = o->write != NULL;
	if (sigaction(SIGHUP, NULL, &old) == 0 && (hup_reopens ||
	    old.sa_handler != SIG_IGN))
		sigaction(SIGHUP, &sa, NULL);
	/* What they are about is told by write(2), too. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* Lines fit a terminal; what goes elsewhere is whole. */
static void
fit_terminal(struct sink_options *s)
{
	struct sigaction sa = { .sa_handler = on_signal,
	    .sa_flags = SA_RESTART };

	if (!isatty(STDOUT_FILENO))
		return;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGWINCH, &sa, NULL);
	measure_terminal();
	s->columns = &terminal_columns;
}

static int
want_color(const struct options *o)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color_always || o->color_never)
		return o->color_always;
	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* What the summary is about; a signal may ask for it at any time. */
struct run {
	struct pipeline *pipeline;
	struct capture *capture;	/* NULL: none could be opened */
	const struct options *options;
	struct registry *registry;
};

static void
summarize(void *arg)
{
	struct run *run = arg;
	struct summary y = {
		.live = run->capture->live, .write = run->options->write,
		.processes = run->options->processes != NULL &&
		    run->options->sink.verbose
	};

	pipeline_stats(run->pipeline, &y.pipeline);
	progress_hide();
	summary_print(stderr, &y);
}

static void
warn(void *arg, const struct errbuf *e)
{
	(void)arg;
	report(e);
}

/* One that fails, or a file that can be read only in part, does not hide the
 * others. */
static void
on_failed_source(void *status, const struct errbuf *e)
{
	report(e);
	*(int *)status = EXIT_FAILED;
}

static void
say_listening(struct capture *c)
{
	const char *type = interfaces_linktype_name(c->linktype);
	struct capture *part;

	for (unsigned int i = 0; (part = capture_part(c, i)) != NULL; i++)
		say_listening(part);
	if (c->ops->part != NULL)
		return;

	fprintf(stderr, "listening on %s, link type %s, through %s, snapshot "
	    "length %u bytes\n", c->name, type != NULL ? type : "unknown",
	    c->ops->name, c->snaplen);
}

/* From here on there is nothing to be had by what a packet may do to us. */
static int
enter_sandbox(const struct options *o, struct registry *r)
{
	struct errbuf e;
	int result = confine(o, r, &e);

	if (result == -1 || sandbox_note(&e))
		report(&e);
	else if (o->sink.verbose > 0)
		fprintf(stderr, "%s\n", e.text);
	return result;
}

static int
run_live(const struct options *o, struct pipeline *l, struct run *run)
{
	struct errbuf e;
	int status = EXIT_DONE;

	run->capture = sources_live(o, on_failed_source, warn, &status, &e);
	if (run->capture == NULL) {
		report(&e);
		return EXIT_FAILED;
	}
	if (enter_sandbox(o, run->registry) == -1) {
		capture_close(run->capture);
		run->capture = NULL;
		return EXIT_FAILED;
	}
	say_listening(run->capture);
	if (pipeline_run(l, run->capture, &e) == -1)
		on_failed_source(&status, &e);
	return status;
}

static int
run_files(const struct options *o, struct pipeline *l, struct run *run)
{
	int status = EXIT_DONE, fd[OPTIONS_LIST];
	struct errbuf e;

	sources_open(o, fd, on_failed_source, &status);
	if (enter_sandbox(o, run->registry) == -1)
		return EXIT_FAILED;
	run->capture = sources_files(o, fd, on_failed_source, &status);
	if (run->capture != NULL) {
		run->capture = replay_pace(o, run->capture, &e);
		if (run->capture == NULL)
			on_failed_source(&status, &e);
	}
	/* Told to stop before there is a frame: -w destroys nothing. */
	if (run->capture != NULL && !pipeline_stop &&
	    pipeline_run(l, run->capture, &e) == -1)
		on_failed_source(&status, &e);
	return status;
}

/* Here, and nowhere else, frames are sent. */
static int
run_transmit(const struct options *o, struct registry *r)
{
	int status = EXIT_DONE, fd[OPTIONS_LIST];
	struct transmit_calls calls = { on_failed_source, warn, progress_hide,
	    &status, stderr };
	struct transmit *t;
	struct errbuf e;

	catch_signals(o);
	sources_open(o, fd, on_failed_source, &status);
	t = transmit_open(o, r, fd, &calls, &e);
	if (t == NULL) {
		report(&e);
		return EXIT_FAILED;
	}
	if (enter_sandbox(o, r) == -1)
		status = EXIT_FAILED;
	else if (transmit_run(t, &e) == -1)
		on_failed_source(&status, &e);
	transmit_free(t);
	return status;
}

static int
run(const struct options *o, struct registry *registry)
{
	struct run state = { .options = o, .registry = registry };
	struct pipeline_calls calls = { summarize, warn, &state, NULL, NULL };
	struct errbuf e;
	struct pipeline *l = pipeline_new(o, registry, &e);
	int status;

	if (l == NULL) {
		report(&e);
		return EXIT_FAILED;
	}
	state.pipeline = l;
	catch_signals(o);
	pipeline_on(l, &calls);
	status = o->nread > 0 ? run_files(o, l, &state) :
	    run_live(o, l, &state);
	if (pipeline_finish(l, &e) == -1) {
		report(&e);
		status = EXIT_FAILED;
	}
	if (pipeline_failed(l))
		status = EXIT_FAILED;
	if (state.capture != NULL) {
		summarize(&state);
		capture_close(state.capture);
	}
	pipeline_free(l);
	return status;
}

/* The other process comes before all that it must not inherit.  What was not
 * asked for by name is no failure where it cannot be had. */
static int
run_with_processes(struct options *o, struct registry *r)
{
	struct errbuf e;
	int status;

	if (o->replay.nto > 0)
		return run_transmit(o, r);
	if (!processes_wanted(o))
		return run(o, r);
	o->processes = processes_start(o, &e);
	if (o->processes == NULL)
		report(&e);
	else if (o->sink.verbose > 0)
		fprintf(stderr, "%s\n", processes_note(o->processes)->text);
	if (o->processes == NULL && (o->process_filter != NULL || o->sockets))
		return EXIT_FAILED;
	status = run(o, r);
	processes_stop(o->processes);
	return status;
}

static int
run_with_names(struct options *o, struct registry *r, struct errbuf *e)
{
	int status;

	if (!o->resolve)
		return run_with_processes(o, r);
	o->sink.resolve = resolve_new(e);
	if (o->sink.resolve == NULL) {
		report(e);
		return EXIT_FAILED;
	}
	if (o->nread > 0)
		resolve_wait(o->sink.resolve);
	status = run_with_processes(o, r);
	resolve_free(o->sink.resolve);
	return status;
}

static int
with_registry(struct options *o, struct errbuf *e)
{
	struct registry *r = registry_new(e);
	int status = EXIT_FAILED;

	if (r == NULL) {
		report(e);
		return EXIT_FAILED;
	}
	if (o->action != ACTION_DISSECTORS) {
		status = run_with_names(o, r, e);
	} else if (enter_sandbox(o, r) == 0) {
		info_dissectors(r);
		status = EXIT_DONE;
	}
	registry_free(r);
	return status;
}

/* Where one is needed and none is named: the first that is up. */
static int
find_interface(struct options *o, struct errbuf *e)
{
	int needed = o->action == ACTION_LINKTYPES ||
	    o->action == ACTION_TSTAMPS ||
	    (o->action == ACTION_RUN && o->nread == 0), status;
	char *found;

	if (!needed || o->ninterfaces > 0)
		return 0;
	found = info_default_interface(o->netns, e);
	if (found == NULL)
		return -1;
	o->interface[o->ninterfaces++] = found;
	status = options_places(o, e);
	free(found);
	return status;
}

static int
act(struct options *o, struct errbuf *e)
{
	int failed = 0;

	if (find_interface(o, e) == -1) {
		report(e);
		return EXIT_FAILED;
	}
	switch (o->action) {
	case ACTION_HELP:
		options_help(stdout);
		break;
	case ACTION_VERSION:
		info_version();
		break;
	case ACTION_INTERFACES:
		failed = info_interfaces(o->netns, e);
		break;
	case ACTION_LINKTYPES:
		failed = info_linktypes(&o->place[0], e);
		break;
	case ACTION_TSTAMPS:
		failed = info_tstamps(&o->place[0],
		    o->backend != BACKEND_PCAP, e);
		break;
	case ACTION_FILTER:
		failed = info_filter(o, e);
		break;
	default:
		return with_registry(o, e);
	}
	if (failed)
		report(e);
	return failed ? EXIT_FAILED : EXIT_DONE;
}

int
main(int argc, char **argv)
{
	struct losses losses;
	struct options o;
	struct errbuf e;
	int status;

	setlocale(LC_TIME, "");
	if (sandbox_check_start(&e) == -1) {
		report(&e);
		return EXIT_FAILED;
	}
	if (options_parse(&o, argc, argv, &e) == -1) {
		report(&e);
		fputs("try: sessdump --help\n", stderr);
		status = EXIT_USAGE;
	} else {
		o.sink.color = (uint8_t)want_color(&o);
		fit_terminal(&o.sink);
		losses_init(&losses);
		o.capture.losses = o.sink.losses = &losses;
		o.sink.timeout = o.session.timeout;
		status = act(&o, &e);
		losses_fini(&losses);
	}
	options_free(&o);
	if (fflush(stdout) != 0 && errno != EPIPE && status == EXIT_DONE) {
		err_set(&e, "standard output: %s", strerror(errno));
		report(&e);
		status = EXIT_FAILED;
	}
	return status;
}
