/* copies.c: the same packet, seen on several interfaces. */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include <sessdump/dissector.h>

#include "core/mix.h"
#include "dissect/copies.h"

enum {
	SETS	= COPIES_PACKETS / 2,
	HASHED	= 64,		/* bytes behind the IP header, at most */
	LOWER	= 128,
	IPV4_ID	= 4,		/* where it stands in the header */
	IPV4_HEADER = 20,

	LINKTYPE_SLL2 = 276,
	SLL2_HEADER = 20,
	SLL2_IFINDEX = 4,

	TCP = 6, UDP = 17, SCTP = 132, UDPLITE = 136,
};

/* A packet that was seen, and where. */
struct sight {
	uint64_t hash;		/* 0: there is none */
	int64_t ts;		/* when it was sent last */
	uint32_t where[COPIES_WAYS];
	uint8_t seen[COPIES_WAYS];	/* so often there */
	uint8_t n;		/* of these are in use */
	uint8_t sent;		/* the most of seen[] */
};

_Static_assert(sizeof(struct sight) == 64, "a line of the cache");

struct copies {
	uint64_t seed[2];
	const struct dissector *ipv4, *ipv6;
	uint64_t count;
	struct sight set[SETS][2];
};

static const struct dissector *
find(const struct registry *r, const char *name)
{
	for (unsigned int i = 1; i <= r->count; i++)
		if (strcmp(r->dissector[i]->name, name) == 0)
			return r->dissector[i];
	return NULL;
}

struct copies *
copies_new(const struct registry *r, uint64_t seed)
{
	struct copies *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->seed[0] = c->seed[1] = seed;
	if (seed == 0)
		(void)!getrandom(c->seed, sizeof(c->seed), 0);
	c->ipv4 = find(r, "ipv4");
	c->ipv6 = find(r, "ipv6");
	return c;
}

void
copies_free(struct copies *c)
{
	free(c);
}

uint64_t
copies_count(const struct copies *c)
{
	return c->count;
}

/* Where it was seen.  A frame of `any` says so itself, also from a file. */
static uint32_t
where(const struct frame *f)
{
	if (f->linktype != LINKTYPE_SLL2 || f->caplen < SLL2_HEADER)
		return f->ifindex;
	return f->ifindex << 20 ^ be32(f->data + SLL2_IFINDEX);
}

/* The checksum is left to the hardware on one interface and not on another. */
static void
blank_checksum(uint8_t *p, unsigned int protocol)
{
	if (protocol == TCP)
		memset(p + 16, 0, 2);
	else if (protocol == UDP || protocol == UDPLITE)
		memset(p + 6, 0, 2);
	else if (protocol == SCTP)
		memset(p + 8, 0, 4);
}

/* Of the flow, of its IPv4 identification, and of the n bytes behind its IP
 * header. */
static uint64_t
hash(const struct copies *c, const struct flow *f, uint32_t id,
    const uint8_t *rest, size_t n)
{
	uint64_t h = c->seed[0], k = c->seed[1];
	union {
		uint8_t b[HASHED];
		uint64_t w[HASHED / 8];
	} head;

	if (n > HASHED)
		n = HASHED;
	memset(&head, 0, sizeof(head));
	memcpy(head.b, rest, n);
	if (!(f->has & FLOW_FRAGMENT) || f->frag.offset == 0)
		blank_checksum(head.b, f->protocol);
	else
		id ^= (uint32_t)f->frag.offset << 16;
	h = mix(h ^ f->src.w[0] ^ UINT64_C(0xa0761d6478bd642f),
	    k ^ f->src.w[1]);
	h = mix(h ^ f->dst.w[0] ^ UINT64_C(0xe7037ed1a0b428db),
	    k ^ f->dst.w[1]);
	h = mix(h ^ ((uint64_t)id << 32 | f->ip_len),
	    k ^ ((uint64_t)f->protocol << 8 | f->ip_version));
	for (size_t i = 0; i < HASHED / 8; i += 2)
		h = mix(h ^ head.w[i] ^ UINT64_C(0x8ebc6af09c88c6e3),
		    k ^ head.w[i + 1]);
	return h != 0 ? h : 1;
}

static int
is_over(const struct sight *s, int64_t now)
{
	return s->hash == 0 || now - s->ts > COPIES_WINDOW ||
	    s->ts - now > COPIES_WINDOW;
}

/* The packet's place: its own, or that of another which is over, or older. */
static struct sight *
place(struct copies *c, uint64_t h, int64_t now)
{
	struct sight *set = c->set[h % SETS], *s = set;

	if (set[0].hash != h)
		s = set[1].hash == h || set[1].ts < set[0].ts ? &set[1] :
		    &set[0];
	if (s->hash != h || is_over(s, now)) {
		memset(s, 0, sizeof(*s));
		s->hash = h;
	}
	return s;
}

/* Only differences matter: of what is sent without end, too. */
static void
lower(struct sight *s)
{
	for (unsigned int i = 0; i < s->n; i++)
		s->seen[i] = s->seen[i] > LOWER ? s->seen[i] - LOWER : 0;
	s->sent -= LOWER;
}

/* One more sight of it: is it a copy? */
static int
see(struct copies *c, uint64_t h, const struct frame *f)
{
	struct sight *s = place(c, h, f->ts);
	uint32_t at = where(f);
	unsigned int i = 0;

	while (i < s->n && s->where[i] != at)
		i++;
	if (i == s->n && i < COPIES_WAYS)
		s->where[s->n++] = at;
	if (i < COPIES_WAYS && s->seen[i] == UINT8_MAX)
		lower(s);
	if (i == COPIES_WAYS || ++s->seen[i] <= s->sent) {
		c->count++;
		return 1;
	}
	s->sent = s->seen[i];
	s->ts = f->ts;
	return 0;
}

/* The layer of the innermost IP header among the first n; -1: none. */
static int
find_ip(const struct copies *c, const struct packet *p, int n)
{
	do {
		n--;
	} while (n >= 0 && p->layer[n].dissector != c->ipv4 &&
	    p->layer[n].dissector != c->ipv6);
	return n;
}

static uint32_t
identification(const struct copies *c, const struct layer *l)
{
	return l->dissector == c->ipv4 && l->header >= IPV4_HEADER ?
	    be16(l->data + IPV4_ID) : 0;
}

int
copies_fragment(struct copies *c, struct packet *p, const struct cursor *rest)
{
	uint32_t id = p->flow.frag.id ^ (uint32_t)p->flow.frag.more << 31;

	if (!see(c, hash(c, &p->flow, id, rest->p, cursor_left(rest)),
	    p->frame))
		return 0;
	p->flags |= PACKET_COPY;
	return 1;
}

void
copies_mark(struct copies *c, struct packet *p)
{
	const struct layer *ip, *next;
	uint32_t n;
	int i;

	if (!(p->flow.has & FLOW_IP) || p->flow.has & FLOW_FRAGMENT)
		return;
	i = find_ip(c, p, p->own_layers);
	if (i < 0)
		return;
	ip = &p->layer[i];
	next = i + 1 < p->own_layers ? ip + 1 : ip;
	n = next->len;
	if (next == ip)
		n = ip->header < n ? n - ip->header : 0;
	if (see(c, hash(c, &p->flow, identification(c, ip),
	    next == ip ? ip->data + ip->header : next->data, n), p->frame))
		p->flags |= PACKET_COPY;
}
