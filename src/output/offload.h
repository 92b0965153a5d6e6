/*
 * offload.h: why a frame is longer than any packet on the wire.
 */
#ifndef SRC_OUTPUT_OFFLOAD_H
#define SRC_OUTPUT_OFFLOAD_H

#include "session/session.h"

/*
 * "tso", "uso": it goes out, and is yet to be cut, TCP or UDP.  "gro": it came
 * in as one.  "gso": it holds more than one packet, since it has more payload
 * than the other end takes, or an IPv4 length of 0; what did that is not known.
 * NULL: it is a frame like others, for all that is known.  The session may be
 * NULL.
 */
const char *offload_name(const struct packet *, const struct session *);

#endif
