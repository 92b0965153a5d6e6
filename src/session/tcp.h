/*
 * tcp.h: what one segment means, by its sequence numbers.
 *
 * Only session.c uses this.
 */
#ifndef SRC_SESSION_TCP_H
#define SRC_SESSION_TCP_H

#include "session/session.h"

/* The event that a segment of "me" is; nothing is changed. */
enum tcp_event tcp_classify(const struct side *me, const struct side *peer,
    const struct flow *);

/* Moves both states.  1 when either of them, or what confirms it, changed. */
int tcp_move(struct side *me, struct side *peer, enum tcp_event);

/* Remembers the segment's sequence numbers, flags and options. */
void tcp_remember(struct side *me, const struct side *peer,
    const struct flow *);

/* Does a SYN or SYN-ACK open another connection than the one that the two
 * sides are of? */
int tcp_is_new_connection(const struct side *me, const struct side *peer,
    const struct flow *);

/* The timeout that the two states ask for. */
enum session_timeout tcp_timeout(const struct session *);

#endif
