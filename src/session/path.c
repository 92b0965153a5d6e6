/* path.c: the headers, tags and tunnels that a session's packets come in. */
#include <sys/random.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <sessdump/dissector.h>

#include "core/mix.h"
#include "session/path.h"

enum {
	BUCKETS		= 64,		/* at first; a power of two */
	KNOWN		= 256,		/* a byte tells which; 0 is none */
	SLOTS		= 2 * KNOWN,
	RECENT		= 32,
};

/* The second byte of a tunnel tells what follows the first two. */
enum {
	TUNNEL_ID	= 1 << 0,	/* four bytes */
	TUNNEL_ONE_WAY	= 1 << 1,
	TUNNEL_OUTER	= 1 << 2,	/* two addresses */
	TUNNEL_IPV6	= 1 << 3,	/* of 16 bytes, not of 4 */
	TUNNEL_MAX	= 2 + 4 + 2 * 16,
};

/* A path as it is looked up: the members of struct path that tell it from
 * another, without gaps, and zeros up to a whole word. */
struct key {
	uint64_t len;		/* of data, without the zeros */
	uint32_t ifindex;
	uint8_t nlayers, nvlans, ntunnels, nothers;
	uint8_t data[PACKET_LAYERS + 2 * PACKET_VLANS +
	    PACKET_TUNNELS * TUNNEL_MAX + 2 * PATH_OTHERS + sizeof(uint64_t)];
};

_Static_assert(sizeof(((struct key *)NULL)->data) <= UINT8_MAX,
    "a byte holds len");
_Static_assert(offsetof(struct key, data) == 2 * sizeof(uint64_t),
    "no gap before the data");

struct path_table {
	struct path **bucket;
	uint32_t mask;		/* number of buckets, less one */
	uint32_t count;
	uint32_t made;		/* all that there were */
	uint64_t seed[2];	/* of the hash, as in defrag.c */
	const struct dissector *known[KNOWN];
	unsigned int nknown;
	uint8_t slot[SLOTS];	/* where in known, by address */
	struct path *recent[RECENT];	/* by recent_of(), or NULL */
};

struct path_table *
path_table_new(void)
{
	struct path_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	(void)!getrandom(t->seed, sizeof(t->seed), 0);
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

/* The byte that stands for a dissector; 0 when there are too many. */
static uint8_t
code_of(struct path_table *t, const struct dissector *d)
{
	uint32_t i = (uint32_t)((uintptr_t)d >> 5) % SLOTS;

	for (; t->slot[i] != 0; i = (i + 1) % SLOTS)
		if (t->known[t->slot[i]] == d)
			return t->slot[i];
	if (t->nknown == KNOWN - 1)
		return 0;
	t->known[++t->nknown] = d;
	return t->slot[i] = (uint8_t)t->nknown;
}

static uint8_t *
put(uint8_t *b, const void *p, size_t n)
{
	memcpy(b, p, n);
	return b + n;
}

static uint8_t *
put_tunnel(uint8_t *b, const struct tunnel *t, uint8_t code)
{
	int ipv6 = t->has_outer && t->outer_version == 6;

	*b++ = code;
	*b++ = (uint8_t)((t->has_id ? TUNNEL_ID : 0) |
	    (t->id_one_way ? TUNNEL_ONE_WAY : 0) |
	    (t->has_outer ? TUNNEL_OUTER : 0) | (ipv6 ? TUNNEL_IPV6 : 0));
	if (t->has_id)
		b = put(b, &t->id, sizeof(t->id));
	if (ipv6) {
		b = put(b, &t->outer_src, 16);
		b = put(b, &t->outer_dst, 16);
	} else if (t->has_outer) {
		b = put(b, &t->outer_src, 4);
		b = put(b, &t->outer_dst, 4);
	}
	return b;
}

/* -1 when there are too many dissectors. */
static int
key_fill(struct path_table *t, const struct packet *p, struct key *k)
{
	uint8_t *b = k->data;

	k->ifindex = p->frame->ifindex;
	k->nlayers = p->own_layers;
	k->nvlans = p->nvlans;
	k->ntunnels = p->ntunnels;
	k->nothers = 0;
	for (unsigned int i = 0; i < p->own_layers; i++)
		if ((*b++ = code_of(t, p->layer[i].dissector)) == 0)
			return -1;
	for (unsigned int i = 0; i < p->nvlans; i++) {
		*b++ = p->vlan[i] >> 8 & 0xf;
		*b++ = p->vlan[i] & 0xff;
	}
	for (unsigned int i = 0; i < p->ntunnels; i++) {
		uint8_t code = code_of(t, p->tunnel[i].dissector);

		if (code == 0)
			return -1;
		b = put_tunnel(b, &p->tunnel[i], code);
	}
	k->len = (uint64_t)(b - k->data);
	memset(b, 0, sizeof(uint64_t));
	return 0;
}

static uint32_t
key_hash(const struct path_table *t, const struct key *k)
{
	size_t n = offsetof(struct key, data) + (size_t)k->len;
	uint64_t word, h = t->seed[0];

	for (size_t i = 0; i < n; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)k + i, sizeof(word));
		h = mix(h ^ word, t->seed[1] ^ UINT64_C(0xa0761d6478bd642f));
	}
	return (uint32_t)(h ^ h >> 32);
}

static int
path_is(const struct path *p, const struct key *k)
{
	return p->ifindex == k->ifindex && p->nlayers == k->nlayers &&
	    p->nvlans == k->nvlans && p->ntunnels == k->ntunnels &&
	    p->nothers == k->nothers &&
	    p->len == k->len && memcmp(p->data, k->data, k->len) == 0;
}

