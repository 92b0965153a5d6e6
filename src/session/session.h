/*
 * session.h: every session on the wire, and the state of both its endpoints.
 *
 * A session is a transport protocol and two (address, port) pairs.  Everything
 * that belongs to one side stands in side[2]; side[0] is the lower pair in
 * byte order, whoever speaks (of ICMP without a counterpart, the sender).
 * "client" says which of the two opened it.
 *
 * Time is packet time, in nanoseconds since 1970.
 */
#ifndef SRC_SESSION_SESSION_H
#define SRC_SESSION_SESSION_H

#include <stdint.h>

#include <sessdump/packet.h>

#include "core/errbuf.h"
#include "core/names.h"
#include "tcp/side.h"
#include "tcp/trouble.h"

/* Why one side is held to be the client, weakest first. */
enum session_role {
	ROLE_FIRST,		/* it sent the first packet seen */
	ROLE_PORT,		/* the other has a well-known port */
	ROLE_LISTEN,		/* the other's host listens on its port */
	ROLE_SYN_ACK,		/* the other sent a SYN-ACK */
	ROLE_SYN,		/* it sent a SYN */
	ROLES
};

enum session_end {
	END_OPEN,		/* it has not ended */
	END_CLOSED,		/* both sides closed */
	END_RESET,
	END_TIMEOUT,
	END_EVICTED,		/* --max-sessions */
	END_REUSED,		/* another session took the 4-tuple */
	END_CAPTURE,		/* open when the capture ended */
	ENDS
};

/* What a session waits for; each has its time and its list. */
enum session_timeout {
	TIMEOUT_CLOSED,		/* these two are evicted before all others */
	TIMEOUT_TIME_WAIT,
	TIMEOUT_LAST_ACK,
	TIMEOUT_CLOSE_WAIT,
	TIMEOUT_FIN_WAIT,
	TIMEOUT_SYN_SENT,
	TIMEOUT_SYN_RECEIVED,
	TIMEOUT_UNKNOWN,
	TIMEOUT_ICMP,
	TIMEOUT_UDP,
	TIMEOUT_UDP_ESTABLISHED,
	TIMEOUT_GENERIC,
	TIMEOUT_ONE_WAY,	/* TCP of which one direction passes by */
	TIMEOUT_ESTABLISHED,
	TIMEOUTS
};

extern const char *const session_role_name[ROLES];
extern const char *const session_end_name[ENDS];
/* "unreachable": what an ICMP error is an event's cause as. */
const char *session_icmp_cause(const struct flow *);
/* Does Linux give up an attempt to connect when it gets the error? */
int session_icmp_is_final(const struct flow *);

/* "vlan", "tunnel": by bit of KEY_... */
enum { SESSION_KEYS = 2 };
extern const char *const session_key_name[SESSION_KEYS];

extern const struct session_timeout_info {
	const char *name;	/* as in --timeout NAME=SECONDS */
	uint32_t seconds;	/* default; 0: never */
} session_timeouts[TIMEOUTS];

struct session_key {
	union addr addr[2];
	uint16_t port[2];	/* host order; ICMP: as Community ID */
	uint8_t protocol;
	uint8_t ip_version;
	uint8_t one_way;	/* ICMP without a counterpart */
	uint8_t zero;		/* keys are compared whole */
};

enum { SESSION_HISTORY = 12 };

/* In the order of use: what every packet needs, what TCP does, what is left. */
struct session {
	struct session_key key;
	uint32_t hash;		/* of the key and of what --key adds to it */
	uint32_t touched;	/* by which packet, see expire.c */
	int64_t last;		/* time of the last packet, ns */
	uint32_t trouble;	/* see session_trouble(); 0: there is none */
	uint8_t timeout;	/* enum session_timeout */
	uint8_t client : 1;	/* index into side[] */
	uint8_t end : 3;	/* enum session_end, what it is heading for */
	uint8_t changed : 1;	/* since the last snapshot */
	uint8_t active : 1;	/* since it was queued */
	uint8_t noted : 1;	/* on_ahead() was called for it */
	uint8_t role;		/* enum session_role */
	uint8_t history_len;
	struct side side[2];
	int64_t start;		/* time of the first packet, ns */
	uint64_t id;		/* number of the packet that opened it */
	const struct path *path; /* layers, tags and tunnels, see path.h */
	uint32_t prev, next;	/* in the list of its timeout */
	uint32_t trailing;	/* us of "last" that both had closed before */
	char history[SESSION_HISTORY]; /* Zeek's; more stands in trouble */
};

