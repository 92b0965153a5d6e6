/* ifnames.c: the names of the interfaces that frames came from. */
#include <stdlib.h>
#include <string.h>

#include "ifnames.h"

/* Its number; without memory one that has no name. */
static uint32_t
add(struct ifnames *t, struct capture *c, uint32_t ifindex)
{
	const struct capture_interface *i = capture_interface(c, ifindex);

	if (t->v == NULL)
		t->v = calloc(IFNAMES_MAX, sizeof(*t->v));
	if (t->v == NULL)
		return UINT32_MAX;
	t->v[t->n] = (struct ifname){ ifindex,
	    i != NULL && i->name != NULL ? strdup(i->name) : NULL };
	return t->n++;
}

uint32_t
ifnames_find(struct ifnames *t, struct capture *c, uint32_t ifindex)
{
	uint32_t i = 0;

	while (i < t->n && t->v[i].ifindex != ifindex)
		i++;
	if (i == t->n && t->n < IFNAMES_MAX)
		i = add(t, c, ifindex);
	t->hint[ifindex & 255] = (uint16_t)i;
	return i;
}

const char *
ifnames_get(const struct ifnames *t, uint32_t number)
{
	return number < IFNAMES_MAX && t->v != NULL ? t->v[number].name : NULL;
}

void
ifnames_free(struct ifnames *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->v[i].name);
	free(t->v);
}
