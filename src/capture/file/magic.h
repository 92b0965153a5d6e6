/*
 * magic.h: what a file is, by its first bytes.
 */
#ifndef SRC_CAPTURE_FILE_MAGIC_H
#define SRC_CAPTURE_FILE_MAGIC_H

#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

enum magic {
	MAGIC_SHORT,	/* too few bytes to tell */
	MAGIC_PCAP,
	MAGIC_PCAPNG,
	MAGIC_SNOOP,
	MAGIC_GZIP,	/* and the rest of what decompress.h may know */
	MAGIC_ZSTD,
	MAGIC_XZ,
	MAGIC_BZIP2,
	MAGIC_LZ4,
	MAGIC_OTHER,	/* known, but not read here */
	MAGIC_UNKNOWN,
	MAGICS
};

enum magic magic_find(const uint8_t *, size_t);

/* -1, with a message that names what the file is and a hint how to read it. */
int magic_refuse(const char *path, const uint8_t *, size_t, struct errbuf *);

/* The same for a compressed file within a compressed file. */
int magic_refuse_twice(const char *path, enum magic outer, enum magic inner,
    struct errbuf *);

#endif
