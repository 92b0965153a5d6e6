/*
 * true.h: the connections that hostile traffic must not harm.
 *
 * They stand among the packets of a hostile workload, and are to come out
 * whole: clients 192.0.2.1 and up, or 2001:db8:1::1 and up, to 198.51.100.N
 * port 443 or 2001:db8:2::N.
 */
#ifndef TESTS_HOSTILE_TRUE_H
#define TESTS_HOSTILE_TRUE_H

#include "conn.h"

enum {
	TRUE_CONNS = 16,
	TRUE_BUSY = 12,		/* these go on talking, the others idle */
};
extern struct conn true_conn[TRUE_CONNS];

/* Opens them; "tunneled": every third through GRE in VXLAN. */
void true_start(int tunneled, const uint8_t *options, unsigned int noptions);
/* The next segment of one of the busy ones. */
void true_step(void);
/* Closes them, and says on stderr what their records are to be. */
void true_finish(void);

#endif
