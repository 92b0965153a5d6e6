/*
 * fetch.h: memory that is needed soon is brought into the cache.
 */
#ifndef SRC_CORE_FETCH_H
#define SRC_CORE_FETCH_H

enum { FETCH_LINE = 64 };	/* bytes of a line of the cache, mostly */

/* Unrolled: what is fetched is mostly of a size that is known. */
static inline void
fetch(const void *from, const void *end)
{
#pragma GCC unroll 8
	for (const char *p = from; p < (const char *)end; p += FETCH_LINE)
		__builtin_prefetch(p);
	__builtin_prefetch((const char *)end - 1);
}

/* The same for what will be written to. */
static inline void
fetch_to_write(const void *from, const void *end)
{
#pragma GCC unroll 8
	for (const char *p = from; p < (const char *)end; p += FETCH_LINE)
		__builtin_prefetch(p, 1);
	__builtin_prefetch((const char *)end - 1, 1);
}

/* The same where another core may have it: that one's copy goes. */
static inline void
fetch_exclusive_line(const void *line)
{
#ifdef __x86_64__
	/* For all that it may take for granted, the compiler would ask for the
	 * line as for one that is read. */
	__asm__ volatile("prefetchw %0" : : "m" (*(const char *)line));
#else
	__builtin_prefetch(line, 1);
#endif
}

static inline void
fetch_exclusive(const void *from, const void *end)
{
#pragma GCC unroll 8
	for (const char *p = from; p < (const char *)end; p += FETCH_LINE)
		fetch_exclusive_line(p);
	fetch_exclusive_line((const char *)end - 1);
}

#endif
