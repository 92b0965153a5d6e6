/* outflush.c: what an outbuf holds on its way to the descriptor. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/fmt.h"
#include "output/outbuf.h"

enum {
	/* A reader who takes nothing for so long after we were told to stop
	 * takes nothing any more. */
	LAST_WAIT_MS	= 1000,
};

static int
start(struct outbuf *o, int fd, size_t size)
{
	memset(o, 0, sizeof(*o));
	o->data = malloc(size);
	if (o->data == NULL)
		return -1;
	o->p = o->from = o->data;
	o->size = size;
	o->limit = o->data + size - OUTBUF_ROOM;
	o->fd = fd;
	o->own = -1;
	return 0;
}

int
outbuf_init(struct outbuf *o, int fd)
{
	return start(o, fd, OUTBUF_SIZE);
}

int
outbuf_init_memory(struct outbuf *o, size_t size)
{
	if (start(o, -1, size) == -1)
		return -1;
	o->grows = 1;
	return 0;
}

void
outbuf_fini(struct outbuf *o)
{
	if (o->data != NULL && o->own != -1)
		close(o->own);
	free(o->data);
	o->data = NULL;
}

/*
 * O_NONBLOCK belongs to the open file, which we share with the shell and with
 * whoever else writes to it; so the pipe or terminal is opened once more, for
 * us alone.  Where that cannot be, we ask before each write, and write what
 * has room in a pipe that says it has some.
 */
void
outbuf_hold(struct outbuf *o)
{
	char path[sizeof("/proc/self/fd/") + FMT_U64];
	struct stat st;

	if (fstat(o->fd, &st) == -1 || o->fd < 0)
		return;
	/* Only these have a reader to wait for. */
	if (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode) && !isatty(o->fd))
		return;
	memcpy(path, "/proc/self/fd/", sizeof("/proc/self/fd/"));
	*fmt_u64(path + strlen(path), (uint64_t)o->fd) = '\0';
	if (!S_ISSOCK(st.st_mode))
		o->own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY |
		    O_CLOEXEC);
	o->pieces = o->own == -1;
	o->hold = 1;
}

void
outbuf_wait(struct outbuf *o)
{
	o->hold = 0;
}

int
outbuf_fd(const struct outbuf *o)
{
	return o->own != -1 ? o->own : o->fd;
}

/* 1: there is room; 0: there was none in time; -1 and errno. */
static int
poll_writable(const struct outbuf *o, int timeout)
{
	struct pollfd pfd = { .fd = outbuf_fd(o), .events = POLLOUT };

	return poll(&pfd, 1, timeout);
}

/* As write(2); EAGAIN where that would wait and we do not. */
static ssize_t
put(const struct outbuf *o)
{
	size_t n = (size_t)(o->p - o->from);

	if (o->pieces) {
		if (poll_writable(o, 0) == 0) {
			errno = EAGAIN;
			return -1;
		}
		if (n > PIPE_BUF)
			n = PIPE_BUF;
	}
	return write(outbuf_fd(o), o->from, n);
}

/* Waits for the reader of a descriptor that does not block, be it that
 * somebody else left it so. */
static void
wait_reader(struct outbuf *o)
{
	int n = poll_writable(o, LAST_WAIT_MS);

	if (n == 1)
		return;
	if (n == -1 && errno != EINTR)
		o->error = errno;
	else if (o->stop != NULL && *o->stop && (n == 0 || *o->stop > 1))
		o->error = EINTR;
}

/* errno says why a write has failed: it is to be tried again, or never. */
static void
see_why(struct outbuf *o)
{
	if (errno == EAGAIN)
		wait_reader(o);
	else if (errno != EINTR)
		o->error = errno;
}

/* Told to stop, it waits for a reader no longer than it has to: a write that
 * was interrupted had room for some, and the next would wait for the rest. */
static void
see_stop(struct outbuf *o)
{
	if (!o->hold && o->stop != NULL && *o->stop)
		o->pieces = 1;
}

/* What is held stays; what comes next finds a line's room. */
static void
make_room(struct outbuf *o)
{
	size_t held = (size_t)(o->p - o->from);
	char *bigger;

	if (o->p <= o->limit - OUTBUF_ROOM)
		return;
	if (held <= o->size / 2) {
		memmove(o->data, o->from, held);
	} else {
		bigger = malloc(o->size * 2);
		if (bigger == NULL) {
			o->error = ENOMEM;
			return;
		}
		memcpy(bigger, o->from, held);
		free(o->data);
		o->data = bigger;
		o->size *= 2;
		o->limit = o->data + o->size - OUTBUF_ROOM;
	}
	o->from = o->data;
	o->p = o->data + held;
}

int
outbuf_flush(struct outbuf *o)
{
	ssize_t n;

	if (o->grows)
		make_room(o);
	while (!o->grows && o->from < o->p && o->error == 0) {
		see_stop(o);
		n = put(o);
		if (n >= 0) {
			o->from += n;
			o->written += (uint64_t)n;
		} else if (errno == EAGAIN && o->hold) {
			o->blocked = 1;
			make_room(o);
			break;
		} else {
			see_why(o);
		}
	}
	if ((!o->grows && o->from == o->p) || o->error != 0) {
		o->p = o->from = o->data;
		o->blocked = 0;
	}
	return o->error == 0 ? 0 : -1;
}

void
outbuf_gather(struct outbuf *o, struct outbuf_gather *g, char *s, size_t n)
{
	if (o->hold || o->grows || o->pieces) {
		outbuf_add(o, s, n);
		return;
	}
	if (g->n == OUTBUF_PIECES)
		outbuf_put(o, g);
	g->piece[g->n++] = (struct iovec){ s, n };
	g->bytes += n;
}

/* All of the n pieces, waiting for the reader. */
static void
put_pieces(struct outbuf *o, struct iovec *v, int n)
{
	while (n > 0 && o->error == 0) {
		ssize_t k = writev(outbuf_fd(o), v, n);
		size_t left = k > 0 ? (size_t)k : 0;

		if (k == -1)
			see_why(o);
		o->written += left;
		for (; n > 0 && left >= v->iov_len; v++, n--)
			left -= v->iov_len;
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + left;
			v->iov_len -= left;
		}
	}
}

void
outbuf_put(struct outbuf *o, struct outbuf_gather *g)
{
	if (g->bytes < OUTBUF_MANY)
		for (unsigned int i = 0; i < g->n; i++)
			outbuf_add(o, g->piece[i].iov_base,
			    g->piece[i].iov_len);
	else if (outbuf_flush(o) == 0)
		put_pieces(o, g->piece, (int)g->n);
	g->n = 0;
	g->bytes = 0;
}

int
outbuf_refuse(struct outbuf *o)
{
	o->lost++;
	return 0;
}
