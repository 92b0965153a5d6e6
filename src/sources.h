/*
 * sources.h: opens what -i or -r name.
 */
#ifndef SRC_SOURCES_H
#define SRC_SOURCES_H

#include "options/options.h"

/* All interfaces as one; NULL and errbuf when one cannot be opened.  One that
 * fails later is told of by "failed", and the others go on; what befalls one
 * that itself goes on, by "tell". */
struct capture *sources_live(const struct options *,
    void (*failed)(void *, const struct errbuf *),
    void (*tell)(void *, const struct errbuf *), void *arg, struct errbuf *);

/*
 * Files, in two steps: nothing that stands in them is looked at in the first
 * one, which leaves a descriptor of each in fd[nread], or -1; the second takes
 * these over and makes all of them one source.  One that cannot be opened, or
 * later be read to its end, is told of by "failed", and the others go on.
 * NULL when there is none, or pipeline_stop is set.
 */
void sources_open(const struct options *, int *fd,
    void (*failed)(void *, const struct errbuf *), void *arg);
struct capture *sources_files(const struct options *, const int *fd,
    void (*failed)(void *, const struct errbuf *), void *arg);

#endif
