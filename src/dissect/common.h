/*
 * common.h: the headers that nearly all frames begin with, at one go.
 *
 * A short cut, no rule of its own: what it writes the loop of dissect.c would
 * have written by way of the dissectors ethernet, vlan, ipv4, ipv6, tcp and
 * udp, which take three times as long.  Whatever is not as usual is theirs.
 */
#ifndef SRC_DISSECT_COMMON_H
#define SRC_DISSECT_COMMON_H

#include <sessdump/packet.h>
#include <sessdump/tcpoption.h>

#include "dissect/heads.h"
#include "dissect/registry.h"

/* Do the keys of these headers belong to the dissectors that it stands for? */
int common_is_known(const struct registry *);

enum {
	COMMON_TCP_LEN	= 20,
	COMMON_TCP_SUM	= 16,
	COMMON_TCP_FLAGS = 0x01ff,
	COMMON_UDP_LEN	= 8,
	COMMON_UDP_SUM	= 6,
};

extern const struct dissector dissector_ethernet, dissector_vlan,
    dissector_ipv4, dissector_ipv6, dissector_tcp, dissector_udp;

static inline void
common_start(struct packet *p, const struct frame *f)
{
	p->frame = f;
	flow_clear(&p->flow);
	p->datagram_bytes = f->len;
	p->flags = 0;
	p->missing = f->len - f->caplen;
	p->nlayers = p->nvlans = p->ntunnels = 0;
}

static inline void
common_layer(struct layer *l, const struct dissector *d, const uint8_t *data,
    const uint8_t *end, uint32_t header)
{
	*l = (struct layer){ d, data, (uint32_t)(end - data), header };
}

/* Ethernet and tags, once it is proved what is behind them. */
static inline void
common_link(struct packet *p, unsigned int tags, const uint8_t *end)
{
	const uint8_t *link = p->frame->data;

	common_layer(p->layer, &dissector_ethernet, link, end,
	    HEADS_ETHERNET_LEN);
	link += HEADS_ETHERNET_LEN;
	for (unsigned int i = 0; i < tags; i++, link += HEADS_TAG_LEN) {
		common_layer(p->layer + 1 + i, &dissector_vlan, link, end,
		    HEADS_TAG_LEN);
		p->vlan[i] = be16(link);
	}
	p->nvlans = (uint8_t)tags;
}

/* Both ports, stored at once: the session's key is made of them at once. */
static inline void
common_ports(struct flow *f, const uint8_t *h)
{
	uint32_t ports = be32(h);

	_Static_assert(offsetof(struct flow, dport) ==
	    offsetof(struct flow, sport) + 2, "one behind the other");
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	ports = ports << 16 | ports >> 16;
#endif
	memcpy((char *)f + offsetof(struct flow, sport), &ports,
	    sizeof(ports));
}

/* The header of IP.  Where its addresses stand; NULL, and nothing is written,
 * where its dissector has more to look at. */
static inline const uint8_t *
common_ipv4(struct packet *p, struct layer *l, struct cursor *c)
{
	struct flow *f = &p->flow;
	const uint8_t *h = heads_ipv4(c);
	uint32_t total;

	if (h == NULL)
		return NULL;
	total = be16(h + 2);
	if (total <= HEADS_IPV4_LEN ||
	    total - HEADS_IPV4_LEN > packet_wire_left(p, c) ||
	    !checksum_is_right(checksum_add(0, h, HEADS_IPV4_LEN)))
		return NULL;
	common_layer(l, &dissector_ipv4, h, c->end, HEADS_IPV4_LEN);
	packet_limit(p, c, total - HEADS_IPV4_LEN);
	f->has = FLOW_IP;
	f->ip_version = 4;
	f->protocol = h[9];
	f->ip_len = total;
	heads_addr4(&f->src, h + 12);
	heads_addr4(&f->dst, h + 16);
	f->ttl = h[8];
	f->tos = h[1];
	return h + 12;
}

static inline const uint8_t *
common_ipv6(struct packet *p, struct layer *l, struct cursor *c)
{
	struct flow *f = &p->flow;
	const uint8_t *h = heads_ipv6(c);
	uint32_t len;

	if (h == NULL)
		return NULL;
	len = be16(h + 4);
	if (len == 0 || len > packet_wire_left(p, c))
		return NULL;
	common_layer(l, &dissector_ipv6, h, c->end, HEADS_IPV6_LEN);
	packet_limit(p, c, len);
	f->has = FLOW_IP;
	f->ip_version = 6;
	f->protocol = h[6];
	f->ip_len = HEADS_IPV6_LEN + len;
	heads_addr6(&f->src, h + 8);
	heads_addr6(&f->dst, h + 24);
	f->ttl = h[7];
	f->tos = (uint8_t)(be16(h) >> 4);
	return h + 8;
}

