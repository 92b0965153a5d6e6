/*
 * packer.h: compressed files, written through libarchive.
 *
 * A file is a row of parts that are each compressed on their own, which every
 * decompressor takes for one.  When the disk is full, the file is cut
 * behind the last whole part, and stays readable.
 */
#ifndef SRC_WRITE_PACKER_H
#define SRC_WRITE_PACKER_H

#include <sys/types.h>

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

enum packer_method {
	PACKER_NONE, PACKER_GZIP, PACKER_ZSTD, PACKER_LZ4, PACKER_XZ,
	PACKER_BZIP2, PACKER_METHODS
};

/* By the suffix of a name: ".gz".  stem: the length of what is before it. */
enum packer_method packer_by_suffix(const char *name, size_t *stem);

struct packer {
	enum packer_method method;
	uint8_t live;
	uint8_t pipe;			/* or the like: it has a reader */
	const volatile sig_atomic_t *stop;
	struct archive *archive;	/* of the part that is begun, or NULL */
	int fd;
	int error;			/* errno of what failed, or 0: then all
					 * that is added is dropped */
	off_t written, whole;		/* bytes of the file; of whole parts */
};

/*
 * Live: as fast as can be, for there is no time.  When *stop is set, a reader
 * (of a pipe) who takes nothing for a second is given up.  -1 and errbuf where
 * this build has no such method.
 */
int packer_init(struct packer *, enum packer_method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *);

/* A file begins; the descriptor is the packer's to close. */
void packer_begin(struct packer *, int fd);
void packer_add(struct packer *, const char *, size_t);
/* A part is whole. */
void packer_cut(struct packer *);
/* The file is whole: closed, and moved within the directory from a name to
 * another, if that is not NULL. */
void packer_end(struct packer *, int dir, const char *from, const char *to);

#endif
