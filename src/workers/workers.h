/*
 * workers.h: sessions on several cores.
 *
 * The pipeline's thread reads, and deals each frame to the worker that owns its
 * flow, in batches.  A plain frame (dissect/glance.h) whose bytes stay where
 * they are is dissected by its owner.  Any other is dissected before it is
 * dealt, so fragments and tunnels are done with by then.  Of files, that thread
 * is the first of the workers, too.  A worker has a table, a sink and buffers
 * of its own.  What it says is put together again in the order of packets: the
 * same whatever the number of workers, but for sessions that time out at the
 * same packet.
 *
 * All calls are for the pipeline's thread.
 */
#ifndef SRC_WORKERS_WORKERS_H
#define SRC_WORKERS_WORKERS_H

#include "options/options.h"
#include "output/sink.h"

struct capture;
struct defrag;
struct registry;
struct workers;

/*
 * For options->workers threads.  Records end up in the sink's buffer, whose
 * sink needs no other; what is passed must outlive the workers.  NULL and
 * errbuf on failure.
 */
struct workers *workers_new(const struct options *, const struct registry *,
    struct defrag *, struct sink *, struct errbuf *);
void workers_free(struct workers *);

/* Starts the threads, for the frames of that source: before the first one, and
 * behind sandbox_enter(), of which threads have a part each.  -1 and errbuf on
 * failure. */
int workers_start(struct workers *, struct capture *, struct errbuf *);

/* Deals the packet of that number, the next one from 1; 1 when its 4-tuple is
 * selected.  The frame's bytes are not the caller's to keep: they were copied,
 * or the source was told that they must stay. */
int workers_deal(struct workers *, const struct frame *, uint64_t number);

/* No packet comes: time goes on without one. */
void workers_idle(struct workers *, int64_t now);

/* Waits until all that was dealt has gone to the buffer. */
void workers_drain(struct workers *);

/* The capture is over: every session ends, in order of appearance. */
void workers_finish(struct workers *);

/* Sums over all; only behind workers_drain() or workers_finish(). */
const struct session_stats *workers_stats(struct workers *);
uint64_t workers_selected(const struct workers *);

/* -1 and errbuf when something of what they had to say is lost; only behind
 * workers_drain() or workers_finish(). */
int workers_check(const struct workers *, struct errbuf *);

#endif
