/*
 * owners.h: which process has a socket, found through /proc/PID/fd.
 *
 * What a walk over all processes has found is kept; after that, only processes
 * that are new, and those that had sockets lately, are looked through, until
 * one is not found there.  All of it may take a tenth of the time at most.
 */
#ifndef SRC_PROCESS_OWNERS_H
#define SRC_PROCESS_OWNERS_H

#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

struct owner {
	uint32_t inode;
	uint32_t pid;		/* the lowest; 0: not found */
	uint32_t fd;		/* of that process */
	uint8_t shared;		/* others have it, too */
};

struct owners;

/* "proc" is an open /proc, and stays the caller's.  NULL and errbuf when
 * memory is short. */
struct owners *owners_new(int proc, struct errbuf *);
void owners_free(struct owners *);

enum owners_effort {
	OWNERS_KNOWN,		/* what was found before */
	OWNERS_LIGHT,		/* and new and busy processes */
	OWNERS_FULL,		/* and all the others, when there is time */
};

/* Fills pid, fd and shared of those whose inode is not 0. */
void owners_find(struct owners *, struct owner *, unsigned int n,
    enum owners_effort);

/* This process has a new socket: it is looked through early. */
void owners_expect(struct owners *, uint32_t pid);

struct owners_stats {
	uint64_t walks;		/* over all processes */
	uint64_t put_off;	/* walks that there was no time for */
	uint64_t links;		/* descriptors looked at */
};

const struct owners_stats *owners_stats(const struct owners *);

#endif
