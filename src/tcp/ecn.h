/*
 * ecn.h: Explicit Congestion Notification, as the handshake settles it.
 */
#ifndef SRC_TCP_ECN_H
#define SRC_TCP_ECN_H

#include "tcp/side.h"

/* "ecn" (RFC 3168), "accecn" (RFC 9768), or NULL when they did not agree on
 * either, or one of the SYNs was not seen. */
const char *ecn_name(const struct side *client, const struct side *server);

#endif
