/*
 * pcapwriter.h: writes frames to a classic capture file (-w).
 *
 * Nanosecond timestamps.  The first frame decides the file's link type: the
 * format holds one.  A VLAN tag that the kernel had stripped from an Ethernet
 * or a cooked (SLL2) frame is put back; other link types have no place for it.
 *
 * Output is buffered: it is in the file after a flush or close, and an error
 * (disk full, closed pipe) may be told by a later call than the one that
 * wrote the frame.  After an error every call tells it again.
 */
#ifndef SRC_WRITE_PCAPWRITER_H
#define SRC_WRITE_PCAPWRITER_H

#include <stdint.h>

#include <sessdump/frame.h>

#include "core/errbuf.h"
#include "output/outbuf.h"

struct pcapwriter;

/*
 * Creates or truncates the file; "-" is standard output.  The link type is
 * for the header of a file that gets no frame.  snaplen: frames are cut to
 * it; 0 for the default.  NULL on error.
 */
struct pcapwriter *pcapwriter_open(const char *path, uint32_t linktype,
    uint32_t snaplen, struct errbuf *);

/* As outbuf_hold(): while a reader of a pipe is too slow, frames are lost. */
void pcapwriter_hold(struct pcapwriter *, const volatile sig_atomic_t *stop);
/* What it is written through; to be looked at. */
struct outbuf *pcapwriter_out(struct pcapwriter *);

/* Each 0, or -1 and errbuf. */
int pcapwriter_write(struct pcapwriter *, const struct frame *,
    struct errbuf *);
int pcapwriter_flush(struct pcapwriter *, struct errbuf *);

/*
 * When another file stands at the path by now (a log was rotated), or none,
 * goes on in a new one there; else only flushes.  0, or -1 and errbuf.
 */
int pcapwriter_reopen(struct pcapwriter *, struct errbuf *);

/* Flushes, closes and frees, whatever it answers. */
int pcapwriter_close(struct pcapwriter *, struct errbuf *);

/* errno of the write that failed (EPIPE ends the program quietly), or 0. */
int pcapwriter_errno(const struct pcapwriter *);

#endif