_Static_assert(sizeof(struct session) <= 304, "DESIGN part 5: 320 bytes a "
    "session, with two slots of the index and all that is not of sessions");

enum session_event_kind {
	EVENT_NEW, EVENT_STATE, EVENT_ROLE, EVENT_ICMP_ERROR, EVENT_END,
	EVENT_KINDS
};

extern const char *const session_event_name[EVENT_KINDS];

struct session_event {
	enum session_event_kind kind;
	int64_t time;
	const char *cause;	/* "syn", "timeout" ... */
	const struct session *session;	/* as it is after the event */
	const struct packet *packet;	/* what caused it, or NULL */
};

/* What belongs to a session's identity besides its key. */
enum {
	KEY_VLAN	= 1 << 0,
	KEY_TUNNEL	= 1 << 1,
};

struct session_config {
	uint32_t max;		/* sessions at a time */
	unsigned int key;	/* KEY_... */
	uint64_t seed;		/* of the hash; 0: a random one */
	int64_t timeout[TIMEOUTS];	/* nanoseconds; 0: never */
	/* Called as things happen; either may be NULL.  The session is valid
	 * during the call.  EVENT_END comes before on_end. */
	void (*on_event)(void *, const struct session_event *);
	void (*on_end)(void *, const struct session *);
	/* Each session that changed since the last time, every "interval"
	 * nanoseconds of packet time, in order of appearance; 0: never. */
	void (*on_snapshot)(void *, const struct session *);
	int64_t interval;
	/* So many nanoseconds before, for each that has changed; then these are
	 * the ones for on_snapshot(), and what changes later waits for the
	 * next time.  0: never. */
	void (*on_ahead)(void *, const struct session *, int64_t now);
	int64_t ahead;
	void *arg;
};

struct session_stats {
	uint64_t created;
	uint64_t evicted;
	uint64_t evicted_open;	/* of these, not closed yet */
	uint32_t live, peak;
};

struct session_table;

/* The default configuration. */
void session_config_init(struct session_config *);

/* NULL and errbuf when the memory cannot be had. */
struct session_table *session_table_new(const struct session_config *,
    struct errbuf *);
/* Frees the sessions without a word: see session_finish(). */
void session_table_free(struct session_table *);

/* A packet's place in the table, worked out before it is touched. */
struct session_lookup {
	struct session_key key;
	uint32_t hash;
	uint32_t number;	/* where it seems to stand; 0: nowhere */
	uint8_t dir;		/* side[] of the sender */
	uint8_t valid;		/* 0: the packet belongs to no session */
	uint8_t held;		/* a fragment: it is looked up, not counted */
};

/* How far ahead of session_update() a packet's memory is to be asked for: it
 * is there in time then, and no more is under way than the processor keeps in
 * mind. */
enum { SESSION_AHEAD = 10 };

/* Fills the lookup and prefetches; call it for a whole batch, then
 * session_prefetch() for its first SESSION_AHEAD, and for one more before each
 * update. */
void session_prepare(struct session_table *, const struct packet *,
    struct session_lookup *);
void session_prefetch(struct session_table *, struct session_lookup *);

/*
 * Counts the packet and moves the states.  The session that it belongs to,
 * valid until the next update; NULL when to none (not IP, a fragment that is
 * held, a header that is cut).  Packets are numbered from 1, as they come: a
 * session that this one opens has its number for an id.
 */
struct session *session_update(struct session_table *, const struct packet *,
    const struct session_lookup *, uint64_t number);

/* Time goes on, with a packet that is not looked at or without one: ends what
 * has timed out. */
void session_expire(struct session_table *, int64_t now);

/* The capture is over: every session ends, in order of appearance. */
void session_finish(struct session_table *);

