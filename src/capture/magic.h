/*
 * magic.h: what a file is, by its first bytes.
 */
#ifndef SRC_CAPTURE_MAGIC_H
#define SRC_CAPTURE_MAGIC_H

#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

enum magic {
	MAGIC_SHORT,	/* fewer bytes than any magic has */
	MAGIC_PCAP,
	MAGIC_PCAPNG,
	MAGIC_OTHER,	/* known, but not read here */
	MAGIC_UNKNOWN,
};

enum magic magic_find(const uint8_t *, size_t);

/* -1, with a message that names what the file is and a hint how to read it. */
int magic_refuse(const char *path, const uint8_t *, size_t, struct errbuf *);

#endif
