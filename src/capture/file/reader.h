/*
 * reader.h: a file read in large blocks, as a window over its bytes.
 *
 * The bytes in hand are buf[pos] to buf[end - 1].  Whoever reads moves pos;
 * reader_fill() brings more.  It may move the window, so every pointer into
 * it dies there and lives until then.
 *
 * A map of the file was measured, too (whole, populated, advised, with
 * prefetching ahead; pcap and pcapng, frames of 64 to 9000 bytes): its page
 * faults cost 2 to 7 times as much CPU time as read(2) into a block that stays
 * in the cache, and a file that is cut while it is mapped kills its reader.
 */
#ifndef SRC_CAPTURE_FILE_READER_H
#define SRC_CAPTURE_FILE_READER_H

#include "capture/capture.h"

enum {
	READER_BLOCK = 256 * 1024,	/* asked of one read(2) */
};

enum reader_result {
	READER_MORE,	/* at least one byte more */
	READER_IDLE,	/* nothing within the poll time, or a signal */
	READER_END,	/* end of the file */
	READER_ERROR,	/* errno says why */
};

struct reader {
	struct capture_block *block;
	uint8_t *buf;		/* its data */
	size_t size;		/* of buf */
	size_t pos, end;	/* the bytes in hand; pos <= end <= size */
	uint64_t base;		/* offset in the file of buf[0] */
	int fd;
	const struct capture_keeper *keeper; /* or NULL */
	uint8_t waits;		/* a pipe or the like: poll before reading */
};

/* Takes fd over.  0, or -1 when there is no memory. */
int reader_open(struct reader *, int fd);
void reader_close(struct reader *);

/*
 * Goes on with another file, in the place of the first one, which stays open
 * and is the caller's again.  The bytes in hand are dropped.
 */
void reader_replace(struct reader *, int fd);

/*
 * Reads once, so that in time `want` bytes stand together from pos on.  The
 * buffer grows only as far as bytes have really arrived, never because `want`
 * is large.
 */
enum reader_result reader_fill(struct reader *, size_t want);

static inline size_t
reader_left(const struct reader *r)
{
	return r->end - r->pos;
}

static inline const uint8_t *
reader_at(const struct reader *r)
{
	return r->buf + r->pos;
}

/* Where pos stands in the file. */
static inline uint64_t
reader_offset(const struct reader *r)
{
	return r->base + r->pos;
}

#endif
