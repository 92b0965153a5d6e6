/*
 * thread.h: a thread that is left alone by signals.
 *
 * Those that others send are for the thread that waits for frames.  A thread
 * gets only what it has brought about itself, SIGSEGV and the like; SIGSYS is
 * one of them, see sandbox/sandbox.h.
 */
#ifndef SRC_CORE_THREAD_H
#define SRC_CORE_THREAD_H

#include <pthread.h>

/* As pthread_create(): 0 or an errno. */
int thread_start(pthread_t *, void *(*run)(void *), void *arg);

#endif
