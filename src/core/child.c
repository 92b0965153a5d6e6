/* child.c: another process of the program, which has only a socket. */
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/child.h"

static int
by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Kernels before 5.9 have no close_range(2). */
static void
close_all(unsigned int from, unsigned int to)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (from > to || close_range(from, to, 0) == 0)
		return;
	for (unsigned int i = from; i <= to && (long)i < most; i++)
		close((int)i);
}

/* Who reads what the program writes is not to wait for this one, and nothing
 * that is open is its business but these. */
static void
leave_descriptors(const int *fd, unsigned int n)
{
	int keep[CHILD_SOCKETS], null = open("/dev/null", O_RDWR);
	unsigned int from = STDERR_FILENO + 1;

	memcpy(keep, fd, n * sizeof(*fd));
	qsort(keep, n, sizeof(*keep), by_value);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (bsearch(&i, keep, n, sizeof(*keep), by_value) == NULL &&
		    (null == -1 || dup2(null, i) == -1))
			close(i);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int next = (unsigned int)keep[i];

		if (next < from)
			continue;
		close_all(from, next - 1);
		from = next + 1;
	}
	close_all(from, ~0U);
}

/* What a terminal sends to all is for the other process: this one answers
 * until its end. */
static void
leave_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT,
	    SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

void
child_settle(const int *fd, unsigned int n)
{
	leave_signals();
	leave_descriptors(fd, n);
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
		child_settle(&fd[1], 1);
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
