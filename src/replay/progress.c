/* progress.c: one line on a terminal that tells how far a replay has come. */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "replay/progress.h"

#define PROGRESS_EVERY	INT64_C(200000000)	/* ns */

enum { PROGRESS_NS = 1000000000, PROGRESS_WIDTH = 79, PROGRESS_KEPT = 5,
	PROGRESS_LINE = 256 };

static uint8_t is_open, shown, shared;
static int64_t next;			/* when the line is to change */

/* Shown some time ago, to tell the rate. */
static struct { int64_t now; uint64_t packets; } before[PROGRESS_KEPT];
static unsigned int turn;		/* the oldest of them */

/* Do both descriptors lead to one terminal? */
static int
same(int a, int b)
{
	struct stat x, y;

	return isatty(a) && isatty(b) && fstat(a, &x) == 0 &&
	    fstat(b, &y) == 0 && x.st_rdev == y.st_rdev &&
	    x.st_ino == y.st_ino;
}

int
progress_open(int views)
{
	const char *term = getenv("TERM");

	is_open = isatty(STDERR_FILENO) && term != NULL &&
	    strcmp(term, "dumb") != 0;
	shared = views && same(STDOUT_FILENO, STDERR_FILENO);
	shown = 0;
	next = 0;
	turn = 0;
	memset(before, 0, sizeof(before));
	return is_open;
}

void
progress_close(void)
{
	progress_hide();
	is_open = 0;
}

static void
put(const char *s, size_t n)
{
	ssize_t done = write(STDERR_FILENO, s, n);

	(void)done;		/* nobody to tell */
}

void
progress_hide(void)
{
	if (shown)
		put("\r\033[K", 4);
	shown = 0;
}

void
progress_give_way(int64_t when)
{
	if (!shared)
		return;
	progress_hide();
	next = when;
}

int
progress_due(int64_t now)
{
	return is_open && now >= next;
}

struct line {
	char text[PROGRESS_LINE + 3];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->n, PROGRESS_LINE - l->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->n += (size_t)n;
	if (l->n >= PROGRESS_LINE)
		l->n = PROGRESS_LINE - 1;
}

static void
add_time(struct line *l, int64_t time, int64_t start)
{
	time_t seconds = (time_t)(time / PROGRESS_NS);
	long long passed = (time - start) / PROGRESS_NS;
	struct tm tm;
	char text[32];

	if (localtime_r(&seconds, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		add(l, "%s", text);
	if (passed >= 0)
		add(l, " +%lld:%02lld:%02lld", passed / 3600,
		    passed / 60 % 60, passed % 60);
}

/* Packets a second of late; the first time there is nothing to compare. */
static void
add_rate(struct line *l, const struct progress *p)
{
	unsigned int i = before[turn].now != 0 ? turn : 0;
	int64_t took = p->now - before[i].now;

	if (before[i].now != 0 && took > 0)
		add(l, "  %.0f/s", (double)(p->packets -
		    before[i].packets) * PROGRESS_NS / (double)took);
	if (p->now - before[(turn + PROGRESS_KEPT - 1) % PROGRESS_KEPT].now <
	    PROGRESS_EVERY)
		return;
	before[turn].now = p->now;
	before[turn].packets = p->packets;
	turn = (turn + 1) % PROGRESS_KEPT;
}

static size_t
width(void)
{
	struct winsize w;

	/* The last column stays free: some terminals would wrap. */
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ?
	    w.ws_col - 1U : PROGRESS_WIDTH;
}

void
progress_show(const struct progress *p)
{
	struct line l = { "\r", 1 };
	size_t most = width() + 1;

	if (p->size > 0)
		add(&l, "%3.0f%%  ", p->offset < p->size ?
		    (double)p->offset * 100 / (double)p->size : 100.0);
	if (p->packets > 0)
		add_time(&l, p->time, p->start);
	add(&l, "  %llu packet%s", (unsigned long long)p->packets,
	    p->packets == 1 ? "" : "s");
	add_rate(&l, p);
	if (p->speed > 0 && p->speed != 1)
		add(&l, "  x%g", p->speed);
	if (p->paused)
		add(&l, "  paused");
	else if (p->left > 0)
		add(&l, "  next in %lld s",
		    (long long)(p->left / PROGRESS_NS + 1));
	if (l.n > most)
		l.n = most;
	/* Whole, so that nothing of others comes between. */
	memcpy(l.text + l.n, "\033[K", 3);
	put(l.text, l.n + 3);
	shown = 1;
	next = p->now + PROGRESS_EVERY;
}
