/* recent.c: whose a connection was, for those who ask when it is gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mix.h"
#include "process/recent.h"

#define LASTS	(120 * INT64_C(1000000000))

enum { BITS = 13, SLOTS = 1 << BITS, PROBES = 8 };

struct slot {
	struct recent_key key;
	int64_t put;		/* when; 0: it is free */
	struct process process;
};

struct recent {
	struct slot slot[SLOTS];
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
home(const struct recent_key *k)
{
	uint64_t h = mix(k->local.w[0] ^ k->remote.w[1] ^
	    UINT64_C(0xa0761d6478bd642f), k->remote.w[0] ^ k->local.w[1] ^
	    UINT64_C(0xe7037ed1a0b428db));

	h = mix(h ^ (uint64_t)k->local_port << 16 ^ k->remote_port,
	    UINT64_C(0x8ebc6af09c88c6e3));
	return (uint32_t)(h >> (64 - BITS));
}

static struct slot *
find(struct recent *r, const struct recent_key *k)
{
	for (uint32_t i = 0; i < PROBES; i++) {
		struct slot *s = &r->slot[(home(k) + i) % SLOTS];

		if (s->put != 0 && memcmp(&s->key, k, sizeof(*k)) == 0)
			return s;
	}
	return NULL;
}

/* A free one, or else the oldest. */
static struct slot *
make_room(struct recent *r, const struct recent_key *k)
{
	struct slot *oldest = NULL;

	for (uint32_t i = 0; i < PROBES; i++) {
		struct slot *s = &r->slot[(home(k) + i) % SLOTS];

		if (oldest == NULL || s->put < oldest->put)
			oldest = s;
	}
	return oldest;
}

void
recent_put(struct recent *r, const struct recent_key *k,
    const struct process *p, int64_t now)
{
	struct slot *s = find(r, k);

	if (s == NULL)
		s = make_room(r, k);
	s->key = *k;
	s->put = now;
	s->process = *p;
}

const struct process *
recent_get(struct recent *r, const struct recent_key *k, int64_t now)
{
	const struct slot *s = find(r, k);

	return s != NULL && now - s->put <= LASTS ? &s->process : NULL;
}
