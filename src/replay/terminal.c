/* terminal.c: keys from the terminal, and what being stopped does to time. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "replay/terminal.h"

enum { TERMINAL_NS = 1000000000 };

static struct termios found, ours;
static volatile sig_atomic_t has_keys, continued;

/* What would end us with the terminal as it is. */
static const int deadly[] = { SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE,
    SIGSEGV, SIGALRM, SIGXCPU };

enum { DEADLY = sizeof(deadly) / sizeof(deadly[0]) };

/* In the background it belongs to others, and whoever touches it is
 * stopped. */
static int
is_ours(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void
set(const struct termios *t)
{
	if (has_keys && is_ours())
		tcsetattr(STDIN_FILENO, TCSANOW, t);
}

static void
catch(int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

/* Only where nobody else wants to know: a sanitizer does. */
static void
catch_default(int sig, void (*handler)(int))
{
	struct sigaction old;

	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		catch(sig, handler);
}

static void
on_death(int sig)
{
	set(&found);
	catch(sig, SIG_DFL);
	raise(sig);
}

static void
on_stop(int sig)
{
	int saved = errno;
	sigset_t mask, old;

	set(&found);
	catch(sig, SIG_DFL);
	raise(sig);
	sigemptyset(&mask);
	sigaddset(&mask, sig);
	sigprocmask(SIG_UNBLOCK, &mask, &old);
	/* Here it stands still, and goes on. */
	sigprocmask(SIG_SETMASK, &old, NULL);
	catch(sig, on_stop);
	errno = saved;
}

static void
on_continue(int sig)
{
	int saved = errno;

	(void)sig;
	continued = 1;
	set(&ours);
	errno = saved;
}

int
terminal_open(int keys)
{
	continued = 0;
	catch_default(SIGCONT, on_continue);
	if (!keys || tcgetattr(STDIN_FILENO, &found) == -1)
		return 0;
	ours = found;
	ours.c_lflag &= (tcflag_t)~(ICANON | ECHO);
	ours.c_cc[VMIN] = 0;
	ours.c_cc[VTIME] = 0;
	has_keys = 1;
	catch_default(SIGTSTP, on_stop);
	for (unsigned int i = 0; i < DEADLY; i++)
		catch_default(deadly[i], on_death);
	set(&ours);
	return 1;
}

void
terminal_close(void)
{
	set(&found);
	has_keys = 0;
}

int
terminal_key(int64_t timeout)
{
	struct timespec t = {
		.tv_sec = (time_t)(timeout / TERMINAL_NS),
		.tv_nsec = (long)(timeout % TERMINAL_NS)
	};
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char key;

	if (!has_keys || !is_ours())
		p.fd = -1;
	if (ppoll(&p, 1, &t, NULL) != 1)
		return 0;
	if (read(STDIN_FILENO, &key, 1) == 1)
		return key;
	/* The terminal is gone. */
	has_keys = 0;
	return 0;
}

int
terminal_was_stopped(void)
{
	int was = continued;

	continued = 0;
	return was;
}
