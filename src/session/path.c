/* path.c: the headers, tags and tunnels that a session's packets come in. */
#include <stdlib.h>
#include <string.h>

#include <sessdump/dissector.h>

#include "session/path.h"

enum { BUCKETS = 64 };		/* at first; a power of two */

struct path_table {
	struct path **bucket;
	uint32_t mask;		/* number of buckets, less one */
	uint32_t count;
	struct path *last;	/* what was found last: mostly it is again */
};

struct path_table *
path_table_new(void)
{
	struct path_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->mask = BUCKETS - 1;
	t->bucket = calloc(BUCKETS, sizeof(*t->bucket));
	if (t->bucket == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
path_table_free(struct path_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i <= t->mask; i++)
		while (t->bucket[i] != NULL) {
			struct path *p = t->bucket[i];

			t->bucket[i] = p->next;
			free(p);
		}
	free(t->bucket);
	free(t);
}

/* Keeps chains short; without memory they get longer. */
static void
grow(struct path_table *t)
{
	uint32_t mask = 2 * t->mask + 1;
	struct path **bucket;

	if (t->count <= t->mask)
		return;
	bucket = calloc((size_t)mask + 1, sizeof(*bucket));
	if (bucket == NULL)
		return;
	for (uint32_t i = 0; i <= t->mask; i++)
		while (t->bucket[i] != NULL) {
			struct path *p = t->bucket[i];

			t->bucket[i] = p->next;
			p->next = bucket[p->hash & mask];
			bucket[p->hash & mask] = p;
		}
	free(t->bucket);
	t->bucket = bucket;
	t->mask = mask;
}

static uint32_t
hash_bytes(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(h ^ h >> 32);
}

static uint32_t
path_hash(const struct packet *p)
{
	uint64_t h = p->own_layers ^ (uint64_t)p->frame->ifindex << 8;

	for (unsigned int i = 0; i < p->own_layers; i++)
		h = (h ^ (uintptr_t)p->layer[i].dissector >> 4) *
		    UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned int i = 0; i < p->nvlans; i++)
		h = (h ^ (p->vlan[i] & 0xfffU)) * UINT64_C(0x9e3779b97f4a7c15);
	if (p->ntunnels > 0)
		return hash_bytes(h, p->tunnel,
		    p->ntunnels * sizeof(p->tunnel[0]));
	return (uint32_t)(h ^ h >> 32);
}

static int
path_equal(const struct path *a, const struct packet *p)
{
	if (a->ifindex != p->frame->ifindex ||
	    a->nlayers != p->own_layers || a->nvlans != p->nvlans ||
	    a->ntunnels != p->ntunnels)
		return 0;
	for (unsigned int i = 0; i < p->own_layers; i++)
		if (a->layer[i] != p->layer[i].dissector)
			return 0;
	for (unsigned int i = 0; i < p->nvlans; i++)
		if (a->vlan[i] != (p->vlan[i] & 0xfff))
			return 0;
	return memcmp(a->tunnel, p->tunnel,
	    p->ntunnels * sizeof(p->tunnel[0])) == 0;
}

static struct path *
path_new(const struct packet *p, uint32_t hash)
{
	struct path *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->hash = hash;
	n->ifindex = p->frame->ifindex;
	n->nlayers = p->own_layers;
	n->nvlans = p->nvlans;
	n->ntunnels = p->ntunnels;
	for (unsigned int i = 0; i < p->own_layers; i++)
		n->layer[i] = p->layer[i].dissector;
	for (unsigned int i = 0; i < p->nvlans; i++)
		n->vlan[i] = p->vlan[i] & 0xfff;
	memcpy(n->tunnel, p->tunnel, p->ntunnels * sizeof(p->tunnel[0]));
	return n;
}

const struct path *
path_get(struct path_table *t, const struct packet *p)
{
	uint32_t hash;
	struct path *n;

	if (t->last != NULL && path_equal(t->last, p)) {
		t->last->users++;
		return t->last;
	}
	hash = path_hash(p);
	for (n = t->bucket[hash & t->mask]; n != NULL; n = n->next)
		if (n->hash == hash && path_equal(n, p))
			break;
	if (n == NULL) {
		n = path_new(p, hash);
		if (n == NULL)
			return NULL;
		grow(t);
		t->count++;
		n->next = t->bucket[hash & t->mask];
		t->bucket[hash & t->mask] = n;
	}
	n->users++;
	t->last = n;
	return n;
}

void
path_put(struct path_table *t, const struct path *path)
{
	struct path **at;

	if (path == NULL)
		return;
	at = &t->bucket[path->hash & t->mask];
	while (*at != path)
		at = &(*at)->next;
	if (--(*at)->users > 0)
		return;
	if (t->last == *at)
		t->last = NULL;
	*at = path->next;
	t->count--;
	free((struct path *)path);
}

const char *
path_service(const struct path *p)
{
	const struct dissector *last;
	const char *transport;

	if (p == NULL || p->nlayers < 2)
		return NULL;
	transport = p->layer[p->nlayers - 2]->name;
	last = p->layer[p->nlayers - 1];
	if ((strcmp(transport, "tcp") != 0 && strcmp(transport, "udp") != 0) ||
	    (p->ntunnels > 0 && p->tunnel[p->ntunnels - 1].dissector == last))
		return NULL;
	return last->name;
}
