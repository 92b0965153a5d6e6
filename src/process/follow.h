/*
 * follow.h: who opens connections and who listens, told by the kernel when it
 * happens.
 *
 * A socket may be gone before anybody can ask whose it is.  Where the kernel
 * takes BPF programs, they note who opens a connection of TCP, and what came of
 * it stands in a ring until it is read: at the latest when a quarter of it is
 * full, or when somebody begins to listen, which is told, too.
 */
#ifndef SRC_PROCESS_FOLLOW_H
#define SRC_PROCESS_FOLLOW_H

#include <stdint.h>

#include "core/errbuf.h"
#include "process/opener.h"

enum { FOLLOW_NETNS = 16 };	/* network namespaces, at most */

struct follow;

/*
 * In these namespaces, by their inodes.  It takes CAP_BPF and CAP_PERFMON, here
 * alone.  NULL and errbuf when it cannot be had.  Then "opened" is called by
 * follow_read().
 */
struct follow *follow_open(const uint32_t *netns, unsigned int n,
    void (*opened)(void *, const struct opened *), void *arg,
    struct errbuf *);
void follow_close(struct follow *);

/* A descriptor to poll; -1 for NULL. */
int follow_fd(const struct follow *);
/* All that is there. */
void follow_read(struct follow *);
/* How many were lost, since nobody read; 0 for NULL. */
uint64_t follow_lost(const struct follow *);

/* "libbpf": what the build has for this, or "". */
extern const char follow_built[];

#endif
