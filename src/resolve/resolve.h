/*
 * resolve.h: the names of hosts (-N), asked for in a process of their own.
 *
 * Looking up an address may take seconds, opens files and sockets, and loads
 * whatever nsswitch.conf(5) names: none of that belongs into the process that
 * captures.  So another one does it, and a question never waits for its
 * answer: until that comes, an address has no name.  Who reads a file loses
 * nothing by waiting, see resolve_wait().
 *
 * Names come from the network: they are letters, digits, '-', '_' and '.', and
 * never look like an address; any other has been dropped.  A name is asked for
 * again after an hour.  At most RESOLVE_ADDRESSES are remembered.
 */
#ifndef SRC_RESOLVE_RESOLVE_H
#define SRC_RESOLVE_RESOLVE_H

#include <sessdump/packet.h>

#include "core/errbuf.h"

enum {
	RESOLVE_NAME		= 256,	/* a name and its end */
	RESOLVE_ADDRESSES	= 1 << 15,
};

struct resolve;

/* NULL and errbuf on failure. */
struct resolve *resolve_new(struct errbuf *);
/* The other process ends, too. */
void resolve_free(struct resolve *);

/* Starts that process, before there are threads: with no more privileges than
 * we have left, but before files are out of reach.  Until then nothing has a
 * name.  -1 and errbuf on failure. */
int resolve_start(struct resolve *, struct errbuf *);

/* From now on a question waits for its answer, for a second at most, and no
 * longer once three in a row have waited in vain. */
void resolve_wait(struct resolve *);

/* Stores the name, or nothing where none is known by now; the number of bytes
 * without the end.  Any thread may call it. */
size_t resolve_name(struct resolve *, const union addr *,
    unsigned int ip_version, char name[static RESOLVE_NAME]);

#endif
