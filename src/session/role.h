/*
 * role.h: who is client and who is server, and how that is known.
 */
#ifndef SRC_SESSION_ROLE_H
#define SRC_SESSION_ROLE_H

#include "session/session.h"

/* Decides from the session's first packet, sent by side[dir]. */
void role_init(struct session *, const struct flow *, unsigned int dir);

/* Stronger evidence may have come.  1 when the roles were swapped. */
int role_update(struct session *, const struct flow *, unsigned int dir);

/* The host of side[dir] listens on its port.  1 likewise. */
int role_listens(struct session *, unsigned int dir);

#endif
