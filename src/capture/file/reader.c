/* reader.c: a file read in large blocks, as a window over its bytes. */
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/file/reader.h"

enum { READER_POLL_MS = 100 };

void
reader_replace(struct reader *r, int fd)
{
	struct stat st;

	r->fd = fd;
	/* A regular file is always ready: spare it the system call. */
	r->waits = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
	r->pos = 0;
	r->end = 0;
	r->base = 0;
}

int
reader_open(struct reader *r, int fd)
{
	memset(r, 0, sizeof(*r));
	reader_replace(r, fd);
	r->buf = malloc(READER_BLOCK);
	if (r->buf == NULL)
		return -1;
	r->size = READER_BLOCK;
	return 0;
}

void
reader_close(struct reader *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	free(r->buf);
	r->buf = NULL;
}

/* Bytes not yet read move to the front; a full buffer doubles. */
static int
reader_make_room(struct reader *r, size_t want)
{
	uint8_t *bigger;

	if (r->pos > 0) {
		memmove(r->buf, r->buf + r->pos, reader_left(r));
		r->base += r->pos;
		r->end -= r->pos;
		r->pos = 0;
	}
	if (r->end < r->size || want <= r->size)
		return 0;
	bigger = realloc(r->buf, r->size * 2);
	if (bigger == NULL)
		return -1;
	r->buf = bigger;
	r->size *= 2;
	return 0;
}

enum reader_result
reader_fill(struct reader *r, size_t want)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	ssize_t n;

	if (reader_make_room(r, want) == -1)
		return READER_ERROR;
	if (r->waits) {
		errno = 0;
		n = poll(&p, 1, READER_POLL_MS);
		if (n == 0 || (n == -1 && errno == EINTR))
			return READER_IDLE;
	}
	n = read(r->fd, r->buf + r->end, r->size - r->end);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return READER_IDLE;
	if (n == -1)
		return READER_ERROR;
	if (n == 0)
		return READER_END;
	r->end += (size_t)n;
	return READER_MORE;
}
