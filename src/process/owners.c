/* owners.c: which process has a socket, found through /proc/PID/fd. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mix.h"
#include "core/now.h"
#include "process/owners.h"
#include "process/procfs.h"

#define CREDIT_MOST	INT64_C(200000000)	/* ns at a time */

enum {
	SHARE		= 10,		/* of the time goes into walks: 1/10 */
	BITS		= 16,
	SLOTS		= 1 << BITS,	/* sockets that are remembered */
	PROBES		= 8,
	BUSY		= 8,		/* processes that had sockets lately */
	BUSY_FDS	= 1024,		/* looked at in each of them */
	PROCESSES	= 1 << 16,	/* that are told from new ones */
};

struct owners {
	int proc;
	struct owner *slot;		/* pid 0: a walk has not found it */
	uint32_t *seen, nseen;		/* processes, ascending */
	uint32_t busy[BUSY];		/* the latest first */
	int64_t credit, counted;	/* ns; when it was counted */
	struct owners_stats stats;
};

struct owners *
owners_new(int proc, struct errbuf *e)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (o != NULL) {
		o->proc = proc;
		o->credit = CREDIT_MOST;
		o->counted = now_monotonic();
		o->slot = calloc(SLOTS, sizeof(*o->slot));
		o->seen = calloc(PROCESSES, sizeof(*o->seen));
		if (o->slot != NULL && o->seen != NULL)
			return o;
	}
	err_set(e, "processes: %s", strerror(errno));
	owners_free(o);
	return NULL;
}

void
owners_free(struct owners *o)
{
	if (o == NULL)
		return;
	free(o->slot);
	free(o->seen);
	free(o);
}

const struct owners_stats *
owners_stats(const struct owners *o)
{
	return &o->stats;
}

static uint32_t
home(uint32_t inode)
{
	return (uint32_t)(mix(inode, UINT64_C(0xa0761d6478bd642f)) >>
	    (64 - BITS));
}

static struct owner *
find(struct owners *o, uint32_t inode)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		struct owner *w = &o->slot[(home(inode) + i) % SLOTS];

		if (w->inode == inode)
			return w;
	}
	return NULL;
}

/* In a free place, or else where another stood: its time is over first. */
static void
remember(struct owners *o, uint32_t inode, uint32_t pid, uint32_t fd)
{
	struct owner *w = find(o, inode);

	if (w != NULL && w->pid == 0)
		*w = (struct owner){ inode, pid, fd, 0 };
	if (w != NULL && w->pid != pid) {
		w->shared = 1;
		if (w->pid < pid)
			return;
		w->pid = pid;
		w->fd = fd;
	}
	for (uint32_t i = 0; i < PROBES && w == NULL; i++) {
		w = &o->slot[(home(inode) + i) % SLOTS];
		if (w->inode != 0)
			w = NULL;
	}
	if (w == NULL)
		w = &o->slot[(home(inode) + inode % PROBES) % SLOTS];
	if (w->inode != inode)
		*w = (struct owner){ inode, pid, fd, 0 };
}

/* What the process has open, up to so many descriptors. */
static void
look_through(struct owners *o, uint32_t pid, uint32_t most)
{
	char path[32], link[64];
	const struct dirent *d;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%u/fd", pid);
	fd = openat(o->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return;
	}
	while (most > 0 && (d = readdir(dir)) != NULL) {
		ssize_t n = d->d_name[0] == '.' ? -1 : readlinkat(fd,
		    d->d_name, link, sizeof(link));
		uint32_t inode = n > 0 ? procfs_inode(link, (size_t)n) : 0;

		o->stats.links++;
		most--;
		if (inode != 0)
			remember(o, inode, pid, procfs_number(d->d_name));
	}
	closedir(dir);
}

static int
was_seen(const struct owners *o, uint32_t pid)
{
	uint32_t from = 0, to = o->nseen;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (o->seen[middle] < pid)
			from = middle + 1;
		else
			to = middle;
	}
	return from < o->nseen && o->seen[from] == pid;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Processes; only those that are new, or all. */
