/*
 * resolver.h: the process that looks up addresses, and how it is asked.
 *
 * Only resolve.c uses this.
 */
#ifndef SRC_RESOLVE_RESOLVER_H
#define SRC_RESOLVE_RESOLVER_H

#include "resolve/resolve.h"

struct resolver_question {
	union addr addr;
	uint32_t ip_version;
};

/* The same address, and its name; an empty one: it has none. */
struct resolver_answer {
	struct resolver_question about;
	char name[RESOLVE_NAME];
};

/* Answers what comes through the socket (SOCK_SEQPACKET) until its other end
 * is closed; see child_start(). */
void resolver_run(int fd, void *unused);

/* Empties a name that is not to be shown, see resolve.h. */
void resolver_clean(char name[static RESOLVE_NAME]);

#endif
