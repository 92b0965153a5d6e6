/*
 * glance.h: whose a plain frame is, without dissecting it.
 */
#ifndef SRC_DISSECT_GLANCE_H
#define SRC_DISSECT_GLANCE_H

#include <sessdump/packet.h>

#include "dissect/heads.h"
#include "dissect/registry.h"

/* Where the datagram comes from and goes to, as in struct flow. */
struct ends {
	union addr src, dst;
	uint16_t sport, dport;
};

/* The transport's protocol; 0 where the frame is not plain. */
static inline unsigned int
glance_ip(const struct frame *f, struct cursor *c, struct ends *e)
{
	unsigned int tags, type = heads_link(f, c, &tags);
	const uint8_t *h;

	if (type == HEADS_IPV4 && (h = heads_ipv4(c)) != NULL) {
		heads_addr4(&e->src, h + 12);
		heads_addr4(&e->dst, h + 16);
		return h[9];
	}
	if (type == HEADS_IPV6 && (h = heads_ipv6(c)) != NULL) {
		heads_addr6(&e->src, h + 8);
		heads_addr6(&e->dst, h + 24);
		return h[6];
	}
	return 0;
}

/*
 * 1: dissect() would find these ends, or no flow at all, and needs neither
 * reassembly nor anything that came before.  So it is for Ethernet, with up
 * to two tags, and TCP or UDP right behind the header of IPv4 or IPv6, between
 * ports of which the registry knows nothing.
 *
 * 0: it takes dissect() to tell.
 */
static inline int
glance(const struct registry *r, const struct frame *f, struct ends *e)
{
	struct cursor c = { f->data, f->data + f->caplen };
	unsigned int protocol = glance_ip(f, &c, e), table;

	if (protocol == 0)
		return 0;
	e->sport = be16(c.p);
	e->dport = be16(c.p + 2);
	table = protocol == HEADS_TCP ? TABLE_TCP_PORT : TABLE_UDP_PORT;
	return !registry_knows(r, table, e->sport, e->dport);
}

#endif
