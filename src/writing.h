/*
 * writing.h: the files of -w, as the pipeline sees them: opened late, told
 * where frames come from, and what their end means for the run.
 *
 * Every call but writing_frame() does nothing where no file is open; each
 * answers 0, or -1 and errbuf.  Where views are shown, too, what fails is told
 * by "warn", nothing more is written, and the run goes on.
 */
#ifndef SRC_WRITING_H
#define SRC_WRITING_H

#include "ifnames.h"
#include "options/options.h"
#include "output/outbuf.h"
#include "write/comment.h"

/* Zeroed at first. */
struct writing {
	struct dumper *dumper;		/* NULL: nothing is open */
	struct outbuf *out;		/* the dumper's, or NULL */
	const struct options *options;
	struct capture *capture;
	const struct ifnames *names;
	void (*warn)(void *arg, const struct errbuf *);
	void *arg;
	/* Whose the sockets of a session are, for --comments; may be NULL. */
	comment_owner *owner;
	void *owner_arg;
	uint64_t lost;			/* packets, once it is closed */
	uint8_t told;			/* that it has failed */
	uint8_t over;			/* it failed, or its reader is gone, or
					 * all files are written: there is
					 * nothing more to do */
};

/* What it needs beside the source; all must outlive it. */
struct writing_calls {
	const struct ifnames *names;
	const volatile sig_atomic_t *stop;
	void (*warn)(void *arg, const struct errbuf *);
	void *arg;
};

/* Opens what -w names, if it does, once there is something to read: a source
 * that cannot be opened destroys nothing. */
int writing_open(struct writing *, const struct options *, struct capture *,
    const struct writing_calls *, struct errbuf *);

/* The session may be NULL; its ifindex is one of the names'. */
int writing_frame(struct writing *, const struct frame *,
    const struct session *, struct errbuf *);
int writing_flush(struct writing *, struct errbuf *);

/* It is that late, by the packets or, on a quiet wire, by the clock. */
int writing_clock(struct writing *, int64_t now, struct errbuf *);

/* See dumper_reopen(). */
int writing_reopen(struct writing *, struct errbuf *);
int writing_close(struct writing *, struct errbuf *);

/* Packets that did not fit while the file, a pipe, was blocked. */
uint64_t writing_lost(const struct writing *);

/* Has it failed, whether told by warn or by an answer? */
int writing_failed(const struct writing *);

#endif
