/* main.c: the command; the only place that exits or reports an error. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/file/merge.h"
#include "capture/live/interfaces.h"
#include "dissect/plugin.h"
#include "info.h"
#include "pipeline.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static void
report(const struct errbuf *e)
{
	fprintf(stderr, "sessdump: %s\n", e->text);
	if (e->hint[0] != '\0')
		fprintf(stderr, "%s\n", e->hint);
}

static volatile sig_atomic_t hup_reopens;	/* there is a file to reopen */

static void
on_signal(int sig)
{
	if (sig == SIGUSR1)
		pipeline_report = 1;
	else if (sig == SIGUSR2)
		pipeline_flush = 1;
	else if (sig == SIGHUP && hup_reopens)
		pipeline_reopen = 1;
	else
		pipeline_stop = 1;
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
	signal(SIGPIPE, SIG_IGN);
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
	const struct pipeline *pipeline;
	struct capture *capture;	/* NULL: none could be opened */
	const struct options *options;
	struct capture_stats stats;
	int over, known;	/* the capture's end; stats are of that time */
};

static void
count(uint64_t n, const char *one, const char *many)
{
	fprintf(stderr, "%llu %s\n", (unsigned long long)n,
	    n == 1 ? one : many);
}

static void
summary_live(const struct run *run)
{
	struct capture_stats s = run->stats;

	if (run->over ? !run->known : capture_stats(run->capture, &s) == -1)
		return;
	count(s.captured, "packet captured", "packets captured");
	if (s.has_received) {
		count(s.received, "packet received by filter",
		    "packets received by filter");
		count(s.dropped, "packet dropped by kernel",
		    "packets dropped by kernel");
	}
	if (s.has_if_dropped)
		count(s.if_dropped, "packet dropped by interface",
		    "packets dropped by interface");
}

static void
summary_defrag(const struct defrag_stats *s)
{
	if (s->lost > 0)
		count(s->lost, "datagram never completed",
		    "datagrams never completed");
	if (s->overlaps > 0)
		count(s->overlaps, "datagram discarded, its fragments overlap",
		    "datagrams discarded, their fragments overlap");
	if (s->discarded > 0)
		count(s->discarded,
		    "datagram discarded, its fragments contradict each other",
		    "datagrams discarded, their fragments contradict each "
		    "other");
	if (s->duplicates > 0)
		count(s->duplicates, "duplicate fragment",
		    "duplicate fragments");
}

static void
summary_lost(const struct options *o, const struct pipeline_stats *s)
{
	if (s->lost > 0)
		count(s->lost, "record lost: standard output was blocked",
		    "records lost: standard output was blocked");
	if (s->written_lost > 0)
		fprintf(stderr, "%llu packet%s lost: %s was blocked\n",
		    (unsigned long long)s->written_lost,
		    s->written_lost == 1 ? "" : "s", o->write);
}

static void
summary(void *arg)
{
	const struct run *run = arg;
	struct pipeline_stats s;

	pipeline_stats(run->pipeline, &s);
	if (run->capture->live)
		summary_live(run);
	else
		count(s.packets, "packet read", "packets read");
	if (s.selected != s.packets)
		count(s.selected, "packet selected", "packets selected");
	fprintf(stderr, "%llu session%s",
	    (unsigned long long)s.sessions->created,
	    s.sessions->created == 1 ? "" : "s");
	if (s.sessions->evicted > 0)
		fprintf(stderr, ", %llu evicted (%llu of them open)",
		    (unsigned long long)s.sessions->evicted,
		    (unsigned long long)s.sessions->evicted_open);
	fputc('\n', stderr);
	summary_defrag(s.defrag);
	summary_lost(run->options, &s);
}

static void
warn(void *arg, const struct errbuf *e)
{
	(void)arg;
	report(e);
}

static struct capture *
open_live(const struct options *o, const char *iface, struct errbuf *e)
{
	struct capture_options c = o->capture;

	if (o->linktype != NULL)
		c.linktype = interfaces_linktype(o->linktype);
	c.immediate = o->line_buffered || isatty(STDOUT_FILENO);
#ifdef HAVE_AFPACKET
	if (o->backend != BACKEND_PCAP)
		return capture_open_afpacket(iface, &c, e);
#else
	if (o->backend == BACKEND_AFPACKET) {
		err_set(e, "--backend afpacket: not in this build");
		return NULL;
	}
#endif
	return capture_open_libpcap(iface, &c, e);
}

