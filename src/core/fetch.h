/*
 * fetch.h: memory that is needed soon is brought into the cache.
 */
#ifndef SRC_CORE_FETCH_H
#define SRC_CORE_FETCH_H

enum { FETCH_LINE = 64 };	/* bytes of a line of the cache, mostly */

/* What for.  Exclusive is what is written to where another core may have it:
 * that one's copy goes. */
enum fetch { FETCH_READ, FETCH_WRITE, FETCH_EXCLUSIVE };

static inline void
fetch_line(const void *line, enum fetch what)
{
	if (what == FETCH_READ)
		__builtin_prefetch(line);
#ifdef __x86_64__
	/* For all that it may take for granted, the compiler would ask for the
	 * line as for one that is read. */
	else if (what == FETCH_EXCLUSIVE)
		__asm__ volatile("prefetchw %0" : : "m" (*(const char *)line));
#endif
	else
		__builtin_prefetch(line, 1);
}

/* Unrolled: what is fetched is mostly of a size that is known. */
static inline void
fetch_lines(const void *from, const void *end, enum fetch what)
{
#pragma GCC unroll 8
	for (const char *p = from; p < (const char *)end; p += FETCH_LINE)
		fetch_line(p, what);
	fetch_line((const char *)end - 1, what);
}

static inline void
fetch(const void *from, const void *end)
{
	fetch_lines(from, end, FETCH_READ);
}

static inline void
fetch_to_write(const void *from, const void *end)
{
	fetch_lines(from, end, FETCH_WRITE);
}

#endif
