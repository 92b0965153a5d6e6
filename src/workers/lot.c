/* lot.c: packets on their way to the worker that owns them. */
#include "core/region.h"
#include "workers/lot.h"

static size_t
bytes(uint32_t max)
{
	return sizeof(struct lot) + max * sizeof(struct slot);
}

/* Most of it will never be written to. */
struct lot *
lot_new(uint32_t max)
{
	struct lot *l = region_new(bytes(max));

	if (l == NULL)
		return NULL;
	l->max = max;
	lot_clear(l);
	return l;
}

void
lot_free(struct lot *l)
{
	if (l != NULL)
		region_free(l, bytes(l->max));
}
