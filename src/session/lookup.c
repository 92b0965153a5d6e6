/* lookup.c: which session a packet belongs to, before the table is touched. */
#include "core/fetch.h"
#include "core/mix.h"
#include "session/impl.h"

/* These name their sessions by ports, or by type and code: without them, no
 * session. */
static int
needs_ports(uint8_t protocol)
{
	return protocol == PROTO_ICMP || protocol == PROTO_ICMPV6 ||
	    protocol_has_ports(protocol);
}

/* The lower (address, port) pair goes first: trap 2 of the design. */
static inline unsigned int
direction(const struct flow *f)
{
	uint64_t from = be64(f->src.b), to = be64(f->dst.b);

	if (f->has & FLOW_ONE_WAY)
		return 0;
	if (from == to) {
		from = be64(f->src.b + 8);
		to = be64(f->dst.b + 8);
	}
	return from != to ? from > to : f->sport > f->dport;
}

/* Folded so that both directions of a tunnel come out the same. */
static uint64_t
outer_addresses(const struct tunnel *n)
{
	return mix(n->outer_src.w[0] ^ UINT64_C(0xa0761d6478bd642f),
	    n->outer_src.w[1] ^ UINT64_C(0xe7037ed1a0b428db)) +
	    mix(n->outer_dst.w[0] ^ UINT64_C(0xa0761d6478bd642f),
	    n->outer_dst.w[1] ^ UINT64_C(0xe7037ed1a0b428db));
}

/* What --key adds: the tags, but for those of priority alone, which name no
 * VLAN; and the tunnels with their identifiers where these name the tunnel,
 * not a direction of it. */
__attribute__((noinline)) static uint32_t
outer_of(const struct session_table *t, const struct packet *p)
{
	uint64_t h = t->table.seed[0];

	if (t->config.key & KEY_VLAN)
		for (unsigned int i = 0; i < p->nvlans; i++)
			if (p->vlan[i] & 0xfffU)
				h = mix(h ^ (p->vlan[i] & 0xfffU),
				    UINT64_C(0x8ebc6af09c88c6e3));
	if (t->config.key & KEY_TUNNEL)
		for (unsigned int i = 0; i < p->ntunnels; i++) {
			const struct tunnel *n = &p->tunnel[i];

			h = mix(h ^ (uintptr_t)n->dissector ^
			    (n->id_one_way ? 0 : (uint64_t)n->id << 32),
			    outer_addresses(n) ^
			    UINT64_C(0x589965cc75374cc3));
		}
	return (uint32_t)(h ^ h >> 32);
}

static inline void
key_fill(struct session_key *k, const struct flow *f, unsigned int dir)
{
	k->addr[dir] = f->src;
	k->addr[dir ^ 1] = f->dst;
	table_key_end(k, f->sport, f->dport, dir, f->protocol, f->ip_version,
	    (f->has & FLOW_ONE_WAY) != 0);
}

__attribute__((always_inline)) static inline void
fill(const struct session_table *t, const struct packet *p,
    const struct flow *f, struct session_lookup *l)
{
	unsigned int dir = direction(f);

	l->dir = (uint8_t)dir;
	key_fill(&l->key, f, dir);
	l->hash = table_hash(&t->table, &l->key, t->config.key != 0 ?
	    outer_of(t, p) : 0);
}

void
lookup_fill(const struct session_table *t, const struct packet *p,
    const struct flow *f, struct session_lookup *l)
{
	l->held = (f->has & FLOW_FRAGMENT) != 0;
	l->number = 0;
	l->valid = f->has & FLOW_IP && (f->has & FLOW_PORTS ||
	    (!needs_ports(f->protocol) && !l->held));
	if (l->valid)
		fill(t, p, f, l);
}

/* Of a packet whose transport's header is not whole. */
static void
prepare_less(struct session_table *t, const struct packet *p,
    struct session_lookup *l)
{
	lookup_fill(t, p, &p->flow, l);
	if (p->flow.has & FLOW_PORTS && !(p->flags & PACKET_TRUNCATED) &&
	    !l->held)
		l->valid = 0;	/* ports of a header that is none */
	if (l->valid)
		table_prefetch(&t->table, l->hash);
}

void
session_prepare(struct session_table *t, const struct packet *p,
    struct session_lookup *l)
{
	const uint32_t whole = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT;

	if ((p->flow.has & (whole | FLOW_FRAGMENT)) != whole) {
		prepare_less(t, p, l);
		return;
	}
	l->held = 0;
	l->number = 0;
	l->valid = 1;
	fill(t, p, &p->flow, l);
	table_prefetch(&t->table, l->hash);
}

void
session_prefetch(struct session_table *t, struct session_lookup *l)
{
	const struct session *s;

	if (!l->valid)
		return;
	l->number = table_guess(&t->table, l->hash);
	s = &t->table.slab[l->number];
	fetch_to_write(s, s + 1);
}
