/*
 * writing.h: the file of -w, as the pipeline sees it: opened late, and what
 * its end means for the run.
 *
 * Every call but writing_frame() does nothing where no file is open; each
 * answers 0, or -1 and errbuf.
 */
#ifndef SRC_WRITING_H
#define SRC_WRITING_H

#include "options/options.h"
#include "output/outbuf.h"

/* Zeroed at first. */
struct writing {
	struct pcapwriter *writer;	/* NULL: nothing is open */
	struct outbuf *out;		/* the writer's, or NULL */
	uint64_t lost;			/* packets, once it is closed */
	uint8_t packet_buffered;	/* -U */
	uint8_t told;			/* that it has failed */
	uint8_t over;			/* it failed, or its reader is gone:
					 * there is nothing more to do */
};

/* Opens what -w names, if it does, once there is something to read: a source
 * that cannot be opened destroys nothing. */
int writing_open(struct writing *, const struct options *,
    const struct capture *, const volatile sig_atomic_t *stop,
    struct errbuf *);

int writing_frame(struct writing *, const struct frame *, struct errbuf *);
int writing_flush(struct writing *, struct errbuf *);

/* See pcapwriter_reopen(). */
int writing_reopen(struct writing *, struct errbuf *);
int writing_close(struct writing *, struct errbuf *);

/* Packets that did not fit while the file, a pipe, was blocked. */
uint64_t writing_lost(const struct writing *);

#endif
