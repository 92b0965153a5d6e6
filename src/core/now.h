/*
 * now.h: what time it is, in nanoseconds.
 */
#ifndef SRC_CORE_NOW_H
#define SRC_CORE_NOW_H

#include <stdint.h>
#include <time.h>

static inline int64_t
now_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Since 1970, as packets are stamped; whoever sets the clock, changes it. */
static inline int64_t
now_realtime(void)
{
	return now_of(CLOCK_REALTIME);
}

/* Since some time; only distances mean something. */
static inline int64_t
now_monotonic(void)
{
	return now_of(CLOCK_MONOTONIC);
}

#endif
