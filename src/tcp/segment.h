/*
 * segment.h: what one segment means, by its sequence numbers.
 */
#ifndef SRC_TCP_SEGMENT_H
#define SRC_TCP_SEGMENT_H

#include <sessdump/packet.h>

#include "tcp/side.h"

/* The event that a segment of "me" is; nothing is changed. */
enum tcp_event tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *);

/* Moves both states.  1 when either of them, or what confirms it, changed. */
int tcp_move(struct side *me, struct side *peer, enum tcp_event);

/* Can the segment's FIN be where it says?  Its place is known by now. */
int tcp_fin_plausible(const struct side *me, const struct side *peer,
    int64_t end);

/* Must the receiver answer it with a challenge ACK (RFC 5961)? */
int tcp_is_challenge(const struct side *me, const struct side *peer,
    const struct flow *, enum tcp_event);

/* Does a SYN or SYN-ACK open another connection than the one that the two
 * sides are of?  "rival" is of trouble_side, of the peer. */
int tcp_is_new_connection(const struct side *me, const struct side *peer,
    uint32_t rival, const struct flow *);

#endif
