/* thread.c: a thread that is left alone by signals. */
#include <signal.h>

#include "core/thread.h"

int
thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t others, before;
	int error;

	sigfillset(&others);
	sigdelset(&others, SIGSYS);
	pthread_sigmask(SIG_BLOCK, &others, &before);
	error = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}
