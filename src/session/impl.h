/*
 * impl.h: the inside of the session table.
 *
 * Only the files of session.h use this.
 */
#ifndef SRC_SESSION_IMPL_H
#define SRC_SESSION_IMPL_H

#include <stdalign.h>

#include "session/clock.h"
#include "session/path.h"
#include "session/session.h"
#include "session/table.h"

#define SECOND	INT64_C(1000000000)

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58,
    PROTO_UDPLITE = 136 };

/* No other thread's data stand in the same cache line. */
struct session_table {
	alignas(64) struct table table;
	struct trouble_pool troubles;
	struct session_config config;
	int64_t limit[TIMEOUTS]; /* of config; INT64_MAX where it says never */
	struct path_table *paths;
	struct session_stats stats;
	struct schedule schedule;
	uint64_t packets;	/* that sessions were touched by */
};

/* lookup.c: the place of a flow of the packet, its own or the quoted one. */
void lookup_fill(const struct session_table *, const struct packet *,
    const struct flow *, struct session_lookup *);

/* session.c */
void session_emit(struct session_table *, enum session_event_kind,
    const char *cause, int64_t time, const struct session *,
    const struct packet *);
void session_end(struct session_table *, struct session *, enum session_end,
    int64_t time);
/* The last words on it, to arg.  It stands in the table still, for its caller
 * to take out, unless the table is done with, too. */
void session_conclude(const struct session_table *, struct session *,
    enum session_end, int64_t time, void *arg);
void session_sort(struct session_entry *, uint32_t n);
/* visit.c */
void session_walk(struct session_table *, enum session_visit, int64_t now);

/* What a packet's checksum says of it. */
enum sum {
	SUM_GOOD,		/* or unknown, or of no weight */
	SUM_BAD,
};

/* connection.c: the packet moves states and counters; the cause of a change, or
 * NULL when no state changed. */
const char *connection_step(struct session_table *, struct session *,
    const struct packet *, unsigned int dir, enum sum);
/* The event has moved a state: is it over? */
void connection_ends(struct session *, enum tcp_event);
/* Does the SYN open another connection than the session's? */
int connection_is_another(const struct session_table *,
    const struct session *, const struct flow *, unsigned int dir);
/* Does the ICMP error make side[dir], whose SYN it quotes, give up? */
int connection_gives_up(struct session *, const struct packet *,
    unsigned int dir);

/* Is its time over? */
static inline int
expire_is_due(const struct session_table *t, const struct session *s,
    int64_t now)
{
	return now - s->last > t->limit[s->timeout];
}

/* A packet of it came. */
static inline void
expire_touch(struct session_table *t, struct session *s)
{
	s->touched = (uint32_t)(++t->packets >> 6);
	s->active = 1;
}

/* session_expire(), of which most packets need no more than the clock. */
static inline void
session_tick(struct session_table *t, int64_t ts)
{
	if (!schedule_goes_on(&t->schedule, ts))
		session_expire(t, ts);
}

/* expire.c */
/* When it timed out, if it did. */
int64_t expire_time(const struct session_table *, const struct session *);
/* Makes room for one more. */
void expire_evict(struct session_table *, int64_t now);
/* The session is new, and in no list yet. */
void expire_queue(struct session_table *, struct session *);
/* Sets the timeout that its states now ask for. */
void expire_requeue(struct session_table *, struct session *);

#endif
