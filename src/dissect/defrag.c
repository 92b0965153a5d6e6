/* defrag.c: IP reassembly, RFC 791 section 3.2 and RFC 8200 section 4.5. */
#include <sys/queue.h>
#include <sys/random.h>

#include <stdlib.h>

#include <sessdump/wire.h>

#include "core/mix.h"
#include "core/names.h"
#include "dissect/blocks.h"
#include "dissect/copies.h"
#include "dissect/defrag.h"

enum {
	BUCKETS		= 1024,		/* a power of two */
	IPV6_HEADER	= 40,		/* which its length leaves out */
	IPV6_FRAGMENT	= 8,		/* the Fragment header */
	SMALL		= 2048,		/* most datagrams fit into it */
};

struct datagram {
	TAILQ_ENTRY(datagram) age;	/* oldest first; or the done list */
	LIST_ENTRY(datagram) chain;	/* of its bucket */
	struct flow first;	/* the flow of the fragment at offset 0 */
	int64_t ts;		/* when the first to arrive came */
	uint64_t frame_bytes;
	uint32_t header_len;	/* bytes of first's datagram before the data */
	uint32_t total;		/* bytes of payload; 0 until the last came */
	uint32_t valid;		/* data[0 .. valid) was captured, if received */
	uint32_t capacity;	/* of data */
	uint16_t next_table, next_key;
	uint8_t has_first;
	uint8_t *data;		/* small, or allocated */
	struct blocks blocks;	/* received */
	uint8_t small[SMALL];
};

struct defrag {
	LIST_HEAD(bucket, datagram) bucket[BUCKETS];
	TAILQ_HEAD(ages, datagram) waiting, done;
	LIST_HEAD(spares, datagram) spare;
	unsigned int count;		/* of waiting */
	unsigned int nspare;		/* count + nspare are DEFRAG_DATAGRAMS,
					 * or less */
	size_t memory;			/* bytes of data, waiting and done */
	struct defrag_stats stats;
	struct copies *copies;		/* or NULL */
	uint64_t seed;			/* of the hash: buckets are no secret
					 * that a sender could aim at */
};

struct defrag *
defrag_new(void)
{
	struct defrag *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	TAILQ_INIT(&d->waiting);
	TAILQ_INIT(&d->done);
	LIST_INIT(&d->spare);
	/* Without one, aimed fragments would only be slow. */
	(void)!getrandom(&d->seed, sizeof(d->seed), 0);
	return d;
}

static struct datagram *
datagram_new(struct defrag *d)
{
	struct datagram *g = LIST_FIRST(&d->spare);

	if (g == NULL)
		return calloc(1, sizeof(*g));
	LIST_REMOVE(g, chain);
	d->nspare--;
	return g;
}

/* It is no longer waiting or done. */
static void
datagram_free(struct defrag *d, struct datagram *g)
{
	d->memory -= g->capacity;
	if (g->data != g->small)
		free(g->data);
	if (d->count + d->nspare >= DEFRAG_DATAGRAMS) {
		free(g);
		return;
	}
	blocks_clear(&g->blocks);
	LIST_INSERT_HEAD(&d->spare, g, chain);
	d->nspare++;
}

static void
forget(struct defrag *d, struct datagram *g)
{
	TAILQ_REMOVE(&d->waiting, g, age);
	LIST_REMOVE(g, chain);
	d->count--;
}

static void
give_up(struct defrag *d, struct datagram *g)
{
	forget(d, g);
	datagram_free(d, g);
	d->stats.lost++;
}

void
defrag_release(struct defrag *d)
{
	struct datagram *g;

	while ((g = TAILQ_FIRST(&d->done)) != NULL) {
		TAILQ_REMOVE(&d->done, g, age);
		datagram_free(d, g);
	}
}

void
defrag_finish(struct defrag *d)
{
	struct datagram *g;

	while ((g = TAILQ_FIRST(&d->waiting)) != NULL)
		give_up(d, g);
}

void
defrag_free(struct defrag *d)
{
	struct datagram *g;

	if (d == NULL)
		return;
	defrag_finish(d);
	defrag_release(d);
	while ((g = LIST_FIRST(&d->spare)) != NULL) {
		LIST_REMOVE(g, chain);
		free(g);
	}
	free(d);
}

const struct defrag_stats *
defrag_stats(const struct defrag *d)
{
	return &d->stats;
}

/* The protocol is part of the key in IPv4 only (RFC 8200 section 4.5). */
static int
same_datagram(const struct flow *a, const struct flow *b)
{
	return a->frag.id == b->frag.id && a->ip_version == b->ip_version &&
	    (a->ip_version == 6 || a->protocol == b->protocol) &&
	    memcmp(&a->src, &b->src, sizeof(a->src)) == 0 &&
	    memcmp(&a->dst, &b->dst, sizeof(a->dst)) == 0;
}

