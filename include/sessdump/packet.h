/*
 * packet.h: what dissection knows of one frame.
 *
 * Dissectors fill in flat facts; nothing here is decoded merely in case it is
 * printed.  All is valid as long as the frame is (until the next read).
 */
#ifndef SESSDUMP_PACKET_H
#define SESSDUMP_PACKET_H

#include <string.h>

#include <sessdump/cursor.h>
#include <sessdump/frame.h>
#include <sessdump/wire.h>

struct dissector;

enum {
	PACKET_LAYERS	= 24,	/* deepest chain of headers that is followed */
	PACKET_VLANS	= 4,	/* tags kept; more are walked, not kept */
	PACKET_TUNNELS	= 4,	/* tunnels kept; more are walked, not kept */
};

/* One header in the chain. */
struct layer {
	const struct dissector *dissector;
	const uint8_t *data;	/* the first byte of the header */
	uint32_t len;		/* bytes from there that the layer may read */
	uint32_t header;	/* of these, its header (0 if it was short) */
};

/* An IP address: IPv4 stands in the first four bytes, the rest zero. */
union addr {
	uint8_t b[16];
	uint32_t u4;		/* IPv4, bytes in network order */
	uint64_t w[2];		/* for comparing and hashing only */
};

/* flow.has */
enum {
	FLOW_IP		= 1 << 0, /* addresses, ip_version, protocol, ip_len */
	FLOW_PORTS	= 1 << 1, /* sport and dport */
	FLOW_TCP	= 1 << 2, /* the tcp member */
	FLOW_ICMP	= 1 << 3, /* icmp_type, icmp_code; ports as below */
	FLOW_ONE_WAY	= 1 << 4, /* ICMP type without a counterpart */
	FLOW_FRAGMENT	= 1 << 5, /* part of a datagram; see flow.frag */
	FLOW_TRANSPORT	= 1 << 6, /* the transport header was whole, and
				   * payload_len is known */
	FLOW_TCP_SEQ	= 1 << 11, /* tcp.seq, even where the rest is cut */
	FLOW_CHECKED	= 1 << 7, /* the transport's checksum was there, all
				   * that it covers was captured, and it was
				   * judged (see checksum.h) */
	FLOW_BAD_CHECKSUM = 1 << 8, /* it, or the IPv4 header's, is wrong */
	FLOW_OFFLOADED	= 1 << 9, /* it, or the IPv4 header's, was left to the
				   * hardware: it is not bad */
	FLOW_REROUTED	= 1 << 10, /* the datagram has one more address than
				   * src and dst, and the checksum is of that */
};

/* flow.tcp.options */
enum {
	TCP_HAS_MSS		= 1 << 0,
	TCP_HAS_WINDOW_SCALE	= 1 << 1,
	TCP_HAS_SACK_PERMITTED	= 1 << 2,
	TCP_HAS_SACK		= 1 << 3,
	TCP_HAS_TIMESTAMPS	= 1 << 4,
	TCP_HAS_FAST_OPEN	= 1 << 5,
	TCP_BAD_OPTIONS		= 1 << 6, /* a length that cannot be */
};

/* flow.tcp.flags, RFC 9293 section 3.1 and RFC 9768 (AE) */
enum {
	TCP_FIN = 0x001, TCP_SYN = 0x002, TCP_RST = 0x004, TCP_PSH = 0x008,
	TCP_ACK = 0x010, TCP_URG = 0x020, TCP_ECE = 0x040, TCP_CWR = 0x080,
	TCP_AE = 0x100,
};

/*
 * The 5-tuple of the innermost IP datagram and what its headers say.  Each
 * dissector writes here only what it has proved to be there.
 */
struct flow {
	union addr src, dst;
	uint16_t sport, dport;	/* FLOW_PORTS; for FLOW_ICMP type and counter-
				 * type or code, as Community ID v1 has them */
	uint8_t ip_version;	/* 4, 6; 0 when there is no IP */
	uint8_t protocol;	/* IANA protocol number of the transport */
	uint8_t ttl;		/* TTL or hop limit */
	uint8_t tos;		/* type of service or traffic class */
	uint32_t has;
	uint32_t ip_len;	/* bytes of the datagram, header included */
	uint32_t payload_len;	/* bytes of transport payload on the wire */
	const uint8_t *payload;	/* what was captured of it ... */
	uint32_t payload_caplen; /* ... this many bytes */
	uint8_t icmp_type, icmp_code;
	struct {
		uint32_t id;		/* identification */
		uint16_t offset;	/* bytes; a multiple of 8 */
		uint8_t more;		/* more fragments follow */
	} frag;			/* with FLOW_FRAGMENT */
	struct {
		uint32_t seq, ack;
		uint32_t tsval, tsecr;
		uint16_t flags;		/* TCP_SYN ... */
		uint16_t window;	/* as sent, not scaled */
		uint16_t urgent;
		uint16_t mss;
		uint8_t window_scale;	/* shift, 0 to 14 */
		uint8_t options;	/* TCP_HAS_... */
		uint8_t sacks;		/* blocks in the SACK option, up to 4 */
		uint32_t sack[2][2];	/* left and right edge of the first two
					 * of them, RFC 2018 */
	} tcp;			/* with FLOW_TCP */
};

