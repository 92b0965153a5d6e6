/*
 * workers.h: sessions on several cores.
 *
 * Frames are read in batches, and each goes to the worker that owns its flow.
 * Of files the threads read in turn, and the pipeline's is one of them; live
 * that one does nothing but read.  A plain frame (dissect/glance.h) whose bytes
 * stay where they are is dissected when the next thread reads already.  Any
 * other is dissected at once, in order, so fragments and tunnels are done with
 * by then.  A worker has a table, a sink and buffers of its own.  What it says
 * is put together again in the order of packets: the same whatever the number
 * of workers, but for sessions that time out at the same packet.
 *
 * All calls are for the pipeline's thread, and for step(), see workers_run().
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

/* Calls step() until it answers 0: from one thread at a time, but of a file any
 * of theirs. */
void workers_run(struct workers *, int (*step)(void *), void *arg);

/* Room for what a source lends at once: frames that are read there need not be
 * copied. */
struct frame *workers_room(struct workers *);

/* Takes n packets, the first one of that number, which is the next from 1; how
 * many of their 4-tuples are selected.  The frames' bytes are not the caller's
 * to keep: they were copied, or the source was told that they must stay. */
unsigned int workers_take(struct workers *, const struct frame *,
    unsigned int n, uint64_t number);

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
