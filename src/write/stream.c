/* stream.c: the bytes of a file on their way to it, record by record. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "write/stream.h"

enum {
	/* So much is compressed on its own, and lost when the disk is full
	 * before all of it is written.  Parts become larger with the file:
	 * each one costs a little size. */
	STREAM_PART	= 128 << 10,
	STREAM_PART_MAX	= 4 << 20,
	STREAM_QUOTA	= OUTBUF_SIZE - OUTBUF_ROOM,
};

int
stream_init(struct stream *s, enum packer_method method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *e)
{
	*s = (struct stream){ .hold = live != 0 };
	if (method != PACKER_NONE) {
		s->compress = compress_new(method, live, stop, e);
		if (s->compress == NULL)
			return -1;
	}
	if ((s->compress != NULL ?
	    outbuf_init_memory(&s->out, OUTBUF_SIZE) :
	    outbuf_init(&s->out, -1)) == -1) {
		stream_finish(s);
		return err_set(e, "output: no memory");
	}
	return 0;
}

void
stream_finish(struct stream *s)
{
	int error = s->compress != NULL ? compress_finish(s->compress) : 0;

	if (s->error == 0)
		s->error = error;
	s->compress = NULL;
}

void
stream_fini(struct stream *s)
{
	stream_finish(s);
	outbuf_fini(&s->out);
}

void
stream_begin(struct stream *s, int fd)
{
	s->whole = 0;
	s->unfinished = 0;
	s->part = STREAM_PART;
	s->out.written = 0;
	s->quota = STREAM_QUOTA;
	if (s->compress != NULL)
		compress_begin(s->compress, fd);
	else
		s->out.fd = fd;
}

void
stream_hold(struct stream *s, const volatile sig_atomic_t *stop)
{
	if (s->compress != NULL)
		return;
	outbuf_hold(&s->out);
	if (s->out.hold)
		s->out.stop = stop;
}

/* What was compressed so far stands for itself. */
static void
stream_finish_part(struct stream *s, int wait)
{
	if (s->compress == NULL || compress_cut(s->compress, wait) == -1)
		return;
	s->unfinished = 0;
	if (s->part < STREAM_PART_MAX)
		s->part *= 2;
}

/*
 * What stood in the buffer begins with a record.  Those of it that were
 * written whole stay, and the file ends with the last of them; who reads it
 * finds nothing cut.  Pipes and devices refuse that.
 */
static void
stream_cut(struct stream *s)
{
	const uint8_t *p = (const uint8_t *)s->out.data;
	uint64_t at = s->whole;
	size_t n;

	/* Of a record in pieces only the end is in the buffer. */
	while (s->quota != 0 && at < s->out.written) {
		n = s->length(p, at);
		if (n > s->out.written - at)
			break;
		at += n;
		p += n;
	}
	if (at < s->out.written && ftruncate(s->out.fd, (off_t)at) == 0)
		s->out.written = at;
}

static int
stream_result(struct stream *s)
{
	if (s->error != 0)
		return -1;
	s->error = s->out.error != 0 || s->compress == NULL ? s->out.error :
	    compress_error(s->compress);
	if (s->error == 0)
		return 0;
	if (s->compress == NULL)
		stream_cut(s);
	return -1;
}

/* Hands over what the thread takes. */
static void
stream_give(struct stream *s, int wait)
{
	struct outbuf *o = &s->out;
	size_t n = compress_give(s->compress, o->from,
	    (size_t)(o->p - o->from), wait);

	o->from += n;
	o->written += n;
	s->unfinished += n;
	if (o->from < o->p)
		return;
	o->p = o->from = o->data;
	if (s->unfinished >= s->part)
		stream_finish_part(s, wait);
}

/* Between two records. */
static int
stream_put(struct stream *s, int wait)
{
	if (s->compress != NULL)
		stream_give(s, wait);
	else
		outbuf_flush(&s->out);
	if (stream_result(s) == -1) {
		s->out.p = s->out.from = s->out.data;
		return -1;
	}
	s->whole = s->out.written;
	s->quota = STREAM_QUOTA;
	return 0;
}

struct outbuf *
stream_room(struct stream *s, size_t n)
{
	struct outbuf *o = &s->out;

	/* A reader that is too slow is asked again by poll() only. */
	if (!o->blocked || o->limit - o->p < (ptrdiff_t)n)
		stream_put(s, !s->hold);
	/* Longer than the buffer: it goes out in pieces, and the next record
	 * begins a buffer again. */
	if (n > STREAM_QUOTA && s->compress == NULL)
		s->quota = 0;
	return o;
}

int
stream_refuse(struct stream *s)
{
	if (s->compress != NULL)
		stream_put(s, 0);
	return outbuf_admits(&s->out);
}

int
stream_ready(struct stream *s)
{
	if (s->compress == NULL || !s->hold)
		return 1;
	stream_put(s, 0);
	return s->out.p == s->out.from && compress_ready(s->compress);
}

int
stream_flush(struct stream *s)
{
	if (stream_put(s, !s->hold) == -1)
		return -1;
	if (s->unfinished > 0 && s->out.from == s->out.p)
		stream_finish_part(s, !s->hold);
	return 0;
}

int
stream_end(struct stream *s, int dir, const char *from, const char *to)
{
	int fd = s->out.fd;

	outbuf_wait(&s->out);
	stream_put(s, 1);
	if (s->compress != NULL) {
		compress_end(s->compress, dir, from, to);
		return stream_result(s);
	}
	s->out.fd = -1;
	if (fd == STDOUT_FILENO)
		return s->error != 0 ? -1 : 0;
	/* Some file systems tell only now that they were full. */
	if (close(fd) == -1 && s->error == 0)
		s->error = errno;
	if (to != NULL && renameat(dir, from, dir, to) == -1 && s->error == 0)
		s->error = errno;
	return s->error != 0 ? -1 : 0;
}
