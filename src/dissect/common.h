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

/* How many bytes the header of IP says are behind it; 0 where the dissector
 * has more to look at. */
static inline uint32_t
common_ip_length(const struct heads *h)
{
	uint32_t total;

	if (h->version == 6)
		return be16(h->ip + 4);
	total = be16(h->ip + 2);
	if (total <= HEADS_IPV4_LEN ||
	    !checksum_is_right(checksum_add(0, h->ip, HEADS_IPV4_LEN)))
		return 0;
	return total - HEADS_IPV4_LEN;
}

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

/* Ethernet and tags. */
static inline void
common_link(struct packet *p, const struct heads *h)
{
	const uint8_t *link = p->frame->data, *end = h->c.end;

	common_layer(p->layer, &dissector_ethernet, link, end,
	    HEADS_ETHERNET_LEN);
	link += HEADS_ETHERNET_LEN;
	for (unsigned int i = 0; i < h->tags; i++, link += HEADS_TAG_LEN) {
		common_layer(p->layer + 1 + i, &dissector_vlan, link, end,
		    HEADS_TAG_LEN);
		p->vlan[i] = be16(link);
	}
	p->nvlans = (uint8_t)h->tags;
}

/* Where the addresses stand. */
static inline const uint8_t *
common_ip(struct packet *p, struct layer *l, const struct heads *h, uint32_t n)
{
	struct flow *f = &p->flow;
	const uint8_t *ip = h->ip;

	heads_addresses(h, &f->src, &f->dst);
	f->protocol = h->protocol;
	f->has = FLOW_IP;
	if (h->version == 4) {
		common_layer(l, &dissector_ipv4, ip, h->c.end, HEADS_IPV4_LEN);
		f->ip_version = 4;
		f->ip_len = n + HEADS_IPV4_LEN;
		f->ttl = ip[8];
		f->tos = ip[1];
		return ip + 12;
	} else {
		common_layer(l, &dissector_ipv6, ip, h->c.end, HEADS_IPV6_LEN);
		f->ip_version = 6;
		f->ip_len = n + HEADS_IPV6_LEN;
		f->ttl = ip[7];
		f->tos = (uint8_t)(be16(ip) >> 4);
		return ip + 8;
	}
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

/* A length that does not lie, see packet_limit(). */
static inline void
common_limit(struct packet *p, struct cursor *c, uint32_t n)
{
	size_t left = cursor_left(c);

	p->missing = 0;
	if (n <= left)
		c->end = c->p + n;
	else
		p->missing = n - (uint32_t)left;
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
	unsigned int sport = p->flow.sport, dport = p->flow.dport;

	p->flow.payload = c->p;
	p->flow.payload_caplen = (uint32_t)cursor_left(c);
	p->flow.payload_len = packet_wire_left(p, c);
	packet_next_of(p, table, dport, sport);
	if (p->flow.payload_len == 0 ||
	    (r->key[table][sport] | r->key[table][dport]) == 0)
		return NULL;
	return registry_next(r, p);
}

/* Which dissector goes on: TCP's, or the payload's if there is one. */
static inline const struct dissector *
common_tcp(const struct registry *r, struct packet *p, struct layer *l,
    const uint8_t *addresses, struct cursor *c)
{
	const uint8_t *h = c->p;
	uint32_t len = common_tcp_header(&p->flow, c);

	if (len == 0) {
		packet_next(p, TABLE_IP_PROTOCOL, HEADS_TCP);
		return &dissector_tcp;
	}
	common_layer(l, &dissector_tcp, h, c->end, len);
	p->nlayers++;
	common_ports(&p->flow, h);
	common_judge(p, addresses, c, HEADS_TCP, COMMON_TCP_SUM);
	c->p += len;
	return common_end(r, p, c, TABLE_TCP_PORT);
}

static inline const struct dissector *
common_udp(const struct registry *r, struct packet *p, struct layer *l,
    const uint8_t *addresses, struct cursor *c)
{
	const uint8_t *h = c->p;
	uint32_t len = cursor_left(c) < COMMON_UDP_LEN ? 0 : be16(h + 4);

	if (len < COMMON_UDP_LEN || len > packet_wire_left(p, c)) {
		packet_next(p, TABLE_IP_PROTOCOL, HEADS_UDP);
		return &dissector_udp;
	}
	common_layer(l, &dissector_udp, h, c->end, COMMON_UDP_LEN);
	p->nlayers++;
	common_limit(p, c, len);
	p->flow.has = FLOW_IP | FLOW_PORTS | FLOW_TRANSPORT;
	common_ports(&p->flow, h);
	if (be16(h + COMMON_UDP_SUM) != 0)
		common_judge(p, addresses, c, HEADS_UDP, COMMON_UDP_SUM);
	c->p += COMMON_UDP_LEN;
	return common_end(r, p, c, TABLE_UDP_PORT);
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
	struct heads h;
	struct layer *l;
	const uint8_t *addresses;
	uint32_t n;

	common_start(p, f);
	if (!r->common || !heads_find(f, &h) ||
	    (n = common_ip_length(&h)) == 0 ||
	    n > packet_wire_left(p, &h.c)) {
		packet_next(p, TABLE_LINKTYPE, f->linktype);
		return registry_find(r, TABLE_LINKTYPE, f->linktype);
	}
	common_link(p, &h);
	l = p->layer + 1 + h.tags;
	addresses = common_ip(p, l++, &h, n);
	p->nlayers = (uint8_t)(2 + h.tags);
	*c = h.c;
	common_limit(p, c, n);
	return h.protocol == HEADS_TCP ? common_tcp(r, p, l, addresses, c) :
	    common_udp(r, p, l, addresses, c);
}

#endif
