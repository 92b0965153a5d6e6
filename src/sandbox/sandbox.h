/*
 * sandbox.h: the least that the program can do once its sources are open.
 *
 * What parses packets of anybody's making must be able to do nothing but read
 * them and write what was asked for.  So the program opens what it needs, and
 * then gives up, for good:
 *
 *	the user	for the one of -Z
 *	capabilities	all but those in a table of purposes (privileges.c);
 *			no program that it might run gets any (no_new_privs)
 *	files		all but those that -w makes, and TCP (Landlock)
 *	system calls	all but those in a table of purposes (calls.c, seccomp)
 *
 * A system call that is not in the table fails with EPERM, is logged by the
 * kernel's audit, and is told once by sandbox_refused(): a gap in the table
 * shall not end a capture, nor stay hidden.
 *
 * What comes later in the program and needs more says so in struct
 * sandbox_needs, by a bit of its own with rows in these tables.  What can be
 * opened before needs none: descriptors keep working, also to bind a packet
 * socket again, or to make it promiscuous.  To send is refused where the socket
 * has a high number, see core/highfd.h.
 */
#ifndef SRC_SANDBOX_SANDBOX_H
#define SRC_SANDBOX_SANDBOX_H

#include "core/errbuf.h"

/* What is still done afterwards. */
enum sandbox_use {
	SANDBOX_LIVE	= 1 << 0,	/* packet sockets, their statistics */
	SANDBOX_LIBPCAP	= 1 << 1,	/* what libpcap does of a live device */
	SANDBOX_THREADS	= 1 << 2,	/* threads are started */
	SANDBOX_WRITE	= 1 << 3,	/* the file of -w is made, also anew */
	SANDBOX_ASK	= 1 << 4,	/* a process that was started before,
				 * see core/child.h, is asked */
	SANDBOX_PACE	= 1 << 5,	/* files in recorded time, with keys */
	SANDBOX_SEND	= 1 << 6,	/* frames, through packet sockets with
				 * low numbers; files are read again */
	SANDBOX_LOOK	= 1 << 7,	/* what the helper of process/helper.h
				 * does, and nobody else */
};

struct sandbox_needs {
	unsigned int uses;	/* enum sandbox_use */
	const char *write;	/* the file of -w, or NULL; it need not exist.
				 * Files may be made, renamed and removed in
				 * its directory and below */
	const char *user;	/* -Z, or NULL */
	int unconfined;		/* --no-sandbox: neither Landlock nor seccomp */
	/*
	 * What is done when privileges are gone and files are still open to
	 * it: plugins are loaded.  0, or -1 and errbuf; or NULL.
	 */
	int (*load)(void *arg, struct errbuf *);
	void *arg;
};

/*
 * Once, from the only thread that there is.  -1 and errbuf when privileges
 * could not be given up, or when load() failed: nothing may be parsed then.
 * That the kernel has no Landlock or no seccomp is no error: sandbox_note().
 */
int sandbox_enter(const struct sandbox_needs *, struct errbuf *);

/* For that helper, which has dropped its capabilities by itself: the system
 * calls alone.  -1 and errbuf when there is no seccomp to be had. */
int sandbox_enter_helper(struct errbuf *);

/* What came of it, in a line; 1 when that matters: nothing stands between a
 * fault and the files of the user. */
int sandbox_note(struct errbuf *);

/* 1 and the message when a system call was refused that was not told yet.
 * Costs one load. */
int sandbox_refused(struct errbuf *);

/* -1 and errbuf when the program was started set-user-ID or set-group-ID: it
 * would open files of others on behalf of whoever calls it. */
int sandbox_check_start(struct errbuf *);

/* "libcap-ng", "libseccomp", "Landlock": what the build has of them, for
 * --version. */
extern const char sandbox_built[];

#endif
