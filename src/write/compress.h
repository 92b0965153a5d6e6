/*
 * compress.h: compressed files, written by a thread of their own.
 *
 * Who writes hands bytes over and goes on; the thread compresses them, see
 * packer.h, and writes them out.  What is handed over is bounded: live, who
 * finds no room keeps his bytes and counts what he has to leave out.
 *
 * The thread is started by compress_new(), and opens nothing later: from then
 * on it uses write, poll, fstat, ftruncate, close, renameat, futex and memory.
 */
#ifndef SRC_WRITE_COMPRESS_H
#define SRC_WRITE_COMPRESS_H

#include "write/packer.h"

struct compress;

/* Starts the thread; as packer_init().  NULL and errbuf on error. */
struct compress *compress_new(enum packer_method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *);
/* Ends the thread when it has written all, and frees.  errno of what failed,
 * or 0. */
int compress_finish(struct compress *);

/* As packer_begin(). */
void compress_begin(struct compress *, int fd);

/* How many of the bytes it takes; all of them when it may wait, or when there
 * was an error: then they are dropped. */
size_t compress_give(struct compress *, const char *, size_t, int wait);

/* As packer_cut().  -1 when that would have to wait. */
int compress_cut(struct compress *, int wait);

/* As packer_end(). */
void compress_end(struct compress *, int dir, const char *from,
    const char *to);

/* Would compress_end() and compress_begin() not have to wait? */
int compress_ready(struct compress *);

/* errno of what failed, or 0. */
int compress_error(struct compress *);

#endif
