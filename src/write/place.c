/* place.c: where the files of -w are made: in a directory, opened once. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "write/place.h"

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

int
place_open(struct place *p, const char *path, int pattern, struct errbuf *e)
{
	size_t n = pattern ? strcspn(path, "%") : strlen(path);
	char dir[PATH_MAX] = ".";

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n >= sizeof(dir))
		return err_set(e, "%s: %s", path, strerror(ENAMETOOLONG));
	if (n > 0) {
		memcpy(dir, path, n);
		dir[n] = '\0';
	}
	p->path = path;
	p->skip = n;
	p->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->dir == -1)
		return err_set(e, "%s: %s", path, strerror(errno));
	return 0;
}

void
place_close(struct place *p)
{
	if (p->dir != -1)
		close(p->dir);
	p->dir = -1;
}

static int
place_refuse(const struct place *p, const char *name, const char *why,
    struct errbuf *e)
{
	return err_set(e, "%.*s%s: %s", (int)p->skip, p->path, name, why);
}

/* What is there already may be overwritten; -1 when not. */
static int
place_check(const struct place *p, const char *name, int regular,
    struct errbuf *e)
{
	struct stat st;

	if (fstatat(p->dir, name, &st, 0) == -1)
		return 0;
	if (regular && !S_ISREG(st.st_mode))
		return place_refuse(p, name, "it is no regular file, and "
		    "would be replaced by one", e);
	if (S_ISREG(st.st_mode) && p->is_taken != NULL &&
	    p->is_taken(p->arg, &st))
		return place_refuse(p, name, "it is being read, and would be "
		    "overwritten", e);
	return 0;
}

static int
place_made(const struct place *p, const char *name, int fd, struct stat *st,
    struct errbuf *e)
{
	if (fd != -1 && fstat(fd, st) == 0)
		return fd;
	place_refuse(p, name, strerror(errno), e);
	if (fd != -1)
		close(fd);
	return -1;
}

int
place_create(const struct place *p, const char *name, struct stat *st,
    struct errbuf *e)
{
	if (place_check(p, name, 0, e) == -1)
		return -1;
	return place_made(p, name, openat(p->dir, name, O_WRONLY | O_CREAT |
	    O_TRUNC | O_CLOEXEC, 0666), st, e);
}

int
place_begin(const struct place *p, const char *name, int make_room,
    struct stat *st, struct errbuf *e)
{
	char part[PATH_MAX + sizeof(PLACE_PART)];
	int fd;

	if (place_check(p, name, 1, e) == -1)
		return -1;
	if (make_room)
		unlinkat(p->dir, name, 0);
	snprintf(part, sizeof(part), "%s" PLACE_PART, name);
	/* One that is left of a run that was killed is nobody's any more; what
	 * else somebody put there, a link above all, is not followed. */
	unlinkat(p->dir, part, 0);
	fd = openat(p->dir, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0666);
	return place_made(p, part, fd, st, e);
}

int
place_holds(const struct place *p, const char *name, const struct stat *file)
{
	struct stat st;

	return fstatat(p->dir, name, &st, 0) == 0 &&
	    st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}
