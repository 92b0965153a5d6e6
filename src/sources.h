/*
 * sources.h: opens what -i or -r name.
 */
#ifndef SRC_SOURCES_H
#define SRC_SOURCES_H

#include "options/options.h"

/* The interface; NULL and errbuf on failure. */
struct capture *sources_live(const struct options *, struct errbuf *);

/* All files as one.  One that cannot be opened, or later be read to its end,
 * is told of by "failed", and the others go on.  NULL when there is none, or
 * pipeline_stop is set. */
struct capture *sources_files(const struct options *,
    void (*failed)(void *, const struct errbuf *), void *arg);

#endif
