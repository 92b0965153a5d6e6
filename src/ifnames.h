/*
 * ifnames.h: the names of the interfaces that frames came from.
 *
 * An interface may be gone, and its name with it, when a session that began on
 * it is printed: so the name is asked for with its first frame, and kept.
 */
#ifndef SRC_IFNAMES_H
#define SRC_IFNAMES_H

#include "capture/capture.h"

enum { IFNAMES_MAX = 4096 };	/* a file may claim any number of them */

struct ifnames {
	struct ifname {
		uint32_t ifindex;
		char *name;		/* NULL: it has none */
	} *v;				/* IFNAMES_MAX, which stay in place */
	uint32_t n;
	uint16_t hint[256];		/* by the low bits of ifindex */
};

/* The place of the source's number in v, asked for anew when it is not where
 * the hint says.  A number beyond v when there is no room for more. */
uint32_t ifnames_find(struct ifnames *, struct capture *, uint32_t ifindex);

/* Puts our number in place of the source's, which is always the same one. */
static inline void
ifnames_map(struct ifnames *t, struct capture *c, struct frame *f)
{
	uint32_t i = t->hint[f->ifindex & 255];

	if (i >= t->n || t->v[i].ifindex != f->ifindex)
		i = ifnames_find(t, c, f->ifindex);
	if (f->ifindex != i)	/* what was just written is dear to copy */
		f->ifindex = i;
}

/* The source's number for one of ours. */
static inline uint32_t
ifnames_source(const struct ifnames *t, uint32_t number)
{
	return number < t->n ? t->v[number].ifindex : number;
}

/* The name of one of our numbers; NULL when it has none.  Other threads may
 * ask for those that they were told of, while more are added. */
const char *ifnames_get(const struct ifnames *, uint32_t number);

void ifnames_free(struct ifnames *);

#endif
