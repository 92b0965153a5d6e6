/* reader.c: a file read in large blocks, as a window over its bytes. */
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/file/reader.h"

enum {
	READER_POLL_MS	= 100,
	READER_LEAST	= READER_BLOCK / 4,	/* room for less: a new block */
};

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

static void
reader_use(struct reader *r, struct capture_block *b)
{
	r->block = b;
	r->buf = b->data;
	r->size = b->size;
}

int
reader_open(struct reader *r, int fd)
{
	memset(r, 0, sizeof(*r));
	reader_replace(r, fd);
	r->block = malloc(sizeof(*r->block) + READER_BLOCK);
	if (r->block == NULL)
		return -1;
	r->block->size = READER_BLOCK;
	r->block->owner = NULL;
	reader_use(r, r->block);
	return 0;
}

void
reader_close(struct reader *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	free(r->block);
	r->block = NULL;
	r->buf = NULL;
}

/* Bytes not yet read move to the front: of another block, if what stands before
 * them is still needed. */
static int
reader_move(struct reader *r)
{
	const uint8_t *from = reader_at(r);
	struct capture_block *b = r->block;

	if (r->keeper != NULL)
		b = r->keeper->exchange(r->keeper->arg, r->block, r->size);
	if (b == NULL)
		return -1;
	memmove(b->data, from, reader_left(r));
	reader_use(r, b);
	r->base += r->pos;
	r->end -= r->pos;
	r->pos = 0;
	return 0;
}

/* A full buffer doubles. */
static int
reader_make_room(struct reader *r, size_t want)
{
	struct capture_block *bigger;

	if (r->keeper != NULL && r->size - r->end >= READER_LEAST)
		return 0;
	if (r->pos > 0 && reader_move(r) == -1)
		return -1;
	if (r->end < r->size || want <= r->size)
		return 0;
	bigger = realloc(r->block, sizeof(*bigger) + r->size * 2);
	if (bigger == NULL)
		return -1;
	bigger->size = r->size * 2;
	reader_use(r, bigger);
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
