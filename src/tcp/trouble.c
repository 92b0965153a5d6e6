/* trouble.c: what went wrong in a session: rare, so it stands apart. */
#include <errno.h>
#include <string.h>

#include "tcp/trouble.h"

int
trouble_init(struct trouble_pool *t, uint32_t max, struct errbuf *e)
{
	t->used = t->free = 0;
	t->bytes = ((size_t)max + 1) * sizeof(*t->slab);
	t->slab = region_new(t->bytes);
	if (t->slab == NULL)
		return err_set(e, "session table of %u: %s", max,
		    strerror(errno));
	region_front_init(&t->front, t->slab, t->bytes, REGION_FEW);
	return 0;
}

void
trouble_fini(struct trouble_pool *t)
{
	region_free(t->slab, t->bytes);
}

struct trouble *
trouble_get(struct trouble_pool *t, uint32_t *number)
{
	struct trouble *w;

	if (*number != 0)
		return &t->slab[*number];
	*number = t->free != 0 ? t->free : ++t->used;
	w = &t->slab[*number];
	if (t->free != 0)
		memcpy(&t->free, w, sizeof(t->free));
	else
		region_reach(&t->front, w + 1);
	memset(w, 0, sizeof(*w));	/* written to first: see region.h */
	return w;
}

void
trouble_put(struct trouble_pool *t, uint32_t number)
{
	if (number == 0)
		return;
	memcpy(&t->slab[number], &t->free, sizeof(t->free));
	t->free = number;
}
