/*
 * highfd.h: descriptors that are never written to.
 *
 * To write to a packet socket is to send a frame, which is nothing that a
 * capture does.  They are kept apart by number, so that the sandbox can refuse
 * it: see sandbox/calls.c.
 */
#ifndef SRC_CORE_HIGHFD_H
#define SRC_CORE_HIGHFD_H

enum { HIGHFD = 512 };

/* Moves it to HIGHFD or above, close-on-exec; where the process may not have
 * so many descriptors, it stays what it is.  -1 stays -1. */
int highfd_move(int fd);

#endif
