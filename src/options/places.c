/* places.c: which interfaces -i and --netns name. */
#include <string.h>

#include "capture/live/netns.h"
#include "options/options.h"

/* Namespaces are compared as they are written: who names one in two ways sees
 * its packets twice, which dedup knows. */
static int
same_netns(const struct capture_place *a, const struct capture_place *b)
{
	if (a->netns == NULL || b->netns == NULL)
		return a->netns == b->netns;
	return strcmp(a->netns, b->netns) == 0;
}

static int
is_any(const struct capture_place *p)
{
	return strcmp(p->iface, "any") == 0;
}

static int
check_pair(const struct capture_place *a, const struct capture_place *b,
    struct errbuf *e)
{
	if (!same_netns(a, b))
		return 0;
	if (strcmp(a->iface, b->iface) == 0)
		return err_set(e, "-i %s: it is named twice", a->name);
	if (is_any(a) || is_any(b))
		return err_set(e, "-i %s: it is part of -i %s",
		    is_any(a) ? b->name : a->name,
		    is_any(a) ? a->name : b->name);
	return 0;
}

int
options_places(struct options *o, struct errbuf *e)
{
	for (; o->nplaces < o->ninterfaces; o->nplaces++) {
		struct capture_place *p = &o->place[o->nplaces];

		if (netns_place(p, o->interface[o->nplaces], o->netns,
		    e) == -1) {
			netns_place_free(p);
			return -1;
		}
		for (unsigned int i = 0; i < o->nplaces; i++)
			if (check_pair(&o->place[i], p, e) == -1) {
				netns_place_free(p);
				return -1;
			}
	}
	return 0;
}
