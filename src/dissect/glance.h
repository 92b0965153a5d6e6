/*
 * glance.h: whose a plain frame is, without dissecting it.
 */
#ifndef SRC_DISSECT_GLANCE_H
#define SRC_DISSECT_GLANCE_H

#include <sessdump/packet.h>

#include "dissect/registry.h"

/* Where the datagram comes from and goes to, as in struct flow. */
struct ends {
	union addr src, dst;
	uint16_t sport, dport;
};

/*
 * 1: dissect() would find these ends, or no flow at all, and needs neither
 * reassembly nor anything that came before.  So it is for Ethernet, with up
 * to two tags, and TCP or UDP right behind the header of IPv4 or IPv6, between
 * ports of which the registry knows nothing.
 *
 * 0: it takes dissect() to tell.
 */
int glance(const struct registry *, const struct frame *, struct ends *);

#endif
