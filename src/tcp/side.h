/*
 * side.h: what one endpoint of a session sent, and what that tells of it.
 *
 * Places in a TCP stream are 64-bit numbers relative to its first byte, which
 * is 0 and has the sequence number "base"; the SYN stands at -1, the FIN behind
 * the last byte.  So nothing wraps.
 */
#ifndef SRC_TCP_SIDE_H
#define SRC_TCP_SIDE_H

#include <stdint.h>

#include "tcp/tcp_state.h"

/* Farther apart than this, two sequence numbers have nothing to do with each
 * other: the largest window is 2^30 (RFC 7323 section 2.3). */
#define SEQ_REACH	(INT64_C(1) << 30)

/* side.seen */
enum {
	SIDE_SEQ	= 1 << 0, /* it sent a segment: base is its own */
	SIDE_ACKED	= 1 << 1, /* acked is valid; without SIDE_SEQ, base is
				   * the peer's first acknowledgement */
	SIDE_SYN	= 1 << 2, /* it sent a SYN: base - 1 */
	SIDE_FIN	= 1 << 3, /* it sent a FIN, the last before next: what
				   * claims to stand behind it is none of it */
	SIDE_MSS	= 1 << 4,
	SIDE_SCALE	= 1 << 5,
	SIDE_SACK	= 1 << 6, /* offered in its SYN */
	SIDE_RIVAL	= 1 << 7, /* a SYN was not believed, see trouble */
	SIDE_PAYLOAD	= 1 << 8, /* the bytes of payload were known */
	SIDE_CHECKED	= 1 << 9, /* a checksum was there to be judged */
	SIDE_GOOD_SUM	= 1 << 10, /* and one was right */
	SIDE_CHALLENGED	= 1 << 11, /* it was sent what calls for a challenge
				   * ACK (RFC 5961) */
	SIDE_TSVAL	= 1 << 12, /* what is timed was sent again, with
				   * the time stamp in trouble */
	SIDE_SYN_ECE	= 1 << 13, /* ECN flags of its SYN, RFC 3168, 9768 */
	SIDE_SYN_CWR	= 1 << 14,
	SIDE_SYN_AE	= 1 << 15,
};

struct side {
	uint64_t packets;
	uint64_t frame_bytes;	/* original lengths of the frames */
	uint64_t ip_bytes;
	uint64_t payload_bytes;
	uint16_t seen;		/* SIDE_... */
	uint8_t ttl;		/* of its first packet */
	uint8_t zeek_seen;
	uint8_t segments;	/* its packets were so many more on the wire,
				 * see trouble_segments() */
	/* From here on TCP's alone. */
	uint8_t zeek;		/* Zeek's view of it, see zeek.h */
	uint8_t state;		/* enum tcp_state */
	uint8_t confirmed;
	int64_t next;		/* one past the highest that it sent */
	int64_t acked;		/* the highest that its peer acknowledged */
	uint32_t base;		/* sequence number of place 0 */
	uint16_t window;	/* last advertised, not scaled */
	uint16_t flags;		/* every TCP flag that it sent, and behind
				 * them side_scale() */
	int64_t timed_at;	/* when a segment that is being timed was sent;
				 * RTT_NONE: none is */
	uint32_t timed_end;	/* what acknowledges it; after a RST, that RST's
				 * sequence number (nothing is timed then) */
	uint32_t tsval;		/* its newest time stamp; 0: none */
	/* Packed as in rtt.h; 0: not observed. */
	uint32_t rtt_handshake;	/* the server's: from SYN to SYN-ACK or RST;
				 * the client's: from SYN to ACK */
	uint32_t rtt_min;	/* from the observer to this side and back */
	uint32_t rtt_smoothed;
	uint16_t initial_window; /* of its SYN */
	uint16_t mss;
};

enum { SIDE_FLAGS = 9 };	/* bits of flags */

/* The shift of its windows, with SIDE_SCALE; 0 to 14. */
static inline unsigned int
side_scale(const struct side *s)
{
	return s->flags >> SIDE_FLAGS;
}

static inline void
side_set_scale(struct side *s, unsigned int scale)
{
	s->flags = (uint16_t)((s->flags & ((1U << SIDE_FLAGS) - 1)) |
	    scale << SIDE_FLAGS);
}

/* One past the farthest place that is known to have been sent. */
static inline int64_t
side_known(const struct side *s)
{
	return (s->seen & (SIDE_ACKED | SIDE_FIN)) == SIDE_ACKED &&
	    s->acked > s->next ? s->acked : s->next;
}

/* The place of a sequence number, as near to what is known as can be. */
static inline int64_t
side_place(const struct side *s, uint32_t seq)
{
	int64_t known = side_known(s);

	return known + (int32_t)(seq - (s->base + (uint32_t)known));
}

/* The acknowledgement that covers its FIN, with SIDE_FIN. */
static inline uint32_t
side_fin(const struct side *s)
{
	return s->base + (uint32_t)s->next;
}

/* Distinct bytes that it sent, holes included: what the peer acknowledged was
 * sent though nobody saw it. */
static inline uint64_t
side_stream_bytes(const struct side *s)
{
	int64_t end = s->seen & SIDE_SEQ ? side_known(s) : 0;

	if (s->seen & SIDE_FIN && end > 0)
		end--;
	return end > 0 ? (uint64_t)end : 0;
}

#endif