static int
run_live(const struct options *o, struct pipeline *l, struct run *run)
{
	struct errbuf e;
	char *found = o->interface == NULL ? info_default_interface(&e) : NULL;
	const char *iface = found != NULL ? found : o->interface;
	const char *type;
	int status = EXIT_FAILED;

	if (iface == NULL || (run->capture = open_live(o, iface, &e)) == NULL) {
		report(&e);
		free(found);
		return EXIT_FAILED;
	}
	type = interfaces_linktype_name(run->capture->linktype);
	fprintf(stderr, "listening on %s, link type %s, through %s, snapshot "
	    "length %u bytes\n", iface, type != NULL ? type : "unknown",
	    run->capture->ops->name, run->capture->snaplen);
	if (pipeline_run(l, run->capture, &e) == -1)
		report(&e);
	else
		status = EXIT_DONE;
	/* What comes while the last records are written is nobody's. */
	run->over = 1;
	run->known = capture_stats(run->capture, &run->stats) == 0;
	free(found);
	return status;
}

/* One file that cannot be read, or only in part, does not hide the others. */
static void
on_failed_file(void *status, const struct errbuf *e)
{
	report(e);
	*(int *)status = EXIT_FAILED;
}

/* NULL when none can be opened; each failure is reported. */
static struct capture *
open_files(const struct options *o, int *status)
{
	struct capture_options options = o->capture;
	struct capture *v[OPTIONS_LIST] = { NULL }, *c;
	struct errbuf e;
	unsigned int n = 0;

	options.stop = &pipeline_stop;
	for (unsigned int i = 0; i < o->nread && !pipeline_stop; i++) {
		v[n] = capture_open_savefile(o->read[i], &options, &e);
		if (v[n] != NULL)
			n++;
		else
			on_failed_file(status, &e);
	}
	if (n <= 1)
		return v[0];
	c = merge_open(v, n, on_failed_file, status, &e);
	if (c == NULL)
		on_failed_file(status, &e);
	return c;
}

static int
run_files(const struct options *o, struct pipeline *l, struct run *run)
{
	int status = EXIT_DONE;
	struct errbuf e;

	run->capture = open_files(o, &status);
	/* Told to stop before there is a frame: -w destroys nothing. */
	if (run->capture != NULL && !pipeline_stop &&
	    pipeline_run(l, run->capture, &e) == -1)
		on_failed_file(&status, &e);
	return status;
}

static int
run(const struct options *o, const struct registry *registry)
{
	struct run state = { .options = o };
	struct pipeline_calls calls = { summary, warn, &state };
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
	if (state.capture != NULL) {
		summary(&state);
		capture_close(state.capture);
	}
	pipeline_free(l);
	return status;
}

static int
list_linktypes(const struct options *o, struct errbuf *e)
{
	char *found = o->interface == NULL ? info_default_interface(e) : NULL;
	int status = -1;

	if (o->interface != NULL || found != NULL)
		status = info_linktypes(o->interface != NULL ? o->interface :
		    found, e);
	free(found);
	return status;
}

static int
with_registry(const struct options *o, struct errbuf *e)
{
	struct registry *r = registry_new(e);
	int status = EXIT_DONE;

	for (unsigned int i = 0; r != NULL && i < o->nplugins; i++)
		if (plugin_load(r, o->plugin[i], e) == -1) {
			registry_free(r);
			r = NULL;
		}
	if (r == NULL) {
		report(e);
		return EXIT_FAILED;
	}
	if (o->action == ACTION_DISSECTORS)
		info_dissectors(r);
	else
		status = run(o, r);
	registry_free(r);
	return status;
}

static int
act(const struct options *o, struct errbuf *e)
{
	int failed = 0;

	switch (o->action) {
	case ACTION_HELP:
		options_help(stdout);
		break;
	case ACTION_VERSION:
		info_version();
		break;
	case ACTION_INTERFACES:
		failed = info_interfaces(e);
		break;
	case ACTION_LINKTYPES:
		failed = list_linktypes(o, e);
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
	struct options o;
	struct errbuf e;
	int status;

	setlocale(LC_TIME, "");
	if (options_parse(&o, argc, argv, &e) == -1) {
		report(&e);
		fputs("try: sessdump --help\n", stderr);
		status = EXIT_USAGE;
	} else {
		o.sink.color = (uint8_t)want_color(&o);
		status = act(&o, &e);
	}
	options_free(&o);
	if (fflush(stdout) != 0 && errno != EPIPE && status == EXIT_DONE) {
		err_set(&e, "standard output: %s", strerror(errno));
		report(&e);
		status = EXIT_FAILED;
	}
	return status;
}
