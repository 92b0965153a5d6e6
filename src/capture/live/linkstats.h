/*
 * linkstats.h: what an interface itself has dropped, over rtnetlink.
 */
#ifndef SRC_CAPTURE_LIVE_LINKSTATS_H
#define SRC_CAPTURE_LIVE_LINKSTATS_H

#include <stdint.h>

/* A socket to ask through, about interfaces of the namespace that this thread
 * is in now; -1 when there is none to be had. */
int linkstats_open(void);

/* Frames that the interface had no room for, since it exists.  0, or -1 when
 * the kernel does not say. */
int linkstats_missed(int fd, uint32_t ifindex, uint64_t *missed);

#endif
