/*
 * sides.h: which frames the clients sent, and which the servers.
 *
 * Who is client may turn out late in a session, so each frame is noted with
 * its session, and asked about when all have ended.  What belongs to none, an
 * ARP or a fragment, goes with what else came from its Ethernet address.
 */
#ifndef SRC_REPLAY_SIDES_H
#define SRC_REPLAY_SIDES_H

#include "session/session.h"

enum { SIDES_MACS = 4096 };	/* Ethernet addresses that are told apart */

struct sides {
	uint64_t n;		/* frames that were noted */
	uint64_t alone;		/* of these, in no session */

	/* The inside. */
	struct side_note {
		uint64_t session;	/* its id; 0: none */
		uint16_t mac;		/* in macs[]; SIDES_MACS: none */
		uint8_t sender;		/* side[] of the session */
		uint8_t side;		/* the answer */
	} *note;
	uint64_t room;
	uint8_t *client;	/* by id of the session: its side[] */
	uint64_t clients;	/* room there */
	struct side_mac {
		uint64_t address;
		int64_t balance;	/* frames of servers less clients' */
	} *macs;
	unsigned int nmacs;
	uint8_t failed;
};

/* Zeroed at first.  Each frame in its order; the session may be NULL.  -1 when
 * memory is short. */
int sides_note(struct sides *, const struct packet *, const struct session *);
/* The session has ended: who was its client is known now. */
void sides_ended(struct sides *, const struct session *);

/* All is known; -1 when memory was short. */
int sides_settle(struct sides *);
/* Then, of the n-th frame, from 0: 0 for a client, 1 for a server. */
static inline unsigned int
sides_get(const struct sides *s, uint64_t n)
{
	return s->note[n].side;
}

void sides_fini(struct sides *);

#endif
