/*
 * table.h: where sessions stand: a slab, an index over it, and lists.
 *
 * The index is a power of two of 32-bit slots, open addressing with linear
 * probing, at most half full.  A slot holds the number of a session in the
 * slab and, in the bits above, a piece of its hash, so that a probe rarely
 * touches a session that is not the one.  Three bits of that say where the
 * probe for it began, so that a slot is moved without a look at its session.
 *
 * Only the files of session.h use this.
 */
#ifndef SRC_SESSION_TABLE_H
#define SRC_SESSION_TABLE_H

#include <stddef.h>
#include <string.h>

#include "core/mix.h"
#include "core/region.h"
#include "session/session.h"

enum {
	TABLE_INDEX_LEAST = 1 << 10,	/* slots */
	TABLE_MAX_SESSIONS = 1 << 28,
};

/* The least recently active first; numbers into the slab, 0 for none. */
struct table_list {
	uint32_t head, tail, count;
};

struct table {
	struct session *slab;	/* [1 .. max], reserved, touched by need */
	uint32_t max;
	uint32_t used;		/* slab[1 .. used] have been touched */
	struct region_front front; /* of the slab */
	uint32_t live;
	uint32_t free;		/* list of free sessions, by session.next */
	uint32_t *index;
	uint32_t mask;		/* slots, less one; numbers are below half of
				 * that, above it a slot has the hash's bits */
	struct table_list list[TIMEOUTS];
	uint64_t seed[4];	/* of the hash */
};

/* -1 and errbuf when memory cannot be had. */
int table_init(struct table *, uint32_t max, uint64_t seed, struct errbuf *);
void table_fini(struct table *);

enum { TABLE_KEY_END = offsetof(struct session_key, port) };

_Static_assert(sizeof(struct session_key) == TABLE_KEY_END + sizeof(uint64_t),
    "table_hash() must see the whole key");

/*
 * The ports, of which the first is that of addr[dir], and the four bytes behind
 * them: stored at once, since table_hash() loads them so, and what is stored in
 * pieces is slow to load as a whole.
 */
static inline void
table_key_end(struct session_key *k, uint32_t sport, uint32_t dport,
    unsigned int dir, uint64_t protocol, uint64_t ip_version, uint64_t one_way)
{
	unsigned int turn = 16 * dir;	/* a branch would go wrong */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint32_t ports = sport | dport << 16;
	uint64_t end = (ports << turn | ports >> (-turn & 31)) |
	    protocol << 32 | ip_version << 40 | one_way << 48;
#else
	uint32_t ports = sport << 16 | dport;
	uint64_t end = (uint64_t)(ports << turn | ports >> (-turn & 31)) << 32 |
	    protocol << 24 | ip_version << 16 | one_way << 8;
#endif

	memcpy((char *)k + TABLE_KEY_END, &end, sizeof(end));
}

/*
 * "outer" is what --key adds to the key, or 0.  Sessions of one key differ in
 * their hash by as much as in this: so the two tell who is who, without it.
 */
static inline uint32_t
table_hash(const struct table *t, const struct session_key *k,
    uint32_t outer)
{
	uint64_t h, end;

	memcpy(&end, (const char *)k + TABLE_KEY_END, sizeof(end));
	h = mix(end ^ t->seed[0], k->addr[0].w[0] ^ t->seed[1]);
	h = mix(h ^ k->addr[1].w[0], t->seed[2]);
	h = mix(h ^ k->addr[0].w[1], k->addr[1].w[1] ^ t->seed[3]);
	return (uint32_t)(h ^ h >> 32) ^ outer;
}

static inline void
table_prefetch(const struct table *t, uint32_t hash)
{
	__builtin_prefetch(&t->index[hash & t->mask]);
}

/* What a slot has of the hash, above the bits of the number: the last three of
 * it come first, which are the last of where a probe begins. */
enum { TABLE_HOME = 3 };

static inline uint32_t
table_tag(uint32_t hash)
{
	return hash >> TABLE_HOME | hash << (32 - TABLE_HOME);
}

/* A probe ends at the slot: it is empty, or seems to be the one. */
static inline int
table_ends(uint32_t slot, uint32_t tag, uint32_t mask)
{
	return slot == 0 || (slot ^ tag) <= mask;
}

/* How many slots a probe passes before it ends, of the first four, which are
 * looked at together, since no branch could foretell which it is; or 4. */
static inline unsigned int
table_passed(const uint32_t *slot, uint32_t tag, uint32_t mask)
{
#ifdef __SSE2__
	typedef uint32_t four __attribute__((vector_size(16)));
	typedef float flags __attribute__((vector_size(16)));
	four v;

	memcpy(&v, slot, sizeof(v));
	v = (four)(v == 0) | (four)(((v ^ tag) & ~mask) == 0);
	return (unsigned int)__builtin_ctz(
	    (unsigned int)__builtin_ia32_movmskps((flags)v) | 1U << 4);
#else
	unsigned int n = 0;

	while (n < 4 && !table_ends(slot[n], tag, mask))
		n++;
	return n;
#endif
}

/* The slot, from the i-th on, at which a probe ends. */
static inline uint32_t
table_probe(const struct table *t, uint32_t i, uint32_t hash)
{
	uint32_t mask = t->mask, tag = table_tag(hash);
	unsigned int passed = table_passed(&t->index[i & mask], tag, mask);

	for (i += passed; passed == 4 &&
	    !table_ends(t->index[i & mask], tag, mask); i++)
		;
	return i & mask;
}

/* The second pass: the number of the session that this seems to be, by the
 * piece of its hash; 0 when it is not there. */
static inline uint32_t
table_guess(const struct table *t, uint32_t hash)
{
	return t->index[table_probe(t, hash, hash)] & t->mask;
}

static inline int
table_is(const struct session *s, const struct session_key *k, uint32_t hash)
{
	return s->hash == hash && memcmp(&s->key, k, sizeof(*k)) == 0;
}

/* NULL when it is not there. */
static inline struct session *
table_find(const struct table *t, const struct session_key *k, uint32_t hash)
{
	uint32_t mask = t->mask, i = table_probe(t, hash, hash);

	while (t->index[i] != 0 && !table_is(&t->slab[t->index[i] & mask], k,
	    hash))
		i = table_probe(t, i + 1, hash);
	return t->index[i] != 0 ? &t->slab[t->index[i] & mask] : NULL;
}

/* A zeroed session with key and hash, in the index, in no list.  NULL when
 * the table is full or the index cannot grow. */
struct session *table_add(struct table *, const struct session_key *,
    uint32_t hash);
void table_remove(struct table *, struct session *);

/* Lists by session.timeout. */
void table_enqueue(struct table *, struct session *);
void table_dequeue(struct table *, struct session *);
struct session *table_oldest(const struct table *, unsigned int timeout);

#endif
