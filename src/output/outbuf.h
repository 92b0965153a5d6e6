/*
 * outbuf.h: text on its way to a descriptor, in large writes.
 *
 * Room is asked for once a record, then everything is stored without a check.
 * An error is kept in "error", and what comes after it is dropped: look now
 * and then.
 *
 * Writes wait for whoever reads, but not while a source is live, whose ring
 * would run over meanwhile: after outbuf_hold() the buffer grows instead.
 * Ask outbuf_admits() before each record, so that records are lost as a whole
 * and are counted.
 */
#ifndef SRC_OUTPUT_OUTBUF_H
#define SRC_OUTPUT_OUTBUF_H

#include <sys/uio.h>

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	OUTBUF_SIZE	= 1 << 17,
	OUTBUF_ROOM	= 1 << 13,	/* the most that may be asked for */
	OUTBUF_HELD	= 1 << 22,	/* no record begins behind so much */
	OUTBUF_PIECES	= 512,		/* gathered at a time */
	OUTBUF_MANY	= 1 << 15,	/* bytes of pieces not to be copied */
};

struct outbuf {
	char *p;		/* where the next byte goes */
	char *limit;		/* flush when p is past this */
	char *data;
	char *from;		/* where what was not yet written begins */
	size_t size;
	int fd;
	int own;		/* the same, opened again not to block, or -1 */
	int error;		/* errno of the write that failed, or 0;
				 * EINTR: it was blocked when told to stop */
	const volatile sig_atomic_t *stop; /* set by a signal, more than 1: to
				 * stop at once; may be NULL */
	uint64_t written;	/* bytes, to the descriptor */
	uint64_t lost;		/* records, while a reader was too slow */
	uint8_t hold;		/* do not wait */
	uint8_t blocked;	/* the last write left something behind */
	uint8_t pieces;		/* small ones, when poll() says there is room */
	uint8_t grows;		/* see outbuf_init_memory() */
};

/* -1 when memory is short.  The descriptor stays the caller's. */
int outbuf_init(struct outbuf *, int fd);
/* Has no descriptor and keeps all, from data to p, until the caller sets p
 * back.  It grows where "size", at least OUTBUF_SIZE, is too little; without
 * memory for more, error is ENOMEM and what it held is lost. */
int outbuf_init_memory(struct outbuf *, size_t size);
void outbuf_fini(struct outbuf *);
/* Writes all that is there, or what can be written without waiting; 0, or -1
 * with the error kept. */
int outbuf_flush(struct outbuf *);

/* Waits for no reader from now on; files have none, and stay as they are. */
void outbuf_hold(struct outbuf *);
/* Waits again: the source is at its end. */
void outbuf_wait(struct outbuf *);
/* To poll for room. */
int outbuf_fd(const struct outbuf *);
/* Counts a record that is lost; 0. */
int outbuf_refuse(struct outbuf *);

/* May a record begin? */
static inline int
outbuf_admits(struct outbuf *o)
{
	return o->p - o->from <= OUTBUF_HELD || outbuf_refuse(o);
}

/* At least OUTBUF_ROOM bytes may be stored at the result. */
static inline char *
outbuf_room(struct outbuf *o)
{
	if (o->p > o->limit)
		outbuf_flush(o);
	return o->p;
}

/* A line begins: what stands on it stays in place until it is
 * OUTBUF_ROOM long, so that widths can be taken from o->p. */
static inline void
outbuf_line(struct outbuf *o)
{
	if (o->p > o->limit - OUTBUF_ROOM)
		outbuf_flush(o);
}

static inline void
outbuf_add(struct outbuf *o, const char *s, size_t n)
{
	while (n > OUTBUF_ROOM) {
		memcpy(outbuf_room(o), s, OUTBUF_ROOM);
		o->p += OUTBUF_ROOM;
		s += OUTBUF_ROOM;
		n -= OUTBUF_ROOM;
	}
	memcpy(outbuf_room(o), s, n);
	o->p += n;
}

/* Pieces of text that are written from where they stand, if they are many. */
struct outbuf_gather {
	unsigned int n;
	size_t bytes;		/* in all of them */
	struct iovec piece[OUTBUF_PIECES];
};

/* One more, which must stay until they are put.  Where writes do not wait it is
 * added at once. */
void outbuf_gather(struct outbuf *, struct outbuf_gather *, char *s, size_t n);
/* Puts them behind what is there; none is left. */
void outbuf_put(struct outbuf *, struct outbuf_gather *);

static inline void
outbuf_str(struct outbuf *o, const char *s)
{
	outbuf_add(o, s, strlen(s));
}

static inline void
outbuf_char(struct outbuf *o, char c)
{
	*outbuf_room(o) = c;
	o->p++;
}

void outbuf_u64(struct outbuf *, uint64_t);

/* Untrusted text, inside double quotes, as RFC 8259 wants it; bytes that are
 * no UTF-8 become U+FFFD. */
void outbuf_json(struct outbuf *, const char *s, size_t n);

/* Two digits a byte. */
void outbuf_hex(struct outbuf *, const uint8_t *, size_t n);

/* Untrusted text for a terminal: what is no printable ASCII as \xNN. */
void outbuf_safe(struct outbuf *, const char *s, size_t n);

/* Spaces, until what is "width" wide is as wide as "column". */
void outbuf_pad(struct outbuf *, size_t width, size_t column);

#endif
