/* lookup.c: which session a packet belongs to, before the table is touched. */
#include <string.h>

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
static unsigned int
direction(const struct flow *f)
{
	int order = memcmp(&f->src, &f->dst, sizeof(f->src));

	if (f->has & FLOW_ONE_WAY)
		return 0;
	return order != 0 ? order > 0 : f->sport > f->dport;
}

void
lookup_fill(const struct session_table *t, const struct flow *f,
    struct session_lookup *l)
{
	struct session_key *k = &l->key;
	unsigned int dir;

	l->held = (f->has & FLOW_FRAGMENT) != 0;
	l->valid = f->has & FLOW_IP && (f->has & FLOW_PORTS ||
	    (!needs_ports(f->protocol) && !l->held));
	if (!l->valid)
		return;
	l->dir = (uint8_t)(dir = direction(f));
	k->addr[dir] = f->src;
	k->addr[dir ^ 1] = f->dst;
	k->port[dir] = f->sport;
	k->port[dir ^ 1] = f->dport;
	k->protocol = f->protocol;
	k->ip_version = f->ip_version;
	k->one_way = (f->has & FLOW_ONE_WAY) != 0;
	k->zero = 0;
	l->hash = table_hash(&t->table, k);
}

void
session_prepare(struct session_table *t, const struct packet *p,
    struct session_lookup *l)
{
	lookup_fill(t, &p->flow, l);
	if (!(p->flow.has & FLOW_TRANSPORT) && p->flow.has & FLOW_PORTS &&
	    !(p->flags & PACKET_TRUNCATED) && !l->held)
		l->valid = 0;	/* ports of a header that is none */
	if (l->valid)
		table_prefetch(&t->table, l->hash);
}

void
session_prefetch(struct session_table *t, const struct session_lookup *l)
{
	if (l->valid)
		table_prefetch_session(&t->table, l->hash);
}
