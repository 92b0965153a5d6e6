/*
 * optable.h: every option, once: for the parser, and for the help.
 *
 * Only the files of options.h use this.
 */
#ifndef SRC_OPTIONS_OPTABLE_H
#define SRC_OPTIONS_OPTABLE_H

#include <getopt.h>

#include "options/options.h"

enum { OPTABLE_ROWS = 100 };	/* no fewer than there are */

/* Values of options without a letter; letters stand for themselves. */
enum {
	OPT_BACKEND = 256, OPT_PORT, OPT_HOST, OPT_PROTO, OPT_STATE,
	OPT_PACKETS, OPT_EVENTS, OPT_SESSIONS, OPT_FORMAT, OPT_JSON, OPT_COLOR,
	OPT_INTERVAL, OPT_KEY, OPT_NANO, OPT_MAX_SESSIONS, OPT_TIMEOUT,
	OPT_SEED, OPT_DISSECTORS, OPT_PLUGIN, OPT_VERSION, OPT_MICRO,
	OPT_PRECISION, OPT_WORKERS, OPT_PROCESS, OPT_NO_PROCESSES, OPT_NETNS,
	OPT_SOCKETS,
	OPT_DEDUP, OPT_NO_DEDUP, OPT_PACE, OPT_MAX_GAP, OPT_WRITE_FORMAT,
	OPT_COMMENTS, OPT_NO_SANDBOX, OPT_STATS, OPT_REPLAY_TO, OPT_PPS,
	OPT_MBPS, OPT_TOPSPEED, OPT_LOOP, OPT_LINK_HEADER, OPT_MAP_IP,
	OPT_MAP_PORT, OPT_MAP_MAC, OPT_VLAN, OPT_MTU_FRAGMENT, OPT_MTU_DROP,
	OPT_ANONYMIZE, OPT_CUT_PAYLOAD,
};

/* getopt_long()'s two descriptions: OPTABLE_ROWS + 1 of the first, two
 * characters a row and two more for the second. */
void optable_getopt(struct option *longs, char *shorts);

/* values.c: what an option asks for, without and with an argument.  -1 when
 * there is no such option, or with errbuf. */
int options_set_flag(struct options *, int opt);
int options_set_value(struct options *, int opt, char *argument,
    struct errbuf *);

/* replay.c: the same for the options of src/replay/, and what does not go
 * together. */
int options_set_replay(struct options *, int opt, const char *argument,
    struct errbuf *);
int options_check_replay(const struct options *, struct errbuf *);
/* rewriting.c: of src/rewrite/. */
int options_set_rewriting(struct options *, int opt, const char *argument,
    struct errbuf *);
int options_check_rewriting(const struct options *, struct errbuf *);
/* written.c: of -w, -C, -G, -W and --write-format, which is which; then what
 * cannot be together. */
int options_set_written(struct options *, int opt, char *argument,
    struct errbuf *);
int options_check_written(const struct options *, struct errbuf *);

#endif
