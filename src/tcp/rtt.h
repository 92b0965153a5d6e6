/*
 * rtt.h: round-trip times, from the observer to an endpoint and back.
 *
 * A time is packed into 32 bits: nanoseconds while it is less than 2.1 s,
 * microseconds from there on; 0 is a time that was not observed.
 */
#ifndef SRC_TCP_RTT_H
#define SRC_TCP_RTT_H

#include <stdint.h>

#include <sessdump/packet.h>

#include "tcp/side.h"

#define RTT_NONE	INT64_MIN	/* in side.timed_at */
#define RTT_COARSE	(UINT32_C(1) << 31)

/* ns must not be negative. */
static inline uint32_t
rtt_pack(int64_t ns)
{
	if (ns < RTT_COARSE - 1)
		return (uint32_t)ns + 1;
	ns /= 1000;
	return RTT_COARSE | (ns < RTT_COARSE ? (uint32_t)ns :
	    RTT_COARSE - 1);
}

/* In ns; a time that was not observed is -1. */
static inline int64_t
rtt_unpack(uint32_t packed)
{
	return packed & RTT_COARSE ?
	    (int64_t)(packed & ~RTT_COARSE) * 1000 : (int64_t)packed - 1;
}

/* The side's segment that ends at the sequence number is being timed. */
static inline void
rtt_start(struct side *s, uint32_t end, int64_t now)
{
	s->timed_at = now;
	s->timed_end = end;
}

/* The peer acknowledged what the sender had timed: a time of the peer's. */
void rtt_stop(struct side *sender, struct side *peer, int64_t now);

/*
 * The handshake.  A SYN is timed until its sender goes on with an ACK, and
 * starts anew when it is sent again: which of the two was answered, nobody can
 * tell, and the last one gives the least that it can be.
 */
static inline int
rtt_is_of_syn(const struct side *s)
{
	/* By bits: of each alone no branch could foretell it. */
	return (s->timed_at != RTT_NONE) & ((s->flags & (TCP_SYN | TCP_ACK)) ==
	    TCP_SYN) & ((s->seen & SIDE_SYN) != 0);
}

/* The SYN was answered, by a SYN-ACK or a RST. */
void rtt_answered(struct side *client, struct side *server, int64_t now);
/* And that is acknowledged: the handshake is over. */
void rtt_opened(struct side *client, int64_t now);

#endif
