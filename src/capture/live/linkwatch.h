/*
 * linkwatch.h: a socket that tells when an interface comes or changes, over
 * rtnetlink.  What it says is not read, only that it says something.
 *
 * It belongs to the namespace in which it was opened, also when its thread has
 * left that, and needs no privilege.
 */
#ifndef SRC_CAPTURE_LIVE_LINKWATCH_H
#define SRC_CAPTURE_LIVE_LINKWATCH_H

/* A socket, which says nothing yet; -1 when there is none to be had: then one
 * has to look from time to time. */
int linkwatch_open(void);

/* From now on, or until now, it is readable when there is something to tell.
 * -1 is a socket that tells nothing. */
void linkwatch_start(int fd);
void linkwatch_stop(int fd);

/* It has been heard. */
void linkwatch_drain(int fd);

#endif
