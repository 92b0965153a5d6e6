/*
 * options.h: what the command line asks for.
 */
#ifndef SRC_OPTIONS_OPTIONS_H
#define SRC_OPTIONS_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "capture/capture.h"
#include "core/errbuf.h"
#include "output/sink.h"
#include "replay/replay.h"
#include "rewrite/rules.h"
#include "session/select.h"
#include "session/session.h"
#include "write/dumper.h"

enum {
	OPTIONS_LIST	= 64,	/* -i, -r and --plugin, each at most */
	WORKERS_MAX	= 64,
};

/* What the program is to do. */
enum options_action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_INTERFACES,	/* -D */
	ACTION_LINKTYPES,	/* -L */
	ACTION_TSTAMPS,		/* -J */
	ACTION_DISSECTORS,
	ACTION_FILTER,		/* -d */
};

enum options_backend {
	BACKEND_DEFAULT, BACKEND_AFPACKET, BACKEND_PCAP
};

struct process_filter;
struct processes;

struct options {
	enum options_action action;
	const char *interface[OPTIONS_LIST];	/* -i, as they were given */
	unsigned int ninterfaces;
	const char *netns;		/* --netns */
	struct capture_place place[OPTIONS_LIST];	/* owned: those that
					 * -i names, see options_places() */
	unsigned int nplaces;
	const char *read[OPTIONS_LIST];
	unsigned int nread;
	const char *plugin[OPTIONS_LIST];
	unsigned int nplugins;
	const char *write;		/* -w */
	struct dumper_options dump;	/* how that is written */
	const char *linktype;		/* -y, a name */
	const char *user;		/* -Z */
	enum options_backend backend;
	struct capture_options capture;
	char *filter;			/* owned; capture.filter points here */
	struct selection *selection;	/* owned */
	struct sink_options sink;
	struct session_config session;
	struct process_filter *process_filter;	/* owned; NULL: all */
	struct processes *processes;	/* who finds them, or NULL: main()'s */
	uint8_t no_processes;		/* --no-processes */
	uint8_t sockets;		/* --sockets */
	uint32_t workers;		/* --workers */
	struct replay_options replay;
	struct rules rules;		/* --map-ip and the like */
	uint64_t count;			/* -c; 0: without end */
	int64_t stats;			/* --stats, nanoseconds; 0: never */
	uint8_t dump_filter;		/* -d: 1, -dd: 2, -ddd: 3 */
	uint8_t line_buffered;		/* -l */
	uint8_t packet_buffered;	/* -U */
	uint8_t resolve;		/* -N */
	uint8_t no_sandbox;
	int8_t dedup;			/* -1: live, but not of files */
	uint8_t color_always, color_never;
};

/* -1 and errbuf on a usage error.  Free what it holds either way. */
int options_parse(struct options *, int argc, char **argv, struct errbuf *);
void options_free(struct options *);

/* What -i and --netns come to; options_parse() has done that.  Whoever finds
 * an interface where none is named, appends to the list and calls it again. */
int options_places(struct options *, struct errbuf *);

void options_help(FILE *);

#endif
