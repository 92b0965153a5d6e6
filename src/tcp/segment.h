/*
 * segment.h: what one segment means, by its sequence numbers.
 */
#ifndef SRC_TCP_SEGMENT_H
#define SRC_TCP_SEGMENT_H

#include <sessdump/packet.h>

#include "tcp/side.h"
#include "tcp/trouble.h"

/* The event that a segment is that has its place, and no SYN or RST; of_fin: it
 * acknowledges the peer's FIN. */
static inline enum tcp_event
tcp_event_in_order(const struct flow *f, int of_fin)
{
	if (f->tcp.flags & TCP_FIN)
		return of_fin ? TCP_EV_FIN_ACK : TCP_EV_FIN;
	if (of_fin)
		return TCP_EV_ACK_OF_FIN;
	return f->payload_len > 0 ? TCP_EV_DATA : TCP_EV_ACK;
}

/* The event that a segment of "me" is; nothing is changed. */
enum tcp_event tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *);

/*
 * What the event is for its receiver.  A FIN behind a hole is no FIN yet, and
 * what fills the last hole before one brings it: "holes" are of me, or NULL.
 */
enum tcp_event tcp_arrives_as(const struct side *me, const struct flow *,
    enum tcp_event, const struct trouble_side *holes);

/* Moves both states.  1 when either of them, or what confirms it, changed. */
static inline int
tcp_move(struct side *me, struct side *peer, enum tcp_event ev,
    enum tcp_event arrives)
{
	uint8_t sent = tcp_sent[me->confirmed][ev][me->state];
	uint8_t received = tcp_received[arrives][peer->state];
	int changed = 0;

	if ((sent & TCP_STATE_MASK) != me->state) {
		me->state = sent & TCP_STATE_MASK;
		me->confirmed = 0;
		changed = 1;
	}
	if (sent & TCP_PROVEN && !me->confirmed) {
		me->confirmed = 1;
		changed = 1;
	}
	if (received != peer->state) {
		peer->state = received;
		peer->confirmed = 0;
		changed = 1;
	}
	return changed;
}

/* Can the segment's FIN be where it says, at "end"? */
int tcp_fin_plausible(const struct side *me, const struct side *peer,
    const struct flow *, int64_t end);

/* How far ahead of what is known a segment can be, or what it acknowledges. */
int64_t tcp_window(const struct side *receiver, const struct side *sender);

/* Must the receiver answer it with a challenge ACK (RFC 5961)? */
int tcp_is_challenge(const struct side *me, const struct side *peer,
    const struct flow *, enum tcp_event);

/* Does the SACK option, which is there, tell of what came twice? */
int tcp_is_dsack(const struct flow *);

/* Does a SYN or SYN-ACK open another connection than the one that the two
 * sides are of?  "rival" is of trouble_side, of the peer. */
int tcp_is_new_connection(const struct side *me, const struct side *peer,
    uint32_t rival, const struct flow *);

#endif
