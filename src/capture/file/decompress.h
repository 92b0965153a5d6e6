/*
 * decompress.h: a compressed file as a pipe that holds what was in it.
 *
 * A thread reads the file, decompresses it and writes into the pipe; for the
 * reader it is a file like any other.  So signals and time limits are heeded
 * while a slow source is waited for, and the two share the work.  Nothing is
 * decompressed far ahead of the reader; but an xz file may ask for a dictionary
 * of up to 4 GiB, which libarchive grants.
 *
 * One layer only: what is compressed twice comes out compressed.
 */
#ifndef SRC_CAPTURE_FILE_DECOMPRESS_H
#define SRC_CAPTURE_FILE_DECOMPRESS_H

#include <stddef.h>

#include "capture/file/magic.h"

struct decompress;

/* Whether this build decompresses files of that kind. */
int decompress_knows(enum magic);

/*
 * Goes on with the file of `from`, whose first n bytes have been read already
 * and stand at p, where only this call needs them.  NULL and errbuf, or: takes
 * `from` over, and *out is the end of the pipe,
 * the caller's to read and to close.
 */
struct decompress *decompress_open(const char *path, enum magic, int from,
    const void *p, size_t n, int *out, struct errbuf *);

/*
 * At the end of the pipe: 0 when all of the file came through, -1 and errbuf
 * when it is cut short or damaged ("after N bytes", of what was decompressed).
 * All bytes of a gzip file that could be decompressed have come through then;
 * of others libarchive may keep the last 64 or 128 KiB to itself.
 */
int decompress_end(struct decompress *, struct errbuf *);

/* At any time, once the pipe is closed.  NULL is welcome. */
void decompress_close(struct decompress *);

#endif
