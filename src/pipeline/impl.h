/*
 * impl.h: the inside of a pipeline.
 *
 * Only the files of pipeline.h use this.
 */
#ifndef SRC_PIPELINE_IMPL_H
#define SRC_PIPELINE_IMPL_H

#include "dissect/copies.h"
#include "ifnames.h"
#include "pipeline/pipeline.h"
#include "processes.h"
#include "readers.h"
#include "rewrite/rewrite.h"
#include "statistics.h"
#include "workers/workers.h"
#include "writing.h"

struct pipeline {
	const struct options *options;
	const struct registry *registry;
	struct defrag *defrag;
	struct copies *copies;		/* NULL: there can be none, so far */
	struct session_table *table;
	struct workers *workers;	/* in its place, or NULL */
	struct book *book;		/* beside the table, or NULL */
	struct sockets *sockets;	/* likewise */
	struct ifnames names;
	struct rewriter *rewriter;	/* of what is written, or NULL */
	struct writing writing;
	struct outbuf out;
	struct outbuf *output[READERS];	/* out, and the writer's or NULL */
	struct sink sink;
	struct sink_options sink_options;
	struct pipeline_stats stats;
	struct statistics statistics;	/* of --stats */
	struct account account;
	struct capture *capture;	/* that runs or has run through it */
	uint8_t over;			/* it has run: see pipeline_account() */
	uint8_t done;
	uint8_t stopping;		/* what came before is still read */
	uint8_t told;			/* that the output has failed */
	uint8_t told_lost;		/* that a reader is too slow */
	const struct pipeline_calls *calls;
	struct frame *frame;		/* at hand: room[], or workers_room() */
	struct frame room[CAPTURE_BATCH];
	struct packet packet[CAPTURE_BATCH];
	struct session_lookup lookup[CAPTURE_BATCH];
};

static inline int
pipeline_selects(const struct pipeline *l, const struct session *s)
{
	const struct options *o = l->options;

	return selection_session(o->selection, s) &&
	    (o->process_filter == NULL ||
	    process_filter_match(o->process_filter, l->book, s));
}

static inline int
pipeline_over(const struct pipeline *l)
{
	return l->done || l->writing.over;
}

/* batch.c: the first n of frame[] go all the way.  -1 and errbuf when an output
 * failed. */
int pipeline_batch(struct pipeline *, struct capture *, int n,
    struct errbuf *);

/* between.c: whatever does not belong to a packet; n as capture_read()
 * answered. */
int pipeline_between(struct pipeline *, struct capture *, int n,
    struct errbuf *);

/* Its pieces.  By the clock, or that of a replay: */
int64_t pipeline_clock(const struct capture *);
int pipeline_check_output(struct pipeline *, struct errbuf *);
/* What the sandbox has refused since the last time. */
void pipeline_tell_refused(struct pipeline *);
void pipeline_account(struct pipeline *);
void pipeline_show_stats(struct pipeline *);

#endif
