/*
 * follow.h: sockets of TCP as they change their state, told by the kernel:
 * whose a connection was is known however short it lived.
 *
 * Through BPF where the build has libbpf and the program may use it (CAP_BPF
 * and CAP_PERFMON when it starts), at the tracepoint sock:inet_sock_set_state.
 */
#ifndef SRC_PROCESS_FOLLOW_H
#define SRC_PROCESS_FOLLOW_H

#include "process/desk.h"

struct follow;

/* What it learns goes to desk->recent.  NULL and the reason. */
struct follow *follow_open(struct desk *, struct errbuf *);
/* To poll; -1 for NULL. */
int follow_fd(const struct follow *);
/* Takes what has come. */
void follow_read(struct follow *);

#endif
