/*
 * stream.h: the bytes of a file on their way to it, record by record.
 *
 * What is written stands in a buffer that begins with a record, so that a file
 * whose disk is full can be cut behind its last whole one.  Files are
 * written at once, or through a thread that compresses, see compress.h; what a
 * reader takes (a pipe, standard output) as outbuf.h says.
 *
 * One thread uses it.  Errors are kept: after one, nothing more is written.
 */
#ifndef SRC_WRITE_STREAM_H
#define SRC_WRITE_STREAM_H

#include "output/outbuf.h"
#include "write/compress.h"

struct stream {
	struct outbuf out;
	size_t quota;		/* bytes that may stand in it; 0: a record
				 * passed through that is longer than it */
	struct compress *compress;	/* or NULL */
	uint64_t whole;		/* bytes of records before those in out.data */
	uint64_t unfinished;	/* bytes since compress_cut() ... */
	uint64_t part;		/* ... which is called for so many */
	/* Length of the record at p, "at" bytes from the file's beginning. */
	size_t (*length)(const uint8_t *p, uint64_t at);
	int error;		/* errno, or 0 */
	uint8_t hold;		/* live: wait for nobody */
};

/* Without a file yet; method and stop as in packer.h.  -1 and errbuf. */
int stream_init(struct stream *, enum packer_method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *);
void stream_fini(struct stream *);

/* Goes on with an empty file, or with standard output. */
void stream_begin(struct stream *, int fd);

/* As outbuf_hold(): no reader is waited for. */
void stream_hold(struct stream *, const volatile sig_atomic_t *stop);

/* Bytes of the file so far, before compression. */
static inline uint64_t
stream_size(const struct stream *s)
{
	return s->out.written + (uint64_t)(s->out.p - s->out.from);
}

struct outbuf *stream_room(struct stream *, size_t n);
int stream_refuse(struct stream *);

/* A record of at most n bytes begins: add it to the answer. */
static inline struct outbuf *
stream_record(struct stream *s, size_t n)
{
	if ((size_t)(s->out.p - s->out.from) + n > s->quota)
		return stream_room(s, n);
	return &s->out;
}

/* Is there room for a record, or is it to be left out and counted? */
static inline int
stream_admits(struct stream *s)
{
	return s->out.p - s->out.from <= OUTBUF_HELD ||
	    stream_refuse(s);
}

/* May it end now without waiting for anybody? */
int stream_ready(struct stream *);

/* Writes out what stands in the buffer.  0, or -1 when there was an error. */
int stream_flush(struct stream *);

/*
 * The same, and the file is whole: it is closed, and in the directory moved
 * from its name to another, which may be NULL.  What is compressed is so
 * later, when all of it has been written.  0, or -1 when there was an error.
 */
int stream_end(struct stream *, int dir, const char *from, const char *to);

/* Waits for the thread that compresses: the error is the last one. */
void stream_finish(struct stream *);

#endif