/*
 * The pieces of session_update(), session_expire() and session_finish(), for
 * one who deals the packets to several tables, each in a thread of its own,
 * and keeps their time (clock.h).  A packet's bytes are not looked at, only
 * what dissection made of them.
 */

/* Time does not go on; an ICMP error is a packet like any other. */
struct session *session_move(struct session_table *, const struct packet *,
    const struct session_lookup *, uint64_t number);

/* Is it an error that may be about another session, by packet->quoted? */
static inline int
session_is_error(const struct packet *p, const struct session_lookup *l)
{
	return (p->flags & (PACKET_QUOTE | PACKET_COPY)) == PACKET_QUOTE &&
	    l->valid && !l->held;
}

/* Takes the error to the session of the quoted flow; NULL when that is not
 * there. */
struct session *session_quoted(struct session_table *, const struct packet *,
    const struct flow *quoted);
/* Where address translation has left the quotation as it was outside, the
 * error's own destination says whom it is about: that flow is to be tried,
 * too.  0 when there is none. */
int session_quoted_inside(const struct packet *, struct flow *);

/* Ends what has timed out, but not more than max; 1 when there may be more. */
int session_expire_some(struct session_table *, int64_t now, uint32_t max);

/* Why sessions are visited, one after the other: it may also turn out that one
 * has timed out. */
enum session_visit {
	VISIT_SNAPSHOT,		/* on_snapshot for those that changed */
	VISIT_END,		/* the capture is over */
	VISIT_AHEAD,		/* session_ahead(), where workers do it */
};

struct session_entry {
	uint64_t id;		/* stays when the session is gone */
	struct session *session;
};

/* Those to be visited, in order of their ids; free() it.  NULL when memory is
 * short. */
struct session_entry *session_list(const struct session_table *,
    enum session_visit, int64_t now, uint32_t *n);
void session_visit(struct session_table *, struct session *,
    enum session_visit, int64_t now);
/* The same at the end of the capture, but what is said goes to arg, and nothing
 * of the table changes but the session: several threads may do so with sessions
 * of one table. */
void session_close(const struct session_table *, struct session *,
    int64_t now, void *arg);
/* The list's next session, behind which "left" - 1 follow, is about to be
 * visited.  They stand in no order in memory, and none would be in the cache
 * when its turn comes. */
void session_fetch(const struct session_table *, const struct session_entry *,
    uint32_t left);

/* on_ahead() for each that changed: what session_expire() does by itself. */
void session_ahead(struct session_table *, int64_t now);
/* All that there are, in no order. */
void session_each(const struct session_table *,
    void (*)(void *, const struct session *), void *arg);

/* The host of side[dir] was found to listen on that port, at that time: where
 * nothing stronger is known, the other side is the client. */
void session_listens(struct session_table *, struct session *,
    unsigned int dir, int64_t now);

/* Where it stands in the table: 1 to "max", its own as long as it is there. */
uint32_t session_number(const struct session_table *, const struct session *);
/* The one that stands there; its id is another, or 0, when it has gone. */
struct session *session_at(struct session_table *, uint32_t number);

const struct session_stats *session_stats(const struct session_table *);

/* What went wrong in the session; NULL: nothing. */
const struct trouble *session_trouble(const struct session_table *,
    const struct session *);

/* Are there states of endpoints, or only one of the session? */
static inline int
session_is_tcp(const struct session *s)
{
	return s->key.protocol == 6;
}

/* Do the key's ports name ports, and not ICMP's type and code, or nothing? */
static inline int
session_has_ports(const struct session_key *k)
{
	return protocol_has_ports(k->protocol);
}

/* Both sides have spoken. */
static inline int
session_two_way(const struct session *s)
{
	return s->side[0].packets > 0 && s->side[1].packets > 0;
}

/* The side that sent the TCP segment or datagram, which is of the session. */
static inline unsigned int
session_sender(const struct session *s, const struct flow *f)
{
	const union addr *a = &s->key.addr[0];

	return a->w[0] != f->src.w[0] || a->w[1] != f->src.w[1] ||
	    s->key.port[0] != f->sport;
}

/* "established", "new": the state of a session that is not TCP. */
static inline const char *
session_state_name(const struct session *s)
{
	return session_two_way(s) ? "established" : "new";
}

#endif
