/*
 * impl.h: the inside of the rewriter.
 *
 * Only the files of rewrite.h use this.  Places are bytes from the start of the
 * frame; a function that is given one has its bytes proved, or an end.
 */
#ifndef SRC_REWRITE_IMPL_H
#define SRC_REWRITE_IMPL_H

#include <sessdump/dissector.h>

#include "rewrite/anonymize.h"
#include "rewrite/rewrite.h"
#include "rewrite/sums.h"

enum {
	REWRITE_ROOM	= 2048,	/* for a frame, at least */
	TRANSPORT_HEADER = 20,	/* no transport says more of its session */
};

/* The IP datagram whose headers are being walked. */
struct datagram {
	uint8_t open;		/* what it carries is still to come */
	uint8_t protocol;	/* of that, */
	uint32_t at;		/* where it begins, */
	uint32_t end;		/* where that ends which was captured, */
	uint32_t wire_end;	/* and where it ended on the wire */
	uint8_t is_fragment;	/* it is a fragment, */
	uint8_t is_later;	/* and not the first one */
	uint8_t is_left;	/* its sums were left to the hardware */
	/* Addresses as the checksums of what it carries take them, before any
	 * change; and by how much each has grown. */
	struct flow was;
	int64_t src_grown, dst_grown;
};

/* A frame that goes out in fragments. */
struct pieces {
	uint8_t *data;		/* room for one of them */
	uint32_t room;
	uint8_t version;	/* of the datagram; 0: there are none */
	uint32_t mtu;		/* bytes of each, at most */
	uint32_t ip;		/* where its header begins, */
	uint32_t at;		/* and what is next of what it carries; */
	uint32_t end;		/* and that ends */
	uint32_t offset;	/* in the datagram as it was sent, of "at" */
	uint8_t more;		/* others follow the last one */
	uint8_t is_next;	/* not the first one */
	uint8_t has_header;	/* IPv6: a Fragment header stands there */
	uint32_t id;
	uint32_t head;		/* IPv6: where the part ends that each has */
	uint32_t named;		/* and where it says what follows */
};

struct rewriter {
	const struct rules *rules;
	const struct registry *registry;
	struct anonymizer *anonymizer;	/* or NULL */
	struct rewrite_stats stats;
	uint8_t *data;		/* the frame, a copy */
	uint32_t room;		/* bytes there */
	struct frame frame;	/* that has become of it */
	uint8_t left;		/* it is still to be handed out */
	struct packet packet;
	uint32_t mtu;
	uint32_t id;		/* of the last datagram that was given one */
	struct pieces pieces;
	struct sums sums;
	struct datagram ip;
	uint32_t known;		/* where that ends which need not be cut though
				 * it is no header, or is not whole; or 0 */
	uint32_t unknown;	/* see place_hide(); or UINT32_MAX */
};

/* place.c: one address, or port, by the rules.  Of an address of IP by how much
 * its sum has grown; map_ip() is of 4 or 16 bytes anywhere, 1 when they
 * changed. */
int map_ip(const struct rewriter *, uint8_t *, unsigned int version);
int64_t place_ip(struct rewriter *, uint32_t at, unsigned int version);
void place_port(struct rewriter *, uint32_t at);
void place_mac(struct rewriter *, uint32_t at);
/* What is not whole may begin with an address: nobody shall see it. */
void place_hide(struct rewriter *, uint32_t at);
/* Several of IP, one behind the other, "step" bytes apart, as far as they end
 * by "end"; at most n. */
void place_ips(struct rewriter *, uint32_t at, uint32_t end, uint32_t step,
    uint32_t n, unsigned int version);

/* cut.c: what is not to be seen: payload, headers that could not be
 * rewritten. */
void cut_rewrite(struct rewriter *);

/* vlan.c: the tag, of a frame that is not looked into any more.  By how many
 * bytes all behind the addresses has moved. */
int vlan_rewrite(struct rewriter *);

/* fit.c: does it fit?  0: it does not, and is left out.  What is longer but
 * can be cut has r->pieces begun; "moved" is of vlan_rewrite(). */
int fit_rewrite(struct rewriter *, int moved);

/* fragment.c: the datagram at "ip", of "len" bytes, all there, in pieces of at
 * most "mtu"; 0 where there is no way.  Then one after the other; NULL behind
 * the last. */
int fragment_start(struct rewriter *, uint32_t ip, uint32_t len, uint32_t mtu);
const struct frame *fragment_next(struct rewriter *);

/* link.c: addresses of link layers, ARP's too.  0: the layer is none. */
int link_rewrite(struct rewriter *, const struct layer *, uint32_t at);

/* ip.c: headers of IPv4 and IPv6, and those between them and the transport.
 * 0: the layer is none. */
int ip_rewrite(struct rewriter *, const struct layer *, uint32_t at);

/* transport.c: what a datagram carries, known by its protocol number. */
void transport_rewrite(struct rewriter *);
/* A checksum of "protocol" that stands in a header of IPv6. */
void transport_sum(struct rewriter *, unsigned int protocol);

/* message.c: addresses in the messages of ICMP, ICMPv6 and IGMP, and in options
 * of TCP. */
void message_icmp(struct rewriter *, uint32_t at, uint32_t end);
void message_icmpv6(struct rewriter *, uint32_t at, uint32_t end);
void message_igmp(struct rewriter *, uint32_t at, uint32_t end);
void message_tcp(struct rewriter *, uint32_t at, uint32_t end);

#endif
