/* message.c: addresses in the messages of ICMP, ICMPv6 and IGMP, and in options
 * of TCP. */
#include "rewrite/impl.h"

enum {
	ICMP_REDIRECT	= 5,
	ICMP_ROUTERS	= 9,	/* RFC 1256 */

	ICMPV6_QUERY	= 130,	/* multicast listeners, RFC 3810 */
	ICMPV6_REPORT	= 131,
	ICMPV6_DONE	= 132,
	ICMPV6_SOLICIT_ROUTER = 133,	/* neighbours, RFC 4861 */
	ICMPV6_ROUTER	= 134,
	ICMPV6_SOLICIT	= 135,
	ICMPV6_ADVERTISE = 136,
	ICMPV6_REDIRECT	= 137,
	ICMPV6_REPORT_V2 = 143,
	QUERY_SOURCES	= 26,	/* their number, in the longer query */

	OPTION_UNIT	= 8,
	OPTION_SOURCE_LINK = 1,
	OPTION_TARGET_LINK = 2,
	OPTION_PREFIX	= 3,
	OPTION_REDIRECTED = 4,	/* a packet */
	OPTION_ROUTE	= 24,	/* RFC 4191 */
	OPTION_DNS	= 25,	/* RFC 8106 */
	IPV6_ADDRESSES	= 8,	/* in the header of a packet */

	IGMP_QUERY	= 0x11,
	IGMP_REPORT	= 0x12,
	IGMP_REPORT_V2	= 0x16,
	IGMP_LEAVE	= 0x17,
	IGMP_REPORT_V3	= 0x22,
	IGMP_SOURCES	= 10,	/* their number, in the longer query */

	RECORD		= 4,	/* of a report: before the group */

	TCP_HEADER	= 20,
	TCP_NOP		= 1,
	TCP_MULTIPATH	= 30,	/* RFC 8684 */
	MULTIPATH_ADDRESS = 3,	/* ADD_ADDR; from this length on of IPv6 */
	MULTIPATH_IPV6	= 20,
};

/* All addresses of the message are rewritten: it need not be cut, unless half
 * of one may stand at its end. */
static void
know(struct rewriter *r, uint32_t at, uint32_t end)
{
	r->known = end;
	if (end < r->ip.wire_end)
		place_hide(r, at + 8);
}

static int
is_there(uint32_t at, uint32_t end, uint32_t n)
{
	return at <= end && end - at >= n;
}

void
message_icmp(struct rewriter *r, uint32_t at, uint32_t end)
{
	const uint8_t *h = r->data + at;

	if (!is_there(at, end, 8))
		return;
	if (h[0] == ICMP_REDIRECT) {
		place_ip(r, at + 4, 4);
	} else if (h[0] == ICMP_ROUTERS && h[5] > 0) {
		place_ips(r, at + 8, end, h[5] * 4U, h[4], 4);
		know(r, at, end);
	}
}

/* A route may have no more than half of its prefix. */
static void
place_half(struct rewriter *r, uint32_t at)
{
	uint8_t to[16] = { 0 };

	memcpy(to, r->data + at, 8);
	if (map_ip(r, to, 6))
		sums_put(&r->sums, at, to, 8);
}

static void
option(struct rewriter *r, const uint8_t *o, uint32_t at, uint32_t end)
{
	uint32_t len = end - at;

	switch (o[0]) {
	case OPTION_SOURCE_LINK:
	case OPTION_TARGET_LINK:
		if (len == 8)
			place_mac(r, at + 2);
		break;
	case OPTION_PREFIX:
		place_ips(r, at + 16, end, 16, 1, 6);
		break;
	case OPTION_REDIRECTED:
		place_ips(r, at + 8 + IPV6_ADDRESSES, end, 16, 2, 6);
		break;
	case OPTION_ROUTE:
		if (len >= 24)
			place_ip(r, at + 8, 6);
		else if (len == 16)
			place_half(r, at + 8);
		break;
	case OPTION_DNS:
		place_ips(r, at + 8, end, 16, UINT8_MAX, 6);
		break;
	}
}

