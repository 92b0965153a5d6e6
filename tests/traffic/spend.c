/*
 * spend.c: runs a program and says what it has spent.
 *
 * spend FD SECONDS COMMAND... runs COMMAND on one processor, its output thrown
 * away, and kills it when SECONDS have passed.  What it spent goes to FD: user
 * and system time in microseconds, most memory in KB, exit status (or 128 and
 * the signal).  Memory is why this is a program: Linux lets the memory of a
 * child begin with that of who forked it, and an interpreter is large.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t child;

static void
too_long(int sig)
{
	(void)sig;
	kill(child, SIGKILL);
}

/* The last processor that we may use: the first serves interrupts. */
static void
stay_on_one(void)
{
	cpu_set_t set;
	int cpu = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return;
	while (cpu > 0 && !CPU_ISSET(cpu, &set))
		cpu--;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void
command(char **argv)
{
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static long long
usec(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

int
main(int argc, char **argv)
{
	struct rusage u;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: spend FD SECONDS COMMAND...\n");
		return 2;
	}
	stay_on_one();
	if ((child = fork()) < 0)
		return 1;
	if (child == 0)
		command(argv + 3);
	signal(SIGALRM, too_long);
	alarm((unsigned int)atoi(argv[2]));
	while (wait4(child, &status, 0, &u) < 0)	/* EINTR */
		;
	dprintf(atoi(argv[1]), "%lld %lld %ld %d\n", usec(u.ru_utime),
	    usec(u.ru_stime), u.ru_maxrss, WIFEXITED(status) ?
	    WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
