/*
 * asker.h: questions about sessions, on their way to the helper.
 */
#ifndef SRC_PROCESS_ASKER_H
#define SRC_PROCESS_ASKER_H

#include "process/wire.h"
#include "session/session.h"

enum { ASKER_RATE = 5000 };	/* sessions asked about in a second */

struct asker {
	int fd;			/* see helper.h; the caller's */
	struct session_table *table;
	const char *(*interface)(void *, uint32_t ifindex);
	void *arg;
	struct ask ask[WIRE_ASKS];
	unsigned int n;
	uint32_t credit;	/* sessions that may be asked about now */
	int64_t counted;	/* packet time when it was last filled up */
};

void asker_init(struct asker *, int fd);

/* May one more be asked about?  By packet time, which live is the clock's, and
 * costs no call. */
int asker_admit(struct asker *, int64_t now);

/* Adds a question, about what came by that interface; WIRE_ASKS fit.  The
 * caller says what it wants to know. */
struct ask *asker_add(struct asker *, const struct session *,
    uint32_t ifindex);

/* Sends those that were added, without waiting: -1 when the helper is behind,
 * or gone.  They stand in ask[] still; then the caller clears n. */
int asker_send(struct asker *);

#endif
