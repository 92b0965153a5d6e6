/* transport.c: what a datagram carries: its checksum, and ports. */
#include "rewrite/impl.h"

enum {
	HAS_PORTS	= 1 << 0,
	PSEUDO_IPV4	= 1 << 1,	/* its checksum is of the pseudo */
	PSEUDO_IPV6	= 1 << 2,	/* header, too, */
	PSEUDO		= PSEUDO_IPV4 | PSEUDO_IPV6,
	ZERO_IS_NONE	= 1 << 3,	/* 0: there is no checksum */
	MAY_BE_LEFT	= 1 << 4,	/* to the hardware */

	ICMP = 1, IGMP = 2, TCP = 6, UDP = 17, DCCP = 33, GRE = 47,
	ICMPV6 = 58, OSPF = 89, PIM = 103, VRRP = 112, SCTP = 132,
	MOBILITY = 135, UDPLITE = 136,

	GRE_HAS_CHECKSUM = 0x8000,
	VRRP_PSEUDO	= 3,	/* from this version on */
	COVERS_ALL	= 0,
};

/* Where the checksum stands, in bytes from the start; 0: it has none. */
static const struct transport {
	uint8_t field, is;
} transport[256] = {
	[ICMP] = { 2, MAY_BE_LEFT },
	[IGMP] = { 2, 0 },
	[TCP] = { 16, HAS_PORTS | PSEUDO | MAY_BE_LEFT },
	[UDP] = { 6, HAS_PORTS | PSEUDO | ZERO_IS_NONE | MAY_BE_LEFT },
	[DCCP] = { 6, HAS_PORTS | PSEUDO },
	[GRE] = { 4, 0 },
	[ICMPV6] = { 2, PSEUDO | MAY_BE_LEFT },
	[OSPF] = { 12, PSEUDO_IPV6 },
	[PIM] = { 2, PSEUDO_IPV6 },
	[VRRP] = { 6, PSEUDO },
	[SCTP] = { 8, HAS_PORTS },
	[MOBILITY] = { 4, PSEUDO_IPV6 },
	[UDPLITE] = { 6, HAS_PORTS | PSEUDO | ZERO_IS_NONE },
};

/* Is a protocol's checksum one of the pseudo header, too? */
static int
is_pseudo(const struct datagram *d, unsigned int protocol, const uint8_t *h)
{
	if (protocol == VRRP && h[0] >> 4 < VRRP_PSEUDO)
		return 0;
	return transport[protocol].is &
	    (d->was.ip_version == 4 ? PSEUDO_IPV4 : PSEUDO_IPV6);
}

/* Those whose checksum need not cover all that they carry. */
static uint32_t
coverage(const struct datagram *d, unsigned int protocol, const uint8_t *h,
    uint32_t there)
{
	uint32_t n = COVERS_ALL;

	if (protocol == UDPLITE)
		n = be16(h + 4);
	else if (protocol == DCCP && there >= 6 && (h[5] & 0x0f) != 0)
		n = h[4] * 4U + ((h[5] & 0x0fU) - 1) * 4;
	return n != COVERS_ALL && n < d->wire_end - d->at ? d->at + n :
	    d->wire_end;
}

/*
 * Was it left to the hardware?  The kernel may have said so, or the header's
 * was; else the field has the sum of the pseudo header alone.  Where the rest
 * was captured it is added: the sum of all is what the field would have to make
 * good.
 */
static void
judge_left(const struct rewriter *r, struct sum *s, int pseudo)
{
	const struct datagram *d = &r->ip;
	const uint8_t *h = r->data + s->start, *field = r->data + s->field;
	uint32_t len = s->end - s->start;
	int is_partial = pseudo &&
	    checksum_is_partial(&d->was, d->protocol, len, field);
	uint64_t sum = pseudo ?
	    checksum_pseudo(&d->was, d->protocol, len) : 0;

	if (d->is_fragment || (!is_partial && !d->is_left))
		return;
	if (s->end > d->end) {
		s->kind = is_partial ? SUM_PSEUDO : s->kind;
		s->never_zero |= (uint8_t)is_partial;
		return;
	}
	if (checksum_is_right(checksum_add(sum, h, len)))
		return;
	/* All but the field. */
	sum = checksum_add(sum, h, s->field - s->start);
	sum = checksum_add(sum, field + 2, s->end - s->field - 2);
	s->fill = 1;
	s->was = (uint16_t)~sums_number(sum);
}

/* What UDP says of its length may be less than what the datagram has. */
static uint32_t
transport_end(const struct datagram *d, unsigned int protocol,
    const uint8_t *h)
{
	uint32_t len = protocol == UDP ? be16(h + 4) : 0;

	return len >= 8 && len < d->wire_end - d->at ? d->at + len :
	    d->wire_end;
}

void
transport_sum(struct rewriter *r, unsigned int protocol)
{
	const struct datagram *d = &r->ip;
	const struct transport *t = &transport[protocol];
	const uint32_t size = protocol == SCTP ? 4 : 2;
	const uint8_t *h = r->data + d->at;
	struct sum s = { .start = d->at, .field = d->at + t->field };
	int pseudo;

	if (t->field == 0 || d->end - d->at < t->field + size)
		return;
	if ((t->is & ZERO_IS_NONE && be16(h + t->field) == 0) ||
	    (protocol == GRE && !(be16(h) & GRE_HAS_CHECKSUM)))
		return;
	s.end = transport_end(d, protocol, h);
	if (protocol == UDPLITE || protocol == DCCP)
		s.end = coverage(d, protocol, h, d->end - d->at);
	if (protocol == SCTP)
		s.kind = SUM_CRC32C;
	s.never_zero = (t->is & ZERO_IS_NONE) != 0;
	pseudo = is_pseudo(d, protocol, h);
	if (pseudo)
		s.pseudo = d->src_grown + d->dst_grown;
	if (t->is & MAY_BE_LEFT)
		judge_left(r, &s, pseudo);
	/* What follows the first fragment is covered, too. */
	if (d->is_fragment && s.end == d->wire_end)
		s.end = UINT32_MAX;
	sums_add(&r->sums, &s);
}

static void
ports(struct rewriter *r, uint32_t at, uint32_t end)
{
	if (end - at >= 2)
		place_port(r, at);
	if (end - at >= 4)
		place_port(r, at + 2);
}

/* How far along a CRC a change is, only the whole datagram tells. */
static void
sctp_fragment(struct rewriter *r, uint32_t at, uint32_t end)
{
	const uint8_t changed = r->sums.changed;

	r->sums.changed = 0;
	ports(r, at, end);
	r->stats.unmended += r->sums.changed;
	r->sums.changed |= changed;
}

void
transport_rewrite(struct rewriter *r)
{
	const struct datagram *d = &r->ip;
	const uint32_t at = d->at, end = d->end;

	if (!d->open)
		return;
	r->ip.open = 0;
	if (d->is_later || at > end)
		return;
	if (d->protocol == SCTP && d->is_fragment) {
		sctp_fragment(r, at, end);
		return;
	}
	transport_sum(r, d->protocol);
	if (transport[d->protocol].is & HAS_PORTS)
		ports(r, at, end);
	if (d->protocol == TCP)
		message_tcp(r, at, end);
	else if (d->protocol == ICMP && d->was.ip_version == 4)
		message_icmp(r, at, end);
	else if (d->protocol == ICMPV6 && d->was.ip_version == 6)
		message_icmpv6(r, at, end);
	else if (d->protocol == IGMP)
		message_igmp(r, at, end);
}
