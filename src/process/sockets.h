/*
 * sockets.h: --sockets: what the kernel says of the sockets of sessions, beside
 * what the wire shows.
 *
 * Like a book, it stands beside a session table, asks the helper, and waits for
 * nobody.  The kernel is asked shortly before a session is shown that goes on,
 * a moment after one has closed, and at the end of the capture.
 *
 * All calls are for the thread of the table.
 */
#ifndef SRC_PROCESS_SOCKETS_H
#define SRC_PROCESS_SOCKETS_H

#include "core/errbuf.h"
#include "process/socket_view.h"
#include "session/session.h"

/* Nanoseconds before a session is shown that goes on: as many as may be asked
 * about take a quarter of a second. */
#define SOCKETS_AHEAD	INT64_C(500000000)

struct sockets;

struct sockets_stats {
	uint64_t asked;		/* sessions, each time */
	uint64_t refused;	/* more came than may be asked about */
	uint64_t spent_us;	/* see struct tell */
};

/* See book_new(). */
struct sockets *sockets_new(int fd, uint32_t max, struct errbuf *);
void sockets_free(struct sockets *);
void sockets_bind(struct sockets *, struct session_table *,
    const char *(*interface)(void *, uint32_t ifindex), void *arg);

/* Asks about it, by packet time.  "soon": when what it has just received has
 * come to rest. */
void sockets_ask(struct sockets *, const struct session *, int64_t now,
    int soon);
/* Asks where the event calls for it. */
void sockets_event(struct sockets *, const struct session_event *);
void sockets_send(struct sockets *);
/* Takes the answers that are there. */
void sockets_receive(struct sockets *);
/* The capture is over: asks about all, and waits for a third of a second at
 * most. */
void sockets_finish(struct sockets *);

/* What is known of side[dir]: a socket, or, where the wire shows a connection,
 * that there is none, in TCP_CLOSED.  NULL when nothing is.  "time", which may
 * be NULL, gets when that was so: ns since 1970. */
const struct socket_view *sockets_get(const struct sockets *,
    const struct session *, unsigned int dir, int64_t *time);

/* Do both say the same of that side's state?  1, 0, or -1 when that cannot be
 * told: nothing of it may have been under way when the kernel was asked. */
int sockets_agree(const struct sockets *, const struct session *,
    unsigned int dir);

const struct sockets_stats *sockets_stats(const struct sockets *);

#endif