static void
options(struct rewriter *r, uint32_t at, uint32_t end)
{
	while (is_there(at, end, OPTION_UNIT)) {
		const uint8_t *o = r->data + at;
		uint32_t len = o[1] * (uint32_t)OPTION_UNIT;

		if (len == 0 || len > end - at)
			return;
		option(r, o, at, at + len);
		at += len;
	}
}

/* Of a report: type, length of what is behind it in words, number of sources,
 * group, sources. */
static void
records(struct rewriter *r, uint32_t at, uint32_t end, unsigned int version)
{
	const uint32_t size = version == 4 ? 4 : 16;

	while (is_there(at, end, RECORD + size)) {
		const uint8_t *h = r->data + at;
		uint32_t n = be16(h + 2), len = RECORD + (n + 1) * size;

		place_ips(r, at + RECORD, end, size, n + 1, version);
		at += len + h[1] * 4U;
	}
}

static void
neighbours(struct rewriter *r, uint32_t at, uint32_t end, unsigned int type)
{
	uint32_t addresses = type == ICMPV6_REDIRECT ? 2 :
	    type == ICMPV6_SOLICIT || type == ICMPV6_ADVERTISE ? 1 : 0;

	place_ips(r, at + 8, end, 16, addresses, 6);
	options(r, at + (type == ICMPV6_ROUTER ? 16 : 8) + addresses * 16,
	    end);
}

void
message_icmpv6(struct rewriter *r, uint32_t at, uint32_t end)
{
	const uint8_t *h = r->data + at;

	if (!is_there(at, end, 8))
		return;
	if ((h[0] >= ICMPV6_QUERY && h[0] <= ICMPV6_ADVERTISE) ||
	    h[0] == ICMPV6_REPORT_V2)
		know(r, at, end);
	switch (h[0]) {
	case ICMPV6_QUERY:
	case ICMPV6_REPORT:
	case ICMPV6_DONE:
		place_ips(r, at + 8, end, 16, 1, 6);
		if (h[0] == ICMPV6_QUERY && is_there(at, end, 28))
			place_ips(r, at + 28, end, 16,
			    be16(h + QUERY_SOURCES), 6);
		break;
	case ICMPV6_REPORT_V2:
		records(r, at + 8, end, 6);
		break;
	case ICMPV6_SOLICIT_ROUTER:
	case ICMPV6_ROUTER:
	case ICMPV6_SOLICIT:
	case ICMPV6_ADVERTISE:
	case ICMPV6_REDIRECT:
		neighbours(r, at, end, h[0]);
		break;
	}
}

void
message_igmp(struct rewriter *r, uint32_t at, uint32_t end)
{
	const uint8_t *h = r->data + at;

	if (!is_there(at, end, 8))
		return;
	if (h[0] == IGMP_QUERY && is_there(at, end, 12)) {
		place_ips(r, at + 12, end, 4, be16(h + IGMP_SOURCES), 4);
		know(r, at, end);
	}
	switch (h[0]) {
	case IGMP_REPORT_V3:
		records(r, at + 8, end, 4);
		know(r, at, end);
		break;
	case IGMP_QUERY:
	case IGMP_REPORT:
	case IGMP_REPORT_V2:
	case IGMP_LEAVE:
		place_ip(r, at + 4, 4);
		break;
	}
}

/* A host tells of another address of its own: of multipath TCP. */
void
message_tcp(struct rewriter *r, uint32_t at, uint32_t end)
{
	uint32_t stop;

	if (!is_there(at, end, TCP_HEADER))
		return;
	stop = at + (r->data[at + 12] >> 4) * 4U;
	for (at += TCP_HEADER; at < stop && at < end;) {
		const uint8_t *o = r->data + at;

		if (o[0] == TCP_NOP) {
			at++;
			continue;
		}
		if (o[0] == 0 || !is_there(at, stop, 2))
			return;
		if (!is_there(at, end, 2) || o[1] > end - at) {
			place_hide(r, at);
			return;
		}
		if (o[1] < 2)
			return;
		if (o[0] == TCP_MULTIPATH && o[1] >= 8 &&
		    o[2] >> 4 == MULTIPATH_ADDRESS)
			place_ips(r, at + 4, at + o[1], 16, 1,
			    o[1] < MULTIPATH_IPV6 ? 4 : 6);
		at += o[1];
	}
}