static struct path *
path_new(struct path_table *t, const struct key *k, uint32_t hash)
{
	struct path *p = malloc(offsetof(struct path, data) + k->len);

	if (p == NULL)
		return NULL;
	p->known = t->known;
	p->hash = hash;
	p->number = t->made++;
	p->users = 0;
	p->ifindex = k->ifindex;
	p->nlayers = k->nlayers;
	p->nvlans = k->nvlans;
	p->ntunnels = k->ntunnels;
	p->nothers = k->nothers;
	p->len = (uint8_t)k->len;
	memcpy(p->data, k->data, k->len);
	grow(t);
	t->count++;
	p->next = t->bucket[hash & t->mask];
	t->bucket[hash & t->mask] = p;
	return p;
}

static struct path *
find_or_add(struct path_table *t, const struct key *k)
{
	uint32_t hash = key_hash(t, k);
	struct path *p;

	for (p = t->bucket[hash & t->mask]; p != NULL; p = p->next)
		if (p->hash == hash && path_is(p, k))
			break;
	if (p == NULL && (p = path_new(t, k, hash)) == NULL)
		return NULL;
	p->users++;
	return p;
}

static struct path **
recent_of(struct path_table *t, const struct packet *p)
{
	unsigned int last = p->own_layers > 0 ? p->own_layers - 1U : 0;
	uintptr_t a = (uintptr_t)p->layer[last].dissector,
	    b = (uintptr_t)p->layer[last - (last > 0)].dissector;

	/* TCP is over IPv4 and over IPv6. */
	return &t->recent[(a >> 5 ^ b >> 4 ^ last) % RECENT];
}

/* Without tunnels: nearly all. */
static int
is_of(const struct path *path, const struct packet *p)
{
	if (path->ifindex != p->frame->ifindex ||
	    path->nlayers != p->own_layers || path->nvlans != p->nvlans ||
	    (path->ntunnels | p->ntunnels | path->nothers) != 0)
		return 0;
	for (unsigned int i = 0; i < path->nlayers; i++)
		if (path_layer(path, i) != p->layer[i].dissector)
			return 0;
	for (unsigned int i = 0; i < path->nvlans; i++)
		if (path_vlan(path, i) != (p->vlan[i] & 0xfffU))
			return 0;
	return 1;
}

const struct path *
path_get(struct path_table *t, const struct packet *packet)
{
	struct path **recent = recent_of(t, packet);
	struct key k;

	if (*recent == NULL || !is_of(*recent, packet)) {
		if (key_fill(t, packet, &k) == -1)
			return NULL;
		return *recent = find_or_add(t, &k);
	}
	(*recent)->users++;
	return *recent;
}

const struct path *
path_also_on(struct path_table *t, const struct path *path, uint32_t ifindex)
{
	const uint8_t number[2] = { (uint8_t)(ifindex >> 8), (uint8_t)ifindex };
	const struct path *longer;
	unsigned int i = 0;
	struct key k = {
		path->len, path->ifindex, path->nlayers, path->nvlans,
		path->ntunnels, path->nothers, { 0 }
	};

	while (i < path->nothers && path_other(path, i) != ifindex)
		i++;
	if (ifindex == path->ifindex || i < path->nothers ||
	    i == PATH_OTHERS || ifindex > UINT16_MAX)
		return path;
	memcpy(k.data, path->data, path->len);
	memcpy(k.data + path->len, number, sizeof(number));
	k.len += sizeof(number);
	k.nothers++;
	longer = find_or_add(t, &k);
	if (longer == NULL)
		return path;
	path_put(t, path);
	return longer;
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
	*at = path->next;
	t->count--;
	for (unsigned int i = 0; i < RECENT; i++)
		if (t->recent[i] == path)
			t->recent[i] = NULL;
	free((struct path *)path);
}

/* Of the i-th tunnel the first byte. */
static const uint8_t *
find_tunnel(const struct path *p, unsigned int i)
{
	const uint8_t *b = p->data + p->nlayers + 2 * p->nvlans;

	for (; i > 0; i--)
		b += 2 + (b[1] & TUNNEL_ID ? 4 : 0) +
		    (b[1] & TUNNEL_IPV6 ? 32 : b[1] & TUNNEL_OUTER ? 8 : 0);
	return b;
}

void
path_tunnel(const struct path *p, unsigned int i, struct tunnel *t)
{
	const uint8_t *b = find_tunnel(p, i);
	unsigned int has = b[1], n = has & TUNNEL_IPV6 ? 16 : 4;

	memset(t, 0, sizeof(*t));
	t->dissector = p->known[b[0]];
	t->id_one_way = (has & TUNNEL_ONE_WAY) != 0;
	b += 2;
	if (has & TUNNEL_ID) {
		t->has_id = 1;
		memcpy(&t->id, b, sizeof(t->id));
		b += sizeof(t->id);
	}
	if (has & TUNNEL_OUTER) {
		t->has_outer = 1;
		t->outer_version = n == 16 ? 6 : 4;
		memcpy(&t->outer_src, b, n);
		memcpy(&t->outer_dst, b + n, n);
	}
}

const char *
path_service(const struct path *p)
{
	const struct dissector *last;
	const char *transport;

	if (p == NULL || p->nlayers < 2)
		return NULL;
	transport = path_layer(p, p->nlayers - 2U)->name;
	last = path_layer(p, p->nlayers - 1U);
	if ((strcmp(transport, "tcp") != 0 && strcmp(transport, "udp") != 0) ||
	    (p->ntunnels > 0 &&
	    p->known[find_tunnel(p, p->ntunnels - 1U)[0]] == last))
		return NULL;
	return last->name;
}
