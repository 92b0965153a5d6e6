/* child.c: another process of the program, which has only a socket. */
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"

/* Who reads our output waits until all have closed it, and this process has no
 * business with any descriptor but one. */
static void
leave_descriptors(int fd)
{
	int null = open("/dev/null", O_RDWR);
	long most = sysconf(_SC_OPEN_MAX);

	for (int i = 0; i <= STDERR_FILENO; i++)
		if (null == -1)
			close(i);
		else
			dup2(null, i);
	if (close_range(STDERR_FILENO + 1, (unsigned int)fd - 1, 0) == 0 &&
	    close_range((unsigned int)fd + 1, UINT32_MAX, 0) == 0)
		return;
	for (int i = STDERR_FILENO + 1; i < most; i++)
		if (i != fd)
			close(i);
}

/* What a terminal sends to all is for the other process: this one answers
 * until its end. */
static void
leave_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT,
	    SIGUSR1, SIGUSR2, SIGPIPE };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

int
child_start(int type, void (*run)(int, void *), void *arg, struct errbuf *e)
{
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) == -1)
		return err_set(e, "socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		/* It may be waiting for what nobody wants any more. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		leave_signals();
		leave_descriptors(fd[1]);
		run(fd[1], arg);
		_exit(0);
	}
	if (pid == -1) {
		err_set(e, "fork: %s", strerror(errno));
		close(fd[0]);
		fd[0] = -1;
	}
	close(fd[1]);
	return fd[0];
}
