/* ip.c: headers of IPv4 and IPv6, and those between them and the transport. */
#include "rewrite/impl.h"

extern const struct dissector dissector_ah, dissector_ipv4, dissector_ipv6,
    dissector_ipv6_ext, dissector_ipv6_fragment, dissector_ipv6_options,
    dissector_ipv6_routing;

enum {
	IPV4_HEADER	= 20,
	IPV4_LENGTH	= 2,
	IPV4_CHECKSUM	= 10,
	IPV4_SOURCE	= 12,
	IPV4_TARGET	= 16,
	IPV4_MORE	= 0x2000,
	IPV4_OFFSET	= 0x1fff,
	IPV6_HEADER	= 40,
	IPV6_SOURCE	= 8,
	IPV6_TARGET	= 24,

	OPTION_END	= 0,
	OPTION_NOP	= 1,
	OPTION_RECORD	= 7,	/* of the route */
	OPTION_TIMES	= 68,
	OPTION_LSRR	= 131,	/* loose and strict source routes */
	OPTION_SSRR	= 137,
	TIMES_FLAGS	= 0x0f,
	TIMES_ALONE	= 0,	/* without addresses */

	HEADER_UNIT	= 8,
	OPTION_PAD1	= 0,
	OPTION_HOME	= 0xc9,
	ROUTING_SOURCE	= 0,
	ROUTING_HOME	= 2,
	ROUTING_SEGMENT	= 4,
	ROUTING_FIXED	= 8,
	FRAGMENT_MORE	= 0x0001,
	FRAGMENT_OFFSET	= 0xfff8,
	PROTOCOL_MOBILITY = 135,
};

/* The datagram has one more target, and checksums are of that. */
static void
reroute(struct rewriter *r, uint32_t at, unsigned int version)
{
	memcpy(r->ip.was.dst.b, r->data + at, version == 4 ? 4 : 16);
	r->ip.dst_grown = place_ip(r, at, version);
}

/* Addresses behind the pointer of a source route are those that are to come:
 * the last one is the target. */
static void
route(struct rewriter *r, const uint8_t *o, uint32_t at)
{
	uint32_t n = (o[1] - 3U) / 4, last = at + 3 + (n - 1) * 4;

	if (n == 0)
		return;
	if (o[0] != OPTION_RECORD && o[2] < o[1]) {
		place_ips(r, at + 3, last, 4, n - 1, 4);
		reroute(r, last, 4);
	} else {
		place_ips(r, at + 3, at + o[1], 4, n, 4);
	}
}

static void
ipv4_options(struct rewriter *r, uint32_t at, uint32_t end)
{
	while (at < end && r->data[at] != OPTION_END) {
		const uint8_t *o = r->data + at;

		if (o[0] == OPTION_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || o[1] < 2 || o[1] > end - at)
			return;
		if ((o[0] == OPTION_RECORD || o[0] == OPTION_LSRR ||
		    o[0] == OPTION_SSRR) && o[1] > 3)
			route(r, o, at);
		else if (o[0] == OPTION_TIMES && o[1] > 4 &&
		    (o[3] & TIMES_FLAGS) != TIMES_ALONE)
			place_ips(r, at + 4, at + o[1], 8, UINT8_MAX, 4);
		at += o[1];
	}
}

/* A header without a length is still to be segmented: then its checksum is not
 * there yet, either. */
static void
ipv4_sum(struct rewriter *r, const uint8_t *h, uint32_t at, uint32_t header)
{
	struct sum s = { .start = at, .end = at + header,
	    .field = at + IPV4_CHECKSUM };
	uint64_t sum = checksum_add(0, h, header);

	if (be16(h + IPV4_CHECKSUM) == 0 && !checksum_is_right(sum)) {
		if (be16(h + IPV4_LENGTH) == 0)
			return;
		s.fill = r->ip.is_left = 1;
		s.was = (uint16_t)~sums_number(sum);
	}
	sums_add(&r->sums, &s);
}

/* Of a datagram of "len" bytes whose header is at "at". */
static void
start(struct rewriter *r, const struct layer *l, uint32_t at, uint32_t len,
    unsigned int protocol)
{
	struct datagram *d = &r->ip;

	memset(d, 0, sizeof(*d));
	d->open = 1;
	d->is_left = (r->frame.flags & FRAME_NO_CSUM) != 0;
	d->protocol = (uint8_t)protocol;
	d->at = at + l->header;
	d->wire_end = at + len;
	d->end = at + (len < l->len ? len : l->len);
	if (d->end < d->at)
		d->end = d->wire_end = d->at;
}

/* What of the frame is behind a place, on the wire. */
static uint32_t
wire_left(const struct rewriter *r, uint32_t at)
{
	return r->frame.len - at;
}

