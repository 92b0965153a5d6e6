/* fragment.c: datagrams in fragments, RFC 791 section 3.2 and RFC 8200 section
 * 4.5: as their sender would have made them. */
#include <stdlib.h>

#include "core/store.h"
#include "rewrite/impl.h"

enum {
	UNIT		= 8,		/* of offsets */
	DATAGRAM_MAX	= 65535,

	IPV4_HEADER	= 20,
	IPV4_HEADER_MAX	= 60,
	IPV4_LENGTH	= 2,
	IPV4_ID		= 4,
	IPV4_FRAGMENT	= 6,
	IPV4_CHECKSUM	= 10,
	IPV4_DONT	= 0x4000,
	IPV4_MORE	= 0x2000,
	IPV4_OFFSET	= 0x1fff,
	OPTION_END	= 0,
	OPTION_NOP	= 1,
	OPTION_COPIED	= 0x80,		/* into every fragment */

	IPV6_HEADER	= 40,
	IPV6_LENGTH	= 4,
	IPV6_NEXT	= 6,
	NEXT_HOP_BY_HOP	= 0,
	NEXT_ROUTING	= 43,
	NEXT_FRAGMENT	= 44,
	NEXT_OPTIONS	= 60,
	FRAGMENT_HEADER	= 8,
	FRAGMENT_MORE	= 1,
};

/* The header of what was atomic need not have an ID of its own, RFC 6864. */
static void
start_ipv4(struct rewriter *r, const uint8_t *h)
{
	struct pieces *c = &r->pieces;
	uint32_t frag = be16(h + IPV4_FRAGMENT);

	c->at = c->ip + (h[0] & 15U) * 4;
	c->offset = (frag & IPV4_OFFSET) * UNIT;
	c->more = (frag & IPV4_MORE) != 0;
	c->id = be16(h + IPV4_ID);
	if (frag & IPV4_DONT && c->offset == 0 && !c->more)
		c->id = ++r->id;
}

/*
 * What each fragment has: all up to a routing header, or up to hop-by-hop
 * options.  A Fragment header that stands behind that goes on to be it.  0
 * where a header is not whole.
 */
static int
start_ipv6(struct rewriter *r)
{
	struct pieces *c = &r->pieces;
	uint32_t named = c->ip + IPV6_NEXT, at = c->ip + IPV6_HEADER;
	const uint8_t *h;

	c->head = at;
	c->named = named;
	for (;; at += (h[1] + 1U) * UNIT) {
		unsigned int next = r->data[named];

		if (next == NEXT_FRAGMENT || (next != NEXT_HOP_BY_HOP &&
		    next != NEXT_ROUTING && next != NEXT_OPTIONS))
			break;
		h = r->data + at;
		if (c->end - at < UNIT || (h[1] + 1U) * UNIT > c->end - at)
			return 0;
		named = at;
		if (next == NEXT_OPTIONS)
			continue;
		c->head = at + (h[1] + 1U) * UNIT;
		c->named = named;
	}
	c->at = c->head;
	c->has_header = r->data[c->named] == NEXT_FRAGMENT;
	if (!c->has_header) {
		c->id = ++r->id;
		return 1;
	}
	if (c->end - c->head < FRAGMENT_HEADER)
		return 0;
	h = r->data + c->head;
	c->at += FRAGMENT_HEADER;
	c->offset = be16(h + 2) & ~(UNIT - 1U);
	c->more = h[3] & FRAGMENT_MORE;
	c->id = be32(h + 4);
	return 1;
}

/* Bytes of payload that the next piece may have, if others follow it. */
static uint32_t
share(const struct pieces *c, uint32_t header)
{
	return header < c->mtu ? (c->mtu - header) & ~(UNIT - 1U) : 0;
}