static struct bucket *
find_bucket(struct defrag *d, const struct flow *f)
{
	uint64_t h = mix(f->src.w[0] ^ d->seed, f->src.w[1] ^
	    UINT64_C(0x9e3779b97f4a7c15));

	h = mix(h ^ f->dst.w[0], f->dst.w[1] ^ d->seed ^
	    UINT64_C(0xe7037ed1a0b428db));
	h = mix(h ^ f->frag.id, d->seed ^ UINT64_C(0x8ebc6af09c88c6e3));
	return &d->bucket[h & (BUCKETS - 1)];
}

/* Room for n bytes more, at the cost of the oldest datagrams but g. */
static int
make_room(struct defrag *d, const struct datagram *g, uint32_t n)
{
	while (d->memory + n > DEFRAG_MEMORY) {
		struct datagram *oldest = TAILQ_FIRST(&d->waiting);

		if (oldest != NULL && oldest == g)
			oldest = TAILQ_NEXT(oldest, age);
		if (oldest == NULL)
			return -1;
		give_up(d, oldest);
	}
	return 0;
}

static void
datagram_start(struct datagram *g, const struct packet *p)
{
	g->first = p->flow;
	g->ts = p->frame->ts;
	g->frame_bytes = 0;
	g->header_len = g->total = 0;
	g->valid = DATAGRAM_MAX;
	g->has_first = 0;
	g->data = g->small;
	g->capacity = SMALL;
}

static struct datagram *
find_or_add(struct defrag *d, const struct packet *p)
{
	struct bucket *b = find_bucket(d, &p->flow);
	struct datagram *g;

	LIST_FOREACH(g, b, chain)
		if (same_datagram(&g->first, &p->flow))
			return g;
	if (d->count == DEFRAG_DATAGRAMS)
		give_up(d, TAILQ_FIRST(&d->waiting));
	if (make_room(d, NULL, SMALL) == -1 || (g = datagram_new(d)) == NULL)
		return NULL;
	datagram_start(g, p);
	d->memory += SMALL;
	LIST_INSERT_HEAD(b, g, chain);
	TAILQ_INSERT_TAIL(&d->waiting, g, age);
	d->count++;
	return g;
}

/* Makes data hold n bytes: the whole, when its length is known, else twice as
 * much as there must be. */
static int
reserve(struct defrag *d, struct datagram *g, uint32_t n)
{
	uint8_t *data;

	if (n <= g->capacity)
		return 0;
	n = g->total > 0 ? g->total : n < DATAGRAM_MAX / 2 ? n * 2 :
	    DATAGRAM_MAX;
	if (make_room(d, g, n - g->capacity) == -1)
		return -1;
	data = realloc(g->data == g->small ? NULL : g->data, n);
	if (data == NULL)
		return -1;
	if (g->data == g->small)
		memcpy(data, g->small, SMALL);
	d->memory += n - g->capacity;
	g->data = data;
	g->capacity = n;
	return 0;
}

/* Copies a fragment that fits. */
static void
merge(struct datagram *g, uint32_t offset, uint32_t len,
    const struct cursor *c)
{
	uint32_t captured = (uint32_t)cursor_left(c);

	blocks_add(&g->blocks, offset, len);
	memcpy(g->data + offset, c->p, captured < len ? captured : len);
	if (captured < len && g->valid > offset + captured)
		g->valid = offset + captured;
}

/* Can a fragment be of this place and length in any datagram? */
static int
possible(const struct flow *f, uint32_t len)
{
	return f->frag.offset + len <= DATAGRAM_MAX &&
	    (f->ip_version == 4 || !f->frag.more || len % BLOCK == 0);
}

/* And in this one?  Without data it says only that something is wrong. */
static int
consistent(const struct datagram *g, const struct flow *f, uint32_t len)
{
	uint32_t end = f->frag.offset + len;

	if (len == 0)
		return 0;
	if (f->frag.more)
		return g->total == 0 || end <= g->total;
	return g->total == 0 ? end >= g->blocks.reach : end == g->total;
}

static void
expire(struct defrag *d, int64_t now)
{
	struct datagram *g;

	while ((g = TAILQ_FIRST(&d->waiting)) != NULL &&
	    now - g->ts > DEFRAG_TIMEOUT)
		give_up(d, g);
}

/* What stands before the data, in the datagram that the first fragment, which
 * has len bytes of it, is part of: there is no Fragment header in it. */
static uint32_t
header_len(const struct flow *f, uint32_t len)
{
	uint32_t n = f->ip_len > len ? f->ip_len - len : 0;

	if (f->ip_version == 6 && n >= IPV6_FRAGMENT)
		n -= IPV6_FRAGMENT;
	return n;
}

