/*
 * dumper.h: writes frames to capture files (-w).
 *
 * Nanosecond timestamps.  pcap holds one link type, which the first frame
 * decides; pcapng any number of interfaces and link types.
 *
 * Output is buffered: it is in the file after a flush or close, and an error
 * (disk full, closed pipe) may be told by a later call than the one that
 * wrote the frame.  After an error every call tells it again, nothing more is
 * written, and a file ends with its last whole record.
 *
 * For a sandbox.  dumper_open() opens the directory (O_PATH, kept), the first
 * file in it, and, to compress, starts a thread; all three before it returns,
 * but the file only later where its name has the time of a frame that is still
 * to come (a series by time of what is read from files).  Later files are made
 * in that directory, or, where the name has conversions in the names of
 * directories, below it.  From then on:
 *
 *	always		write, and fstat, newfstatat (dumper_reopen()), openat
 *			there with O_CREAT and O_TRUNC, close; ftruncate after
 *			an error; clock_gettime; uname
 *	a series	openat with O_CREAT and O_EXCL, unlinkat, renameat (both
 *			names in one directory); what localtime_r() needs, which
 *			has been called once
 *	compression	futex and memory; the thread opens nothing
 *
 * Landlock must allow to make, write, truncate and remove regular files below
 * dumper_directory().
 */
#ifndef SRC_WRITE_DUMPER_H
#define SRC_WRITE_DUMPER_H

#include <limits.h>

#include "write/format.h"
#include "write/place.h"
#include "write/series.h"

enum dumper_kind {
	DUMPER_BY_SUFFIX,	/* .pcapng and .ntar; else pcap */
	DUMPER_PCAP, DUMPER_PCAPNG, DUMPER_KINDS
};

/* "pcap", "pcapng". */
extern const char *const dumper_kind_name[DUMPER_KINDS];

struct dumper_options {
	enum dumper_kind kind;
	struct series_options series;
	uint8_t comments;	/* to be given with the frames */
};

struct dumper;

/* By the suffix of the name, in front of that of a compression. */
enum dumper_kind dumper_kind_of(const char *path);

/*
 * Creates or truncates the file; "-" is standard output.  is_taken: see
 * place.h.  Path and options must outlive it; of the source, what it points
 * to.  NULL and errbuf on error.
 */
struct dumper *dumper_open(const char *path, const struct dumper_options *,
    const struct dump_source *, int (*is_taken)(void *, const struct stat *),
    void *arg, struct errbuf *);

/* As outbuf_hold(): while a reader of a pipe is too slow, frames are lost. */
void dumper_hold(struct dumper *, const volatile sig_atomic_t *stop);
/* What it is written through; to be looked at, and flushed when blocked. */
struct outbuf *dumper_out(struct dumper *);
/* Descriptor of the directory; -1 for standard output. */
int dumper_directory(const struct dumper *);

/* Each 0, or -1 and errbuf; or 1: all files are written that were asked for,
 * and the frame is in none.  The comment is UTF-8, of at most DUMP_COMMENT
 * bytes, and may be left out by n 0; pcap has no place for it. */
int dumper_write(struct dumper *, const struct frame *, const char *comment,
    size_t n, struct errbuf *);
int dumper_flush(struct dumper *, struct errbuf *);

/* It is that late: the file of a period that is over ends, though no frame
 * comes.  As dumper_write(). */
int dumper_clock(struct dumper *, int64_t now, struct errbuf *);

/*
 * When another file stands at the path by now (a log was rotated), or none,
 * goes on in a new one there; else only flushes.  0, or -1 and errbuf.
 */
int dumper_reopen(struct dumper *, struct errbuf *);

/* Flushes, closes and frees, whatever it answers. */
int dumper_close(struct dumper *, struct errbuf *);

/* errno of what failed (EPIPE ends the program quietly), or 0. */
int dumper_errno(const struct dumper *);

#endif
