/* ifnames.c: the names of the interfaces that frames came from. */
#include <stdlib.h>
#include <string.h>

#include "ifnames.h"

enum { IFNAMES_MAX = 4096 };	/* a file may claim any number of them */

void
ifnames_source(struct ifnames *t)
{
	t->source++;
}

static int
is(const struct ifnames *t, uint32_t i, uint32_t ifindex)
{
	return i < t->n && t->v[i].ifindex == ifindex &&
	    t->v[i].source == t->source;
}

/* Its number; without memory one that has no name. */
static uint32_t
add(struct ifnames *t, struct capture *c, uint32_t ifindex)
{
	const struct capture_interface *i = capture_interface(c, ifindex);

	if (t->n == t->capacity) {
		uint32_t capacity = t->capacity == 0 ? 16 : 2 * t->capacity;
		struct ifname *v = realloc(t->v, capacity * sizeof(*v));

		if (v == NULL)
			return UINT32_MAX;
		t->v = v;
		t->capacity = capacity;
	}
	t->v[t->n] = (struct ifname){ t->source, ifindex,
	    i != NULL && i->name != NULL ? strdup(i->name) : NULL };
	return t->n++;
}

void
ifnames_map(struct ifnames *t, struct capture *c, struct frame *f)
{
	uint32_t i = t->last;

	if (!is(t, i, f->ifindex))
		i = t->hint[f->ifindex & 255];
	if (!is(t, i, f->ifindex)) {
		for (i = 0; i < t->n && !is(t, i, f->ifindex); i++)
			continue;
		if (i == t->n && t->n < IFNAMES_MAX)
			i = add(t, c, f->ifindex);
		t->hint[f->ifindex & 255] = (uint16_t)i;
	}
	t->last = i;
	f->ifindex = i;
}

const char *
ifnames_get(const struct ifnames *t, uint32_t number)
{
	return number < t->n ? t->v[number].name : NULL;
}

void
ifnames_free(struct ifnames *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->v[i].name);
	free(t->v);
}