static void
ipv4(struct rewriter *r, const struct layer *l, uint32_t at)
{
	const uint8_t *h = l->data;
	uint32_t len = be16(h + IPV4_LENGTH), frag = be16(h + 6);
	struct datagram *d = &r->ip;

	start(r, l, at, len != 0 ? len : wire_left(r, at), h[9]);
	d->was.ip_version = 4;
	memcpy(d->was.src.b, h + IPV4_SOURCE, 4);
	memcpy(d->was.dst.b, h + IPV4_TARGET, 4);
	d->is_fragment = (frag & (IPV4_MORE | IPV4_OFFSET)) != 0;
	d->is_later = (frag & IPV4_OFFSET) != 0;
	ipv4_sum(r, h, at, l->header);
	d->src_grown = place_ip(r, at + IPV4_SOURCE, 4);
	d->dst_grown = place_ip(r, at + IPV4_TARGET, 4);
	ipv4_options(r, at + IPV4_HEADER, at + l->header);
}

static void
ipv6(struct rewriter *r, const struct layer *l, uint32_t at)
{
	const uint8_t *h = l->data;
	uint32_t len = be16(h + 4);
	struct datagram *d = &r->ip;

	start(r, l, at, len != 0 ? IPV6_HEADER + len : wire_left(r, at), h[6]);
	d->was.ip_version = 6;
	memcpy(d->was.src.b, h + IPV6_SOURCE, 16);
	memcpy(d->was.dst.b, h + IPV6_TARGET, 16);
	d->src_grown = place_ip(r, at + IPV6_SOURCE, 6);
	d->dst_grown = place_ip(r, at + IPV6_TARGET, 6);
}

/* A mobile node away from home: checksums are of its home address. */
static void
ipv6_options(struct rewriter *r, uint32_t at, uint32_t end)
{
	for (at += 2; at < end;) {
		const uint8_t *o = r->data + at;

		if (o[0] == OPTION_PAD1) {
			at++;
			continue;
		}
		if (end - at < 2 || o[1] > end - at - 2)
			return;
		if (o[0] == OPTION_HOME && o[1] == 16) {
			memcpy(r->ip.was.src.b, o + 2, 16);
			r->ip.src_grown = place_ip(r, at + 2, 6);
		}
		at += o[1] + 2U;
	}
}

/* With segments left the last of them is the target: the first of SRv6's list,
 * which begins at the end of the way. */
static void
ipv6_routing(struct rewriter *r, const uint8_t *h, uint32_t at, uint32_t end)
{
	uint32_t n = (end - at) / 16, last;

	if (h[2] != ROUTING_SOURCE && h[2] != ROUTING_HOME &&
	    h[2] != ROUTING_SEGMENT)
		return;
	if (h[2] == ROUTING_SEGMENT && n > h[4] + 1U)
		n = h[4] + 1U;
	last = h[2] == ROUTING_SEGMENT ? 0 : n - 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t a = at + ROUTING_FIXED + i * 16;

		if (end - a < 16)
			return;
		if (h[3] > 0 && i == last)
			reroute(r, a, 6);
		else
			place_ip(r, a, 6);
	}
}

static void
ipv6_fragment(struct datagram *d, const uint8_t *h)
{
	unsigned int frag = be16(h + 2);

	d->is_fragment = (frag & (FRAGMENT_OFFSET | FRAGMENT_MORE)) != 0;
	d->is_later = (frag & FRAGMENT_OFFSET) != 0;
}

static int
is_between(const struct layer *l)
{
	const struct dissector *x = l->dissector;

	return x == &dissector_ipv6_options || x == &dissector_ipv6_routing ||
	    x == &dissector_ipv6_fragment || x == &dissector_ipv6_ext ||
	    x == &dissector_ah;
}

/* A header that says what follows it. */
static int
between(struct rewriter *r, const struct layer *l, uint32_t at)
{
	const struct dissector *x = l->dissector;
	const uint32_t end = at + l->header;

	if (!is_between(l))
		return 0;
	if (l->header == 0) {
		place_hide(r, at);
		return 1;
	}
	if (x == &dissector_ipv6_options)
		ipv6_options(r, at, end);
	else if (x == &dissector_ipv6_routing)
		ipv6_routing(r, l->data, at, end);
	else if (x == &dissector_ipv6_fragment)
		ipv6_fragment(&r->ip, l->data);
	else if (r->ip.protocol == PROTOCOL_MOBILITY)
		transport_sum(r, PROTOCOL_MOBILITY);
	r->ip.protocol = l->data[0];
	r->ip.at = end;
	return 1;
}

int
ip_rewrite(struct rewriter *r, const struct layer *l, uint32_t at)
{
	if (l->dissector == &dissector_ipv4 ||
	    l->dissector == &dissector_ipv6) {
		transport_rewrite(r);
		if (l->header == 0) {
			place_hide(r, at);
			return 1;
		}
		if (l->dissector == &dissector_ipv4)
			ipv4(r, l, at);
		else
			ipv6(r, l, at);
		return 1;
	}
	return r->ip.open && between(r, l, at);
}
