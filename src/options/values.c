/* values.c: what each option sets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/live/tstamp.h"
#include "core/parse.h"
#include "options/optable.h"
#include "process/book.h"
#include "session/table.h"

static int
number32(const char *what, const char *s, uint32_t min, uint32_t max,
    uint32_t *value, struct errbuf *e)
{
	uint64_t v;

	if (parse_number(what, s, min, max, &v, e) == -1)
		return -1;
	*value = (uint32_t)v;
	return 0;
}

/* The place of a word in a list, or -1 with the list in the message. */
static int
choice(const char *what, const char *s, const char *const *names,
    unsigned int n, struct errbuf *e)
{
	char list[128] = "";

	for (unsigned int i = 0; i < n; i++) {
		if (strcmp(s, names[i]) == 0)
			return (int)i;
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ",
		    names[i]);
	}
	return err_set(e, "%s: %s: not %s", what, s, list);
}

static int
append(const char *what, const char **list, unsigned int *n, const char *s,
    struct errbuf *e)
{
	if (*n == OPTIONS_LIST)
		return err_set(e, "%s: more than %d", what, OPTIONS_LIST);
	list[(*n)++] = s;
	return 0;
}

static int
set_timeout(struct options *o, const char *s, struct errbuf *e)
{
	const char *equals = strchr(s, '=');
	uint64_t seconds;

	for (unsigned int i = 0; equals != NULL && i < TIMEOUTS; i++) {
		const char *name = session_timeouts[i].name;

		if (strlen(name) != (size_t)(equals - s) ||
		    strncmp(name, s, strlen(name)) != 0)
			continue;
		if (parse_number("--timeout", equals + 1, 0, 1000000000,
		    &seconds, e) == -1)
			return -1;
		o->session.timeout[i] = (int64_t)seconds * 1000000000;
		return 0;
	}
	err_set(e, "--timeout: %s: not NAME=SECONDS with a known name", s);
	err_hint(e, "names:");
	for (unsigned int i = 0; i < TIMEOUTS; i++)
		snprintf(e->hint + strlen(e->hint), sizeof(e->hint) -
		    strlen(e->hint), " %s", session_timeouts[i].name);
	return -1;
}

static int
set_key(struct options *o, const char *s, struct errbuf *e)
{
	char item[32];

	for (;;) {
		size_t n = strcspn(s, ",");
		int i;

		if (n >= sizeof(item))
			n = sizeof(item) - 1;
		memcpy(item, s, n);
		item[n] = '\0';
		i = choice("--key", item, session_key_name, SESSION_KEYS, e);
		if (i == -1)
			return -1;
		o->session.key |= 1U << i;
		if (s[n] == '\0')
			return 0;
		s += n + 1;
	}
}

static int
set_interval(struct options *o, const char *s, struct errbuf *e)
{
	uint64_t seconds;

	if (parse_number("--interval", s, 1, 1000000000, &seconds, e) == -1)
		return -1;
	o->session.interval = (int64_t)seconds * 1000000000;
	return 0;
}

static int
set_process(struct options *o, const char *s, struct errbuf *e)
{
	if (o->process_filter == NULL)
		o->process_filter = process_filter_new();
	if (o->process_filter == NULL)
		return err_set(e, "--process: %s", strerror(errno));
	return process_filter_add(o->process_filter, s, e);
}

static int
set_stats(struct options *o, const char *s, struct errbuf *e)
{
	uint64_t seconds;

	if (parse_number("--stats", s, 1, 1000000000, &seconds, e) == -1)
		return -1;
	o->stats = (int64_t)seconds * 1000000000;
	return 0;
}

static int
set_color(struct options *o, const char *s, struct errbuf *e)
{
	static const char *const when[] = { "auto", "always", "never" };
	int i = choice("--color", s, when, 3, e);

	o->color_always = i == 1;
	o->color_never = i == 2;
	return i == -1 ? -1 : 0;
}

static int
set_direction(struct options *o, const char *s, struct errbuf *e)
{
	static const char *const names[] = {
		[CAPTURE_INOUT] = "inout", [CAPTURE_IN] = "in",
		[CAPTURE_OUT] = "out",
	};
	int i = choice("-Q", s, names, 3, e);

	if (i != -1)
		o->capture.direction = (enum capture_direction)i;
	return i == -1 ? -1 : 0;
}

static int
set_backend(struct options *o, const char *s, struct errbuf *e)
{
	static const char *const names[] = { "afpacket", "pcap" };
	int i = choice("--backend", s, names, 2, e);

	if (i != -1)
		o->backend = i == 0 ? BACKEND_AFPACKET : BACKEND_PCAP;
	return i == -1 ? -1 : 0;
}

static int
set_precision(struct options *o, const char *s, struct errbuf *e)
{
	static const char *const names[] = { "micro", "nano" };
	int i = choice("--time-stamp-precision", s, names, 2, e);

	o->sink.nano = i == 1;
	return i == -1 ? -1 : 0;
}

static int
set_format(struct options *o, const char *s, struct errbuf *e)
{
	int i = choice("--format", s, sink_format_name, FORMATS, e);

	if (i != -1)
		o->sink.format = (enum sink_format)i;
	return i == -1 ? -1 : 0;
}

/* The whole file is one expression. */
static int
read_filter(struct options *o, const char *path, struct errbuf *e)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t n = 0;
	ssize_t len;

	if (f == NULL)
		return err_set(e, "%s: %s", path, strerror(errno));
	free(o->filter);
	o->filter = NULL;
	len = getdelim(&o->filter, &n, '\0', f);
	if (f != stdin)
		fclose(f);
	if (len <= 0)
		return err_set(e, "%s: no filter expression in it", path);
	return 0;
}

