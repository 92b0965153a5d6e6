/*
 * pipeline.h: from a source's frames to a sink's lines.
 *
 * One pipeline owns its packets, its session table (or the workers that have
 * one each, see workers/workers.h) and its output buffer; the
 * registry is shared and const.  One source runs through it: several are made
 * one first, see capture/file/merge.h.
 */
#ifndef SRC_PIPELINE_H
#define SRC_PIPELINE_H

#include <signal.h>

#include "account.h"
#include "dissect/defrag.h"
#include "options/options.h"
#include "process/book.h"
#include "process/sockets.h"

struct pipeline;
struct registry;
struct rewrite_stats;

/* Set by signal handlers, looked at between batches. */
extern volatile sig_atomic_t pipeline_stop;	/* end, as if by itself;
						 * 2: at once, see below */
extern volatile sig_atomic_t pipeline_flush;	/* write out what is held */
extern volatile sig_atomic_t pipeline_reopen;	/* the file of -w, see
						 * dumper_reopen() */
extern volatile sig_atomic_t pipeline_report;	/* report() */

struct pipeline_stats {
	uint64_t packets;	/* read */
	uint64_t frame_bytes;	/* of these */
	uint64_t selected;
	uint64_t copies;	/* sights of packets that were seen before */
	uint64_t lost;		/* records: standard output was blocked */
	uint64_t written_lost;	/* packets: the file of -w, a pipe, was */
	const struct session_stats *sessions;
	struct book_stats processes;	/* of what they own */
	struct sockets_stats sockets;	/* of --sockets */
	const struct defrag_stats *defrag;
	const struct rewrite_stats *rewrite;	/* NULL: nothing is rewritten */
	const struct account *account;	/* up to the end of the run */
};

/* NULL and errbuf on failure.  Registry and options must outlive it. */
struct pipeline *pipeline_new(const struct options *, const struct registry *,
    struct errbuf *);
void pipeline_free(struct pipeline *);

/* What is said while it runs. */
struct pipeline_calls {
	void (*report)(void *arg);	/* pipeline_report was set */
	void (*warn)(void *arg, const struct errbuf *);	/* it goes on */
	void *arg;
	/* Or NULL.  Each packet that is selected, and the frame as the source
	 * lent it; the session may be NULL.  The number counts all that are
	 * read, from 1.  -1 and errbuf end the run. */
	int (*take)(void *arg, uint64_t number, const struct frame *,
	    const struct packet *, const struct session *, struct errbuf *);
	/* Or NULL.  Each session, when it ends. */
	void (*ended)(void *arg, const struct session *);
};

/* The calls must outlive the pipeline. */
void pipeline_on(struct pipeline *, const struct pipeline_calls *);

/* Runs the source to its end, or to -c, or until pipeline_stop: then what was
 * received before is read still, unless it is 2.  -1 and errbuf when the source
 * or an output failed; what came before is out. */
int pipeline_run(struct pipeline *, struct capture *, struct errbuf *);

/* Has an output failed, be it one without which the run goes on? */
int pipeline_failed(const struct pipeline *);

/* Ends every session and writes all out.  -1 and errbuf when that failed. */
int pipeline_finish(struct pipeline *, struct errbuf *);

void pipeline_stats(struct pipeline *, struct pipeline_stats *);

#endif