/* Options that are not copied are left out of all but the first. */
static uint32_t
header_ipv4(const struct rewriter *r, uint8_t *to)
{
	const struct pieces *c = &r->pieces;
	const uint8_t *h = r->data + c->ip, *o = h + IPV4_HEADER;
	const uint8_t *end = h + (h[0] & 15U) * 4;
	uint32_t n = IPV4_HEADER;

	if (!c->is_next) {
		memcpy(to, h, (size_t)(end - h));
		return (uint32_t)(end - h);
	}
	memcpy(to, h, IPV4_HEADER);
	while (o < end && o[0] != OPTION_END) {
		uint32_t len = o[0] == OPTION_NOP ? 1 : end - o >= 2 ? o[1] : 0;

		if (len == 0 || len > end - o || (len < 2 &&
		    o[0] != OPTION_NOP))
			break;
		if (o[0] & OPTION_COPIED) {
			memcpy(to + n, o, len);
			n += len;
		}
		o += len;
	}
	while (n % 4 != 0)
		to[n++] = OPTION_END;
	to[0] = (uint8_t)(0x40 | n / 4);
	return n;
}

static uint32_t
piece_ipv4(struct rewriter *r, uint8_t *to, uint32_t *n)
{
	const struct pieces *c = &r->pieces;
	uint32_t header = header_ipv4(r, to), left = c->end - c->at;
	int more;

	*n = left <= c->mtu - header ? left : share(c, header);
	more = *n < left || c->more;
	store_be16(to + IPV4_LENGTH, header + *n);
	store_be16(to + IPV4_ID, c->id);
	store_be16(to + IPV4_FRAGMENT, c->offset / UNIT |
	    (more ? IPV4_MORE : 0));
	store_be16(to + IPV4_CHECKSUM, 0);
	store_be16(to + IPV4_CHECKSUM, ~(uint32_t)sums_number(checksum_add(0,
	    to, header)));
	return header;
}

static uint32_t
piece_ipv6(struct rewriter *r, uint8_t *to, uint32_t *n)
{
	const struct pieces *c = &r->pieces;
	uint32_t head = c->head - c->ip, left = c->end - c->at;
	uint32_t header = head + FRAGMENT_HEADER;
	uint8_t *named = to + (c->named - c->ip), *h = to + head;
	int more;

	*n = left <= c->mtu - header ? left : share(c, header);
	more = *n < left || c->more;
	memcpy(to, r->data + c->ip, head);
	h[0] = c->has_header ? r->data[c->head] : *named;
	*named = NEXT_FRAGMENT;
	h[1] = 0;
	store_be16(h + 2, c->offset | (more ? FRAGMENT_MORE : 0U));
	store_be32(h + 4, c->id);
	store_be16(to + IPV6_LENGTH, header - IPV6_HEADER + *n);
	return header;
}

/* Do the headers leave room for a unit, and do all offsets count? */
static int
is_possible(const struct pieces *c)
{
	uint32_t header = c->version == 4 ? c->at - c->ip :
	    c->head - c->ip + FRAGMENT_HEADER;

	return c->at < c->end && share(c, header) >= UNIT &&
	    c->offset + (c->end - c->at) <= DATAGRAM_MAX;
}

int
fragment_start(struct rewriter *r, uint32_t ip, uint32_t len, uint32_t mtu)
{
	struct pieces *c = &r->pieces;
	const uint8_t *h = r->data + ip;
	uint8_t *data = c->data;

	if (c->room < ip + mtu) {
		data = realloc(c->data, ip + mtu);
		if (data == NULL)
			return 0;
		c->room = ip + mtu;
	}
	*c = (struct pieces){ .data = data, .room = c->room, .ip = ip,
	    .end = ip + len, .mtu = mtu };
	c->version = h[0] >> 4;
	if (c->version == 4)
		start_ipv4(r, h);
	else if (!start_ipv6(r))
		c->version = 0;
	if (c->version != 0 && !is_possible(c))
		c->version = 0;
	return c->version != 0;
}

const struct frame *
fragment_next(struct rewriter *r)
{
	struct pieces *c = &r->pieces;
	struct frame *f = &r->frame;
	uint8_t *to = c->data + c->ip;
	uint32_t header, n;

	if (c->at == c->end)
		return NULL;
	header = c->version == 4 ? piece_ipv4(r, to, &n) :
	    piece_ipv6(r, to, &n);
	memcpy(c->data, r->data, c->ip);
	memcpy(to + header, r->data + c->at, n);
	c->at += n;
	c->offset += n;
	c->is_next = 1;
	f->data = c->data;
	f->caplen = f->len = c->ip + header + n;
	f->flags &= (uint16_t)~(FRAME_SUPER | FRAME_CSUM_GOOD);
	r->stats.pieces++;
	return f;
}
