/*
 * several.h: several live sources as one.
 *
 * Frames are lent in the order of time, as far as that can be had without
 * waiting for long: one is held back until every other source has a later one
 * at hand, or cannot have an earlier one any more, by the clock (SEVERAL_HOLD).
 * A source whose clock is another than the host's (-j) is taken to be right at
 * the time at which it hands over.  The order within a source is never changed.
 */
#ifndef SRC_CAPTURE_LIVE_SEVERAL_H
#define SRC_CAPTURE_LIVE_SEVERAL_H

#include "capture/capture.h"

/* A frame of a source that was opened with options.prompt is at hand within
 * twice its CAPTURE_PROMPT_MS: the kernel begins a block just after it has
 * looked whether one is due.  The rest is for the kernel to get round to it.
 * In nanoseconds. */
#define SEVERAL_HOLD	(2 * CAPTURE_PROMPT_MS * INT64_C(1000000) + 5000000)

/*
 * Takes over n >= 1 live sources, whatever it answers.  NULL and errbuf when
 * there is no memory.
 *
 * A source whose read fails is told to failed(), within the read of the whole
 * that found it; the others go on.  When none is left that is the end.  Parts
 * are the sources, also those that have failed.
 */
struct capture *several_open(struct capture *const *, unsigned int n,
    void (*failed)(void *arg, const struct errbuf *), void *arg,
    struct errbuf *);

#endif
