/* conn.h: TCP connections as two good endpoints have them. */
#ifndef TESTS_TRAFFIC_CONN_H
#define TESTS_TRAFFIC_CONN_H

#include "frame.h"

struct conn {
	struct ends ends[2];	/* [0] from the client, [1] from the server */
	uint32_t seq[2];	/* what each sends next */
	uint64_t packets[2], stream[2];
	unsigned int step, steps;	/* of its script: done, and in all */
	int tunneled;
	const uint8_t *options;	/* in place of time stamps, or NULL */
	unsigned int noptions;
};

/* A segment of a script: direction, flags, bytes of payload. */
struct step {
	int dir;
	unsigned int flags, len;
};

extern const struct step conn_whole[], conn_brief[];
extern const unsigned int conn_whole_steps, conn_brief_steps;
enum { CONN_HANDSHAKE = 3 };	/* steps of each script */

/* The ends are set; all else is, but nothing is sent. */
void conn_init(struct conn *);
void conn_send(struct conn *, const struct step *);
/* A segment that the endpoint never sent: counted as a packet of its. */
void conn_forge(struct conn *, int dir, uint32_t seq, uint32_t ack,
    unsigned int flags);

#endif
