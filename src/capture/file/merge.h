/*
 * merge.h: several sources as one, their frames in the order of time.
 *
 * Each time the earliest of the sources' next frames is lent.  Of equal ones
 * the source that was named first goes first, and the order within a source is
 * never changed, also where its time jumps back.
 */
#ifndef SRC_CAPTURE_FILE_MERGE_H
#define SRC_CAPTURE_FILE_MERGE_H

#include "capture/capture.h"

/*
 * Takes over n >= 1 sources of files, whatever it answers.  NULL and errbuf
 * when there is no memory.
 *
 * A source whose read fails is told to failed(), within the read of the whole
 * that found it; the others go on, and that read never gives CAPTURE_ERROR.
 * One that is waited for holds up all: the whole is idle.
 */
struct capture *merge_open(struct capture *const *, unsigned int n,
    void (*failed)(void *arg, const struct errbuf *), void *arg,
    struct errbuf *);

#endif
