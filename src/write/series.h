/*
 * series.h: when -w goes on in another file, and what that is called.
 *
 * Time is packet time.  Periods follow each other without a gap from the
 * first time that is told.  A stamp that leaps by more than a day counts only
 * when the next one agrees.
 */
#ifndef SRC_WRITE_SERIES_H
#define SRC_WRITE_SERIES_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

struct series_options {
	uint64_t bytes;		/* -C; 0: without end */
	int64_t period;		/* -G, nanoseconds; 0: without end */
	uint32_t files;		/* -W; 0: any number */
};

enum series_turn {
	SERIES_STAY,		/* go on in the file */
	SERIES_NEXT,		/* another one begins */
	SERIES_OVER,		/* that was the last one */
};

struct series {
	const struct series_options *options;
	const char *pattern;	/* of the names */
	size_t stem;		/* numbers go behind so much of it */
	int64_t from, until;	/* the period: from <= t < until */
	int64_t suspect;	/* a time that leapt; 0: there is none */
	uint32_t number;	/* of the file, by -C, within its period */
	uint64_t periods;	/* that are over */
	char name[PATH_MAX];	/* of the file, "" before the first one */
	char base[PATH_MAX];	/* the same without number */
};

/* The options and the pattern must outlive it. */
void series_init(struct series *, const struct series_options *,
    const char *pattern, size_t stem);

/* Are files made one after the other at all? */
static inline int
series_turns(const struct series *s)
{
	return s->options->bytes != 0 || s->options->period != 0;
}

/* Was a time told yet? */
static inline int
series_has_begun(const struct series *s)
{
	return s->from != INT64_MAX;
}

/* Is it a ring, in which the oldest file makes room for the newest? */
static inline int
series_is_ring(const struct series *s)
{
	return s->options->bytes != 0 && s->options->files != 0;
}

/* Does nothing change at that time, with so many bytes in the file? */
static inline int
series_goes_on(const struct series *s, int64_t t, uint64_t size)
{
	return t >= s->from && t < s->until && (s->options->bytes == 0 ||
	    size <= s->options->bytes);
}

/* Else: what?  With SERIES_NEXT "name" is that of the next file.  -1 and
 * errbuf when the name is too long. */
int series_turn(struct series *, int64_t t, uint64_t size,
    struct errbuf *);

#endif
