/*
 * child.h: another process of the program, which has only a socket.
 *
 * For what the process that parses packets shall not be able to do itself.  It
 * is asked through the socket, and ends when nobody holds the other end: by
 * itself, for in the sandbox nobody can end it.
 */
#ifndef SRC_CORE_CHILD_H
#define SRC_CORE_CHILD_H

#include "core/errbuf.h"

enum { CHILD_SOCKETS = 128 };

/*
 * Starts run(fd, arg) there, before there are threads; the process ends with
 * it.  Our end of the socket, which is of type SOCK_STREAM or SOCK_SEQPACKET,
 * or -1 and errbuf.
 */
int child_start(int type, void (*run)(int fd, void *arg), void *arg,
    struct errbuf *);

/* What child_start() does there first, for who forks by itself: nothing stays
 * open but these sockets, CHILD_SOCKETS at most, and what a terminal sends to
 * all is ignored. */
void child_settle(const int *fd, unsigned int n);

#endif