/* The packet goes on as if the datagram had come in one frame. */
static void
complete(struct defrag *d, struct datagram *g, struct packet *p,
    struct cursor *c)
{
	uint32_t captured = g->valid < g->total ? g->valid : g->total;

	forget(d, g);
	TAILQ_INSERT_TAIL(&d->done, g, age);
	d->stats.reassembled++;
	p->flow = g->first;
	p->flow.has &= ~(uint32_t)FLOW_FRAGMENT;
	p->flow.ip_len = g->header_len + g->total;
	p->datagram_bytes = g->frame_bytes;
	p->flags |= PACKET_REASSEMBLED;
	p->missing = g->total - captured;
	packet_next(p, g->next_table, g->next_key);
	c->p = g->data;
	c->end = g->data + captured;
}

/* The ports stand in the first fragment: they tell whose the others are. */
static void
lend_ports(const struct datagram *g, struct packet *p)
{
	if (!g->has_first || g->valid < 4 ||
	    !protocol_has_ports(g->first.protocol))
		return;
	p->flow.protocol = g->first.protocol;
	p->flow.sport = be16(g->data);
	p->flow.dport = be16(g->data + 2);
	p->flow.has |= FLOW_PORTS;
}

static void
discard(struct defrag *d, struct datagram *g)
{
	forget(d, g);
	datagram_free(d, g);
}

/* A fragment came that cannot be of what came before. */
static void
contradict(struct defrag *d, struct datagram *g)
{
	d->stats.refused++;
	d->stats.discarded += g->blocks.count > 0;
	discard(d, g);
}

static int
is_whole(const struct datagram *g)
{
	return g->total > 0 && g->has_first &&
	    g->blocks.count == (g->total + BLOCK - 1) / BLOCK;
}

/* Would its length fit into the header?  "Ping of death", when not. */
static int
is_too_long(const struct datagram *g)
{
	uint32_t len = g->header_len + g->total;

	return len > DATAGRAM_MAX + (g->first.ip_version == 6 ? IPV6_HEADER :
	    0U);
}

/* Takes a fragment into its datagram; 0 when that is not there any more. */
static int
accept(struct defrag *d, struct datagram *g, const struct packet *p,
    const struct cursor *c)
{
	const struct flow *f = &p->flow;
	uint32_t offset = f->frag.offset, whole = packet_wire_left(p, c);
	uint32_t len = f->frag.more ? whole - whole % BLOCK : whole;
	enum blocks_fit fit;

	if (!consistent(g, f, len)) {
		contradict(d, g);
		return 0;
	}
	fit = blocks_compare(&g->blocks, offset, len);
	if (fit == BLOCKS_OVERLAP) {
		d->stats.overlaps++;
		discard(d, g);
		return 0;
	}
	g->frame_bytes += p->datagram_bytes;
	if (fit == BLOCKS_DUPLICATE) {
		d->stats.duplicates++;
		return 1;
	}
	if (!f->frag.more)
		g->total = offset + len;
	if (reserve(d, g, offset + len) == -1) {
		d->stats.refused++;
		return 1;
	}
	if (offset == 0) {
		g->has_first = 1;
		g->first = *f;
		g->header_len = header_len(f, whole);
		g->next_table = p->next_table;
		g->next_key = p->next_key;
	}
	merge(g, offset, len, c);
	if (is_whole(g) && is_too_long(g)) {
		contradict(d, g);
		return 0;
	}
	return 1;
}

void
defrag_expect_copies(struct defrag *d, struct copies *copies)
{
	d->copies = copies;
}

struct copies *
defrag_copies(const struct defrag *d)
{
	return d->copies;
}

int
defrag_add(struct defrag *d, struct packet *p, struct cursor *c)
{
	const struct flow *f = &p->flow;
	uint32_t len = packet_wire_left(p, c);
	int lies = p->flags & PACKET_LYING_LEN && p->missing > 0;
	struct datagram *g;

	/* An atomic fragment is whole, RFC 6946.  One whose length lies never
	 * will be: the first is taken for what it shows. */
	if (f->frag.offset == 0 && (!f->frag.more || lies)) {
		p->flow.has &= ~(uint32_t)FLOW_FRAGMENT;
		return 1;
	}
	p->flags |= PACKET_HELD;
	if (d == NULL || lies ||
	    (d->copies != NULL && copies_fragment(d->copies, p, c)))
		return 0;
	expire(d, p->frame->ts);
	if (!possible(f, len)) {
		d->stats.refused++;
		return 0;
	}
	g = find_or_add(d, p);
	if (g == NULL || !accept(d, g, p, c))
		return 0;
	if (!is_whole(g)) {
		lend_ports(g, p);
		return 0;
	}
	p->flags &= ~(uint32_t)PACKET_HELD;
	complete(d, g, p, c);
	return 1;
}
