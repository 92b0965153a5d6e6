/*
 * community_id.h: Community ID flow hashing, version 1.
 */
#ifndef SRC_SESSION_COMMUNITY_ID_H
#define SRC_SESSION_COMMUNITY_ID_H

#include "session/session.h"

/* Room for an identifier: 30 bytes, always, and what is stored behind them. */
enum { COMMUNITY_ID = 34 };

/* Writes it at p, without a NUL, and answers the place behind; p itself when
 * this build has no SHA-1 (configure --without-nettle). */
char *community_id(char *p, const struct session_key *);

#endif