/* The length of TCP's header; 0: it is none, or cut. */
static inline uint32_t
common_tcp_header(struct flow *f, const struct cursor *c)
{
	uint32_t left = (uint32_t)cursor_left(c), len;
	const uint8_t *h = c->p;

	if (left < COMMON_TCP_LEN)
		return 0;
	len = (h[12] >> 4) * 4U;
	if (len != COMMON_TCP_LEN) {
		if (len < COMMON_TCP_LEN || len > left)
			return 0;
		tcp_options_note(f, h + COMMON_TCP_LEN, len - COMMON_TCP_LEN);
	}
	f->has = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT | FLOW_TCP |
	    FLOW_TCP_SEQ;
	f->tcp.seq = be32(h + 4);
	f->tcp.ack = be32(h + 8);
	f->tcp.flags = be16(h + 12) & COMMON_TCP_FLAGS;
	f->tcp.window = be16(h + 14);
	f->tcp.urgent = be16(h + 18);
	return len;
}

/* Between the addresses, which stand right before it, and the end of the
 * transport's header and payload all is summed up, the pseudo header, too. */
__attribute__((always_inline)) static inline void
common_judge(struct packet *p, const uint8_t *addresses,
    const struct cursor *c, unsigned int protocol, size_t at)
{
	uint32_t len = (uint32_t)cursor_left(c);
	uint64_t sum = checksum_word(protocol) + checksum_word(len);

	if (p->missing > 0 ||
	    (p->frame->flags & (FRAME_NO_CSUM | FRAME_CSUM_GOOD) &&
	    checksum_is_told(p, protocol)))
		return;
	flow_judge(&p->flow, checksum_add(sum, addresses,
	    (size_t)(c->end - addresses)), protocol, len, c->p + at);
}

/* All headers are taken: is there a dissector that may know what is behind the
 * ports? */
static inline const struct dissector *
common_end(const struct registry *r, struct packet *p, const struct cursor *c,
    unsigned int table)
{
	uint16_t sport = p->flow.sport, dport = p->flow.dport;

	p->flow.payload = c->p;
	p->flow.payload_caplen = (uint32_t)cursor_left(c);
	p->flow.payload_len = packet_wire_left(p, c);
	packet_next_of(p, table, dport, sport);
	if (p->flow.payload_len == 0 ||
	    !registry_knows(r, table, sport, dport))
		return NULL;
	return registry_next(r, p);
}

/* Which dissector goes on: TCP's, or the payload's if there is one. */
static inline const struct dissector *
common_tcp(const struct registry *r, struct packet *p,
    const uint8_t *addresses, struct cursor *c)
{
	const uint8_t *h = c->p;
	uint32_t len = common_tcp_header(&p->flow, c);

	if (len == 0) {
		packet_next(p, TABLE_IP_PROTOCOL, HEADS_TCP);
		return &dissector_tcp;
	}
	common_layer(&p->layer[p->nlayers++], &dissector_tcp, h, c->end, len);
	common_ports(&p->flow, h);
	common_judge(p, addresses, c, HEADS_TCP, COMMON_TCP_SUM);
	c->p += len;
	return common_end(r, p, c, TABLE_TCP_PORT);
}

static inline const struct dissector *
common_udp(const struct registry *r, struct packet *p,
    const uint8_t *addresses, struct cursor *c)
{
	const uint8_t *h = c->p;
	uint32_t len = cursor_left(c) < COMMON_UDP_LEN ? 0 : be16(h + 4);

	if (len < COMMON_UDP_LEN || len > packet_wire_left(p, c)) {
		packet_next(p, TABLE_IP_PROTOCOL, HEADS_UDP);
		return &dissector_udp;
	}
	common_layer(&p->layer[p->nlayers++], &dissector_udp, h, c->end,
	    COMMON_UDP_LEN);
	packet_limit(p, c, len);
	p->flow.has = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT;
	common_ports(&p->flow, h);
	if (be16(h + COMMON_UDP_SUM) != 0)
		common_judge(p, addresses, c, HEADS_UDP, COMMON_UDP_SUM);
	c->p += COMMON_UDP_LEN;
	return common_end(r, p, c, TABLE_UDP_PORT);
}

/* 0: none was taken. */
static inline int
common_begin(const struct frame *f, struct packet *p, struct cursor *c,
    const uint8_t **addresses)
{
	const uint8_t *end = c->end;
	unsigned int tags, type = heads_link(f, c, &tags);
	struct layer *l = p->layer + 1 + tags;

	*addresses = type == HEADS_IPV4 ? common_ipv4(p, l, c) :
	    type == HEADS_IPV6 ? common_ipv6(p, l, c) : NULL;
	if (*addresses == NULL)
		return 0;
	common_link(p, tags, end);
	p->nlayers = (uint8_t)(2 + tags);
	return 1;
}

/*
 * Starts the packet, and takes headers of its frame: all, all but the
 * transport's, or none.  Answers which dissector the loop goes on with, NULL
 * when there is none, and where.
 */
static inline const struct dissector *
common_headers(const struct registry *r, const struct frame *f,
    struct packet *p, struct cursor *c)
{
	const uint8_t *addresses;

	common_start(p, f);
	*c = (struct cursor){ f->data, f->data + f->caplen };
	if (!r->common || !common_begin(f, p, c, &addresses)) {
		*c = (struct cursor){ f->data, f->data + f->caplen };
		packet_next(p, TABLE_LINKTYPE, f->linktype);
		return registry_find(r, TABLE_LINKTYPE, f->linktype);
	}
	return p->flow.protocol == HEADS_TCP ?
	    common_tcp(r, p, addresses, c) : common_udp(r, p, addresses, c);
}

#endif
