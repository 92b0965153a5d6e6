/*
 * ifnames.h: the names of the interfaces that frames came from.
 *
 * Sources number their interfaces each in its own way, and a session may
 * outlive its source: so every (source, number) gets a number of its own here,
 * and the name is kept.
 */
#ifndef SRC_IFNAMES_H
#define SRC_IFNAMES_H

#include "capture/capture.h"

struct ifnames {
	struct ifname {
		uint32_t source, ifindex;
		char *name;		/* NULL: it has none */
	} *v;
	uint32_t n, capacity;
	uint32_t source;		/* the one that is read now, from 1 */
	uint32_t last;			/* what was found last */
	uint16_t hint[256];		/* by the low bits of ifindex */
};

/* Another source is going to be read. */
void ifnames_source(struct ifnames *);

/* Puts our number in place of the source's. */
void ifnames_map(struct ifnames *, struct capture *, struct frame *);

/* The name of one of our numbers; NULL when it has none. */
const char *ifnames_get(const struct ifnames *, uint32_t number);

void ifnames_free(struct ifnames *);

#endif