/* Of two halves a compiler writes each without a loop. */
static inline void
flow_clear(struct flow *f)
{
	memset(f, 0, sizeof(*f) / 2);
	memset((uint8_t *)f + sizeof(*f) / 2, 0, sizeof(*f) - sizeof(*f) / 2);
}

/* A tunnel that was entered, outermost first. */
struct tunnel {
	const struct dissector *dissector;	/* whose header it is */
	uint32_t id;		/* VNI, TEID, GRE key, session id ... */
	uint8_t has_id;
	uint8_t id_one_way;	/* the id is of one direction only */
	uint8_t has_outer;	/* outer_version, outer_src and _dst are set */
	uint8_t outer_version;	/* 4 or 6 */
	union addr outer_src, outer_dst;
};

/* packet.flags */
enum {
	PACKET_TRUNCATED = 1 << 0, /* the snapshot ends inside a header */
	PACKET_MALFORMED = 1 << 1, /* a header that contradicts itself */
	PACKET_TOO_DEEP	 = 1 << 2, /* more layers than PACKET_LAYERS */
	PACKET_QUOTE	 = 1 << 3, /* an ICMP error: what comes next is the
				    * packet that it quotes (set by dissectors);
				    * after dissection: "quoted" is valid */
	PACKET_LYING_LEN = 1 << 4, /* a length says more than the frame had;
				    * lengths in flow are as it says */
	PACKET_REASSEMBLED = 1 << 5, /* flow is of a datagram put together from
				    * fragments; this frame completed it */
	PACKET_HELD	 = 1 << 6, /* a fragment; its datagram is incomplete */
	PACKET_NO_LENGTH = 1 << 7, /* IPv4 with a length of 0: of a frame that
				    * is yet to be cut into packets */
	PACKET_COPY	 = 1 << 8, /* another interface has shown it before: it
				    * counts there */
};

struct packet {
	const struct frame *frame;
	struct flow flow;	/* of the innermost IP datagram */
	uint64_t datagram_bytes; /* original lengths of the frames that carried
				 * it: frame->len, with fragments their sum */
	uint32_t flags;
	uint32_t missing;	/* bytes of this layer behind the end of the
				 * cursor: cut off by the snapshot length, or
				 * with PACKET_LYING_LEN never there */
	uint16_t next_table;	/* set by packet_next(): the table and the */
	uint16_t next_key;	/* key there of the layer that follows, */
	uint16_t next_alt;	/* and the key to try when that has none */
	uint8_t nlayers;	/* the last is the one being dissected */
	uint8_t nvlans, ntunnels;
	uint8_t own_layers;	/* of these, not in a quotation; set behind
				 * the last one */
	uint16_t vlan[PACKET_VLANS];	/* tag control, outer first */
	struct layer layer[PACKET_LAYERS];
	struct tunnel tunnel[PACKET_TUNNELS];
	struct flow quoted;	/* with PACKET_QUOTE: the datagram that the ICMP
				 * error in flow is about, as it was sent */
};

/* Names the layer that follows. */
static inline void
packet_next(struct packet *p, unsigned int table, unsigned int key)
{
	p->next_table = (uint16_t)table;
	p->next_key = p->next_alt = (uint16_t)key;
}

/* The same where either of two keys may tell: ports. */
static inline void
packet_next_of(struct packet *p, unsigned int table, unsigned int key,
    unsigned int alt)
{
	p->next_table = (uint16_t)table;
	p->next_key = (uint16_t)key;
	p->next_alt = (uint16_t)alt;
}

/*
 * How many packets on the wire the packet is, where its frame holds several:
 * their headers are alike, and the payload is cut.  1 also where that is not
 * known, or what is to be cut is not what was dissected.
 */
static inline uint32_t
packet_segments(const struct packet *p)
{
	const struct frame *f = p->frame;
	uint32_t n = p->flow.payload_len;

	if (!(f->flags & FRAME_SUPER) || f->super_size == 0 ||
	    !(p->flow.has & FLOW_TRANSPORT) ||
	    p->flow.protocol != f->super_protocol || n <= f->super_size)
		return 1;
	return n / f->super_size + (n % f->super_size != 0);
}

/* Bytes on the wire from the cursor to the end of the enclosing layer. */
static inline uint32_t
packet_wire_left(const struct packet *p, const struct cursor *c)
{
	return (uint32_t)cursor_left(c) + p->missing;
}

/*
 * Did the snapshot cut bytes of this layer off, so that what cannot be read
 * may have been there?  Of a length that lies they are missing, too, but were
 * never sent.
 */
static inline int
packet_is_cut(const struct packet *p)
{
	return p->missing > 0 && (!(p->flags & PACKET_LYING_LEN) ||
	    p->frame->caplen < p->frame->len);
}

