/* recent.c: who opened which connection, for those who ask later. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "process/recent.h"

enum { BITS = 14, PROBES = 8 };
_Static_assert((int)RECENT_MOST == 1 << BITS, "as home() has it");

struct slot {
	int64_t put;		/* when; 0: it is free */
	struct opened opened;
};

struct recent {
	struct slot slot[RECENT_MOST];
};

struct recent *
recent_new(struct errbuf *e)
{
	struct recent *r = calloc(1, sizeof(*r));

	if (r == NULL)
		err_set(e, "processes: %s", strerror(errno));
	return r;
}

void
recent_free(struct recent *r)
{
	free(r);
}

static uint32_t
home(const struct opened *k)
{
	uint64_t h = mix(k->local.w[0] ^ k->remote.w[1] ^
	    UINT64_C(0xa0761d6478bd642f), k->remote.w[0] ^ k->local.w[1] ^
	    UINT64_C(0xe7037ed1a0b428db));

	h = mix(h ^ (uint64_t)k->local_port << 16 ^ k->remote_port,
	    UINT64_C(0x8ebc6af09c88c6e3));
	return (uint32_t)(h >> (64 - BITS));
}

static int
is_same(const struct opened *a, const struct opened *b)
{
	return a->local.w[0] == b->local.w[0] &&
	    a->local.w[1] == b->local.w[1] &&
	    a->remote.w[0] == b->remote.w[0] &&
	    a->remote.w[1] == b->remote.w[1] &&
	    a->local_port == b->local_port &&
	    a->remote_port == b->remote_port && a->netns == b->netns &&
	    a->ip_version == b->ip_version;
}

/* Its own place, or else a free one, or the oldest. */
static struct slot *
place_for(struct recent *r, const struct opened *k)
{
	struct slot *best = NULL;

	for (uint32_t i = 0; i < PROBES; i++) {
		struct slot *s = &r->slot[(home(k) + i) % RECENT_MOST];

		if (s->put != 0 && is_same(&s->opened, k))
			return s;
		if (best == NULL || s->put < best->put)
			best = s;
	}
	return best;
}

void
recent_put(struct recent *r, const struct opened *o, int64_t now)
{
	*place_for(r, o) = (struct slot){ now, *o };
}

const struct opened *
recent_get(const struct recent *r, const struct opened *k, int64_t since)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		const struct slot *s = &r->slot[(home(k) + i) % RECENT_MOST];

		if (s->put != 0 && is_same(&s->opened, k))
			return s->put >= since ? &s->opened : NULL;
	}
	return NULL;
}
