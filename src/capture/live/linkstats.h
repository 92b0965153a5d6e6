/*
 * linkstats.h: what an interface itself has dropped, over rtnetlink.
 */
#ifndef SRC_CAPTURE_LIVE_LINKSTATS_H
#define SRC_CAPTURE_LIVE_LINKSTATS_H

#include <stdint.h>

/* Frames that the interface had no room for, since it exists (in this
 * thread's network namespace).  0, or -1 when the kernel does not say. */
int linkstats_missed(uint32_t ifindex, uint64_t *missed);

#endif
