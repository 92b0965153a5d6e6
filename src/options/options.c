/* options.c: what the command line asks for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/filter.h"
#include "capture/live/interfaces.h"
#include "capture/live/netns.h"
#include "options/optable.h"
#include "process/book.h"

/* What is left of the command line is one expression, too. */
static int
join_filter(struct options *o, char **words, int n, struct errbuf *e)
{
	size_t size = 1;

	if (n == 0)
		return 0;
	if (o->filter != NULL)
		return err_set(e, "a filter expression and -F: one of them");
	for (int i = 0; i < n; i++)
		size += strlen(words[i]) + 1;
	o->filter = calloc(1, size);
	if (o->filter == NULL)
		return err_set(e, "filter: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		strncat(o->filter, words[i], size - strlen(o->filter) - 1);
		if (i < n - 1)
			strncat(o->filter, " ", 2);
	}
	return 0;
}

static int
check_sockets(const struct options *o, struct errbuf *e)
{
	if (!o->sockets)
		return 0;
	if (o->no_processes)
		return err_set(e, "--sockets: not with --no-processes");
	if (!(o->sink.views & VIEW_SESSIONS))
		return err_set(e, "--sockets: with --sessions only");
	if (o->sink.format != FORMAT_TEXT && o->sink.format != FORMAT_JSON)
		return err_set(e, "--format %s: it does not tell of --sockets",
		    sink_format_name[o->sink.format]);
	if (o->nread > 0)
		return err_set(e, "--sockets: not with -r: the kernel knows "
		    "nothing of that time");
	return 0;
}

static int
check_combinations(const struct options *o, struct errbuf *e)
{
	int live_only = o->linktype != NULL ||
	    o->capture.direction != CAPTURE_INOUT ||
	    o->capture.tstamp != -1 ||
	    o->backend != BACKEND_DEFAULT || o->netns != NULL;
	unsigned int stdins = 0;

	if (o->nplaces > 0 && o->nread > 0)
		return err_set(e, "-i and -r: one of them");
	if (o->nplaces > 1 && (o->action == ACTION_LINKTYPES ||
	    o->action == ACTION_TSTAMPS))
		return err_set(e, "%s: one interface at a time", o->action ==
		    ACTION_LINKTYPES ? "-L" : "-J");
	if (o->nread > 0 && live_only && o->action == ACTION_RUN)
		return err_set(e, "-j, -y, -Q, --backend, --netns: not with "
		    "-r");
	if (o->process_filter != NULL && (o->nread > 0 || o->no_processes))
		return err_set(e, "--process: not with %s", o->nread > 0 ?
		    "-r: who had a socket then is not in a file" :
		    "--no-processes");
	if (check_sockets(o, e) == -1)
		return -1;
	if (o->sink.views & ~sink_views(o->sink.format))
		return err_set(e, "--format %s: it tells of sessions only, "
		    "not of packets or events",
		    sink_format_name[o->sink.format]);
	if (o->stats != 0 && o->sink.format != FORMAT_TEXT &&
	    o->sink.format != FORMAT_JSON)
		return err_set(e, "--format %s: it tells of sessions only, "
		    "not of --stats", sink_format_name[o->sink.format]);
	if (o->session.interval != 0 && !(o->sink.views & VIEW_SESSIONS))
		return err_set(e, "--interval: with --sessions only");
	for (unsigned int i = 0; i < o->nread; i++)
		stdins += strcmp(o->read[i], "-") == 0;
	if (stdins > 1)
		return err_set(e, "-r -: standard input can be read only "
		    "once");
	return 0;
}

/* What cannot be told without the session, or the line before. */
static int
check_workers(const struct options *o, struct errbuf *e)
{
	/* To send, they know no sessions. */
	if (o->workers == 1 || o->replay.nto > 0)
		return 0;
	if ((selection_has_states(o->selection) ||
	    o->process_filter != NULL) &&
	    (o->count != 0 || o->write != NULL))
		return err_set(e, "--workers: not with %s and %s",
		    o->process_filter != NULL ? "--process" : "--state",
		    o->count != 0 ? "-c" : "-w");
	if (o->sink.time == TIME_DELTA && o->sink.format == FORMAT_TEXT)
		return err_set(e, "--workers: not with -ttt");
	if (o->session.max < o->workers)
		return err_set(e, "--max-sessions: fewer than --workers");
	return 0;
}

static int
check(const struct options *o, struct errbuf *e)
{
	if (options_check_replay(o, e) == -1)
		return -1;
	if (o->filter != NULL && filter_check(o->filter, e) == -1)
		return -1;
	if (o->linktype != NULL && interfaces_linktype(o->linktype) == -1) {
		err_set(e, "-y: %s: no such link type", o->linktype);
		return err_hint(e, "those of an interface: sessdump -i IFACE "
		    "-L");
	}
	if (check_combinations(o, e) == -1 ||
	    options_check_written(o, e) == -1 ||
	    options_check_rewriting(o, e) == -1)
		return -1;
	return check_workers(o, e);
}

static void
set_defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->capture.linktype = -1;
	o->capture.tstamp = -1;
	o->capture.optimize = 1;
	o->workers = 1;
	o->replay.loop = 1;
	o->dedup = -1;
	session_config_init(&o->session);
}

/* What getopt_long() did not take, and why: "word" is what it read last. */
static int
bad_option(const char *word, const char *shorts, struct errbuf *e)
{
	if (optopt == 0)
		return err_set(e, "%s: no such option, or more than one "
		    "begins so", word);
	if (optopt < 256 && strchr(shorts, optopt) == NULL)
		return err_set(e, "-%c: no such option", optopt);
	return err_set(e, "%s: it takes no argument", word);
}

static unsigned int
default_view(const struct options *o)
{
	return o->session.interval != 0 || o->sockets ||
	    !(sink_views(o->sink.format) & VIEW_PACKETS) ? VIEW_SESSIONS :
	    VIEW_PACKETS;
}

int
options_parse(struct options *o, int argc, char **argv, struct errbuf *e)
{
	struct option longs[OPTABLE_ROWS + 1];
	char shorts[2 * OPTABLE_ROWS + 2];
	int opt;

	set_defaults(o);
	o->selection = selection_new();
	if (o->selection == NULL)
		return err_set(e, "options: %s", strerror(errno));
	optable_getopt(longs, shorts);
	while ((opt = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (opt == '?')
			return bad_option(word, shorts, e);
		if (opt == ':')
			return err_set(e, "%s: its argument is missing", word);
		if (optarg == NULL ? options_set_flag(o, opt) == -1 :
		    options_set_value(o, opt, optarg, e) == -1)
			return -1;
	}
	if (join_filter(o, argv + optind, argc - optind, e) == -1 ||
	    options_places(o, e) == -1)
		return -1;
	o->capture.filter = o->filter;
	if (o->sink.views == 0 && o->write == NULL && ((o->stats == 0 &&
	    o->replay.nto == 0) || o->session.interval != 0 || o->sockets))
		o->sink.views = default_view(o);
	if (o->packet_buffered && o->write == NULL)
		o->line_buffered = 1;
	return check(o, e);
}

void
options_free(struct options *o)
{
	selection_free(o->selection);
	process_filter_free(o->process_filter);
	free(o->filter);
	for (unsigned int i = 0; i < o->nplaces; i++)
		netns_place_free(&o->place[i]);
	for (unsigned int i = 0; i < o->replay.nto; i++)
		netns_place_free(&o->replay.to[i]);
}