static void
walk(struct owners *o, int all)
{
	int fd = openat(o->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	uint32_t *now = calloc(PROCESSES, sizeof(*now)), n = 0;
	const struct dirent *d;

	while (dir != NULL && now != NULL && (d = readdir(dir)) != NULL) {
		uint32_t pid = procfs_number(d->d_name);

		if (pid == 0 || n == PROCESSES)
			continue;
		now[n++] = pid;
		if (all || !was_seen(o, pid))
			look_through(o, pid, UINT32_MAX);
	}
	if (dir != NULL)
		closedir(dir);
	else if (fd != -1)
		close(fd);
	if (now == NULL)
		return;
	qsort(now, n, sizeof(*now), by_value);
	free(o->seen);
	o->seen = now;
	o->nseen = n;
}

/* Does it still have it?  One look, where the walk would be many. */
static int
still_has(const struct owners *o, const struct owner *w)
{
	char path[48], link[64];
	ssize_t n;

	snprintf(path, sizeof(path), "%u/fd/%u", w->pid, w->fd);
	n = readlinkat(o->proc, path, link, sizeof(link));
	return n > 0 && procfs_inode(link, (size_t)n) == w->inode;
}

void
owners_expect(struct owners *o, uint32_t pid)
{
	unsigned int i = 0;

	while (i < BUSY - 1 && o->busy[i] != pid)
		i++;
	memmove(&o->busy[1], &o->busy[0], i * sizeof(o->busy[0]));
	o->busy[0] = pid;
}

/* How many are still not found. */
static unsigned int
fill(struct owners *o, struct owner *want, unsigned int n)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct owner *w;

		if (want[i].inode == 0 || want[i].pid != 0)
			continue;
		w = find(o, want[i].inode);
		if (w != NULL && w->pid != 0 && still_has(o, w)) {
			want[i] = *w;
			owners_expect(o, w->pid);
			continue;
		}
		if (w != NULL && w->pid != 0)
			w->inode = 0;
		left++;
	}
	return left;
}

static uint32_t
second(void)
{
	return (uint32_t)(now_monotonic() / 1000000000);
}

/* Are there any that the last walks have not missed?  Sockets of the kernel's
 * own are in no process. */
static int
is_worth_a_walk(struct owners *o, const struct owner *want, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct owner *w = want[i].inode != 0 &&
		    want[i].pid == 0 ? find(o, want[i].inode) : NULL;

		if (want[i].inode != 0 && want[i].pid == 0 &&
		    (w == NULL || w->pid != 0 || second() - w->fd > 1))
			return 1;
	}
	return 0;
}

static void
note_missed(struct owners *o, const struct owner *want, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (want[i].inode != 0 && want[i].pid == 0) {
			struct owner *w = find(o, want[i].inode);

			if (w != NULL)
				w->fd = second();
			else
				remember(o, want[i].inode, 0, second());
		}
}

static void
count_time(struct owners *o)
{
	int64_t now = now_monotonic();

	o->credit += (now - o->counted) / SHARE;
	if (o->credit > CREDIT_MOST)
		o->credit = CREDIT_MOST;
	o->counted = now;
}

/* Runs one kind of search, if there is time for it, at the cost of what it
 * takes. */
static unsigned int
search(struct owners *o, struct owner *want, unsigned int n,
    void (*look)(struct owners *))
{
	int64_t start;

	count_time(o);
	if (o->credit <= 0) {
		o->stats.put_off++;
		return n;
	}
	start = now_monotonic();
	look(o);
	o->credit -= now_monotonic() - start;
	return fill(o, want, n);
}

static void
look_busy(struct owners *o)
{
	uint32_t busy[BUSY];

	memcpy(busy, o->busy, sizeof(busy));
	for (unsigned int i = 0; i < BUSY && busy[i] != 0; i++)
		look_through(o, busy[i], BUSY_FDS);
}

static void
look_new(struct owners *o)
{
	walk(o, 0);
}

static void
look_all(struct owners *o)
{
	o->stats.walks++;
	walk(o, 1);
}

void
owners_find(struct owners *o, struct owner *want, unsigned int n,
    enum owners_effort effort)
{
	unsigned int left = fill(o, want, n);

	if (left > 0 && effort >= OWNERS_LIGHT)
		left = search(o, want, n, look_busy);
	if (left > 0 && effort >= OWNERS_LIGHT)
		left = search(o, want, n, look_new);
	if (left > 0 && effort >= OWNERS_FULL && is_worth_a_walk(o, want, n)) {
		uint64_t walks = o->stats.walks;

		(void)search(o, want, n, look_all);
		if (o->stats.walks > walks)
			note_missed(o, want, n);
	}
}
