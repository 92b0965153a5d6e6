/*
 * copies.h: the same packet, seen on several interfaces.
 *
 * A bridge and its ports, a bond and what is under it, both ends of a veth
 * pair, a VLAN's interface and the one that carries it, a tunnel's and the one
 * that its outer packets leave by, a router's two sides: who captures on
 * several of them gets a packet several times.  One of these sights counts,
 * the others are copies.
 *
 * Sights of one packet agree in all of the innermost datagram but what changes
 * on its way: its time to live, its type of service, the checksums.  They are
 * on different interfaces and no more than COPIES_WINDOW apart.  On one
 * interface no packet passes twice: what comes there again, was sent again.  So
 * a packet was sent as often as the interface saw it that saw it most often,
 * and any other sight is a copy.
 *
 * Fragments are looked at one by one, before they are put together.
 */
#ifndef SRC_DISSECT_COPIES_H
#define SRC_DISSECT_COPIES_H

#include <sessdump/cursor.h>
#include <sessdump/packet.h>

#include "dissect/registry.h"

enum {
	COPIES_PACKETS	= 1 << 14,	/* that are remembered, at most */
	COPIES_WAYS	= 8,		/* interfaces told apart of each; what
					 * passes more is a copy there */
};

/* Longer than a packet waits in the queues of a host, as a rule. */
#define COPIES_WINDOW	(100 * INT64_C(1000000))	/* ns */

struct copies;

/* NULL when memory is short.  Seed of the hash; 0: a random one. */
struct copies *copies_new(const struct registry *, uint64_t seed);
void copies_free(struct copies *);

/* Marks the packet PACKET_COPY if it is one.  Each packet once, in order. */
void copies_mark(struct copies *, struct packet *);

/* The same for a fragment, of whose datagram the cursor stands before what
 * follows the header: 1 if it is a copy. */
int copies_fragment(struct copies *, struct packet *, const struct cursor *);

/* Copies found so far. */
uint64_t copies_count(const struct copies *);

#endif