/*
 * A length field says that the layer goes on for n bytes from the cursor:
 * what is behind that is padding and is cut off.  More than the frame had is a
 * lie: it is noted, and what was never there counts as missing, so that
 * lengths are what the headers say and nothing behind the frame is read.
 */
static inline void
packet_limit(struct packet *p, struct cursor *c, uint32_t n)
{
	size_t left = cursor_left(c);

	if (n <= left) {
		c->end = c->p + n;
		p->missing = 0;
		return;
	}
	if (n - left > p->missing)
		p->flags |= PACKET_LYING_LEN;
	p->missing = n - (uint32_t)left;
}

/*
 * The layer is an ICMP error and the cursor stands at the datagram that it
 * quotes.  What the sender left out of it counts as cut off, so that lengths
 * in it read as the datagram was sent.
 */
static inline void
packet_quote(struct packet *p)
{
	p->flags |= PACKET_QUOTE;
	p->missing = UINT16_MAX;
}

/* The last n bytes of the layer on the wire are a trailer: cut them off. */
static inline void
packet_trailer(struct packet *p, struct cursor *c, uint32_t n)
{
	uint32_t left = packet_wire_left(p, c);

	if (left >= n)
		packet_limit(p, c, left - n);
}

/* Notes a VLAN tag, in the order in which they stand in the frame. */
static inline void
packet_vlan(struct packet *p, uint16_t tci)
{
	if (p->nvlans < PACKET_VLANS)
		p->vlan[p->nvlans++] = tci;
}

/*
 * Notes that the layer that is being dissected is a tunnel: what follows is
 * another packet.  The outer addresses are those seen so far.  Give the
 * tunnel's identifier, or has_id 0 where the protocol has none.
 */
static inline void
packet_tunnel(struct packet *p, uint32_t id, int has_id)
{
	struct tunnel *t;

	if (p->ntunnels == PACKET_TUNNELS)
		return;
	t = &p->tunnel[p->ntunnels++];
	memset(t, 0, sizeof(*t));
	t->dissector = p->layer[p->nlayers - 1].dissector;
	t->id = id;
	t->has_id = has_id != 0;
	if (p->flow.has & FLOW_IP) {
		t->has_outer = 1;
		t->outer_version = p->flow.ip_version;
		t->outer_src = p->flow.src;
		t->outer_dst = p->flow.dst;
	}
}

/* The same where each end chooses an identifier of its own. */
static inline void
packet_tunnel_one_way(struct packet *p, uint32_t id)
{
	unsigned int before = p->ntunnels;

	packet_tunnel(p, id, 1);
	if (p->ntunnels > before)
		p->tunnel[before].id_one_way = 1;
}

/*
 * An IP header has been proved good: its datagram is now the innermost one,
 * and whatever an outer one said of itself is forgotten.
 */
static inline void
flow_start(struct packet *p, unsigned int version, unsigned int protocol,
    uint32_t ip_len)
{
	flow_clear(&p->flow);
	p->flow.has = FLOW_IP;
	p->flow.ip_version = (uint8_t)version;
	p->flow.protocol = (uint8_t)protocol;
	p->flow.ip_len = ip_len;
}

/*
 * The datagram is a fragment.  The loop reassembles it before it goes on to
 * the layer that packet_next() names.
 */
static inline void
flow_fragment(struct flow *f, uint32_t id, unsigned int offset, int more)
{
	f->has |= FLOW_FRAGMENT;
	f->frag.id = id;
	f->frag.offset = (uint16_t)offset;
	f->frag.more = more != 0;
}

/*
 * The next layer is a transport whose first four bytes are the ports.  Call
 * it before anything else is tested: an ICMP error may quote eight bytes only,
 * and these name the session.
 */
static inline void
flow_ports(struct packet *p, const struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 4);

	if (h == NULL)
		return;
	p->flow.sport = be16(h);
	p->flow.dport = be16(h + 2);
	p->flow.has |= FLOW_PORTS;
}

/*
 * ICMP has type and code for ports, as Community ID v1 lays down: the counter
 * is the type that answers this one, -1 where none does.
 */
static inline void
flow_icmp(struct flow *f, unsigned int type, unsigned int code, int counter)
{
	f->icmp_type = (uint8_t)type;
	f->icmp_code = (uint8_t)code;
	f->sport = (uint16_t)type;
	f->dport = (uint16_t)(counter < 0 ? (int)code : counter);
	f->has |= FLOW_ICMP | FLOW_PORTS;
	if (counter < 0)
		f->has |= FLOW_ONE_WAY;
}

/*
 * The transport header is whole, sport and dport are set, and the cursor
 * stands behind it: what is left is the payload.
 */
static inline void
flow_transport(struct packet *p, const struct cursor *c)
{
	p->flow.has |= FLOW_PORTS | FLOW_TRANSPORT;
	p->flow.payload = c->p;
	p->flow.payload_caplen = (uint32_t)cursor_left(c);
	p->flow.payload_len = packet_wire_left(p, c);
}

#endif