/* Flags: options without an argument. */
int
options_set_flag(struct options *o, int opt)
{
	switch (opt) {
	case 'D':
		o->action = ACTION_INTERFACES;
		break;
	case 'L':
		o->action = ACTION_LINKTYPES;
		break;
	case 'J':
		o->action = ACTION_TSTAMPS;
		break;
	case 'd':
		o->action = ACTION_FILTER;
		o->dump_filter++;
		break;
	case 'h':
		o->action = ACTION_HELP;
		break;
	case OPT_VERSION:
		o->action = ACTION_VERSION;
		break;
	case OPT_DISSECTORS:
		o->action = ACTION_DISSECTORS;
		break;
	case 'p':
		o->capture.no_promisc = 1;
		break;
	case 'O':
		o->capture.optimize = 0;
		break;
	case OPT_PACKETS:
		o->sink.views |= VIEW_PACKETS;
		break;
	case OPT_EVENTS:
		o->sink.views |= VIEW_EVENTS;
		break;
	case OPT_SESSIONS:
		o->sink.views |= VIEW_SESSIONS;
		break;
	case OPT_PACE:
		o->replay.pace = 1;
		break;
	case OPT_TOPSPEED:
		o->replay.topspeed = 1;
		break;
	case OPT_JSON:
		o->sink.format = FORMAT_JSON;
		break;
	case OPT_NO_PROCESSES:
		o->no_processes = 1;
		break;
	case OPT_SOCKETS:
		o->sockets = 1;
		break;
	case OPT_DEDUP:
		o->dedup = 1;
		break;
	case OPT_NO_DEDUP:
		o->dedup = 0;
		break;
	case OPT_NANO:
		o->sink.nano = 1;
		break;
	case OPT_MICRO:
		o->sink.nano = 0;
		break;
	case 'n':
		o->resolve = 0;
		break;
	case 'N':
		o->resolve = 1;
		break;
	case 'e':
		o->sink.link = 1;
		break;
	case 'v':
		o->sink.verbose++;
		break;
	case 'q':
		o->sink.quiet = 1;
		break;
	case 't':
		if (o->sink.time < TIME_SINCE_FIRST)
			o->sink.time++;
		break;
	case 'x':
		o->sink.hex++;
		break;
	case 'X':
		o->sink.hex_ascii++;
		break;
	case 'A':
		o->sink.ascii++;
		break;
	case 'l':
		o->line_buffered = 1;
		break;
	case OPT_COMMENTS:
		o->dump.comments = 1;
		break;
	case OPT_CUT_PAYLOAD:
		o->rules.cut = 1;
		break;
	case 'U':
		o->packet_buffered = 1;
		break;
	case OPT_NO_SANDBOX:
		o->no_sandbox = 1;
		break;
	default:
		return -1;
	}
	return 0;
}

/* Options with an argument. */
int
options_set_value(struct options *o, int opt, char *s, struct errbuf *e)
{
	switch (opt) {
	case 'i':
		return append("-i", o->interface, &o->ninterfaces, s, e);
	case OPT_NETNS:
		o->netns = s;
		return 0;
	case 'r':
		return append("-r", o->read, &o->nread, s, e);
	case OPT_PLUGIN:
		return append("--plugin", o->plugin, &o->nplugins, s, e);
	case 'Z':
		o->user = s;
		return 0;
	case 'w':
	case 'C':
	case 'G':
	case 'W':
	case OPT_WRITE_FORMAT:
		return options_set_written(o, opt, s, e);
	case OPT_MAP_IP:
	case OPT_MAP_PORT:
	case OPT_MAP_MAC:
	case OPT_VLAN:
	case OPT_MTU_FRAGMENT:
	case OPT_MTU_DROP:
	case OPT_ANONYMIZE:
		return options_set_rewriting(o, opt, s, e);
	case 'y':
		o->linktype = s;
		return 0;
	case 'j':
		o->capture.tstamp = tstamp_type(s, e);
		return o->capture.tstamp == -1 ? -1 : 0;
	case OPT_PRECISION:
		return set_precision(o, s, e);
	case 's':
		return number32("-s", s, 0, CAPTURE_SNAPLEN,
		    &o->capture.snaplen, e);
	case 'B':
		return number32("-B", s, 1, INT32_MAX / 1024,
		    &o->capture.ring_kib, e);
	case 'c':
		return parse_number("-c", s, 1, UINT64_MAX, &o->count, e);
	case 'Q':
		return set_direction(o, s, e);
	case 'F':
		return read_filter(o, s, e);
	case OPT_BACKEND:
		return set_backend(o, s, e);
	case OPT_FORMAT:
		return set_format(o, s, e);
	case OPT_INTERVAL:
		return set_interval(o, s, e);
	case OPT_STATS:
		return set_stats(o, s, e);
	case OPT_KEY:
		return set_key(o, s, e);
	case OPT_COLOR:
		return set_color(o, s, e);
	case OPT_PORT:
		return selection_ports(o->selection, s, e);
	case OPT_HOST:
		return selection_hosts(o->selection, s, e);
	case OPT_PROTO:
		return selection_protocols(o->selection, s, e);
	case OPT_STATE:
		return selection_states(o->selection, s, e);
	case OPT_PROCESS:
		return set_process(o, s, e);
	case OPT_MAX_SESSIONS:
		return number32("--max-sessions", s, 1, TABLE_MAX_SESSIONS,
		    &o->session.max, e);
	case OPT_WORKERS:
		return number32("--workers", s, 1, WORKERS_MAX, &o->workers,
		    e);
	case OPT_TIMEOUT:
		return set_timeout(o, s, e);
	case OPT_SEED:
		return parse_number("--seed", s, 1, UINT64_MAX,
		    &o->session.seed, e);
	default:
		return options_set_replay(o, opt, s, e);
	}
}
