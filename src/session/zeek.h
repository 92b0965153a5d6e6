/*
 * zeek.h: what Zeek would call a connection: conn_state and history.
 *
 * Zeek keeps a state of its own for each end, simpler than TCP's, and writes a
 * letter for each thing that it sees for the first time.  This is that, as
 * Zeek's documentation of conn.log and its behaviour define it.
 */
#ifndef SRC_SESSION_ZEEK_H
#define SRC_SESSION_ZEEK_H

#include "session/session.h"
#include "tcp/stream.h"

/* Zeek's states of an end; a side begins as inactive. */
enum {
	ZEEK_INACTIVE, ZEEK_SYN_SENT, ZEEK_SYN_ACK_SENT, ZEEK_PARTIAL,
	ZEEK_ESTABLISHED, ZEEK_CLOSED, ZEEK_RESET,
};

/* side.zeek: the state, and above it the one before. */
enum { ZEEK_STATE_BITS = 3, ZEEK_STATE_MASK = 7 };

/* side.zeek_seen: letters that are written once, or again for other numbers. */
enum {
	ZEEK_SEEN_SYN = 1 << 0, ZEEK_SEEN_ACK = 1 << 1, ZEEK_SEEN_DATA = 1 << 2,
	ZEEK_SEEN_FIN = 1 << 3, ZEEK_SEEN_RST = 1 << 4,
	ZEEK_SEEN_INCONSISTENT = 1 << 5, ZEEK_SEEN_MULTIPLE = 1 << 6,
};

enum {
	/* Of a history: what a session holds, what its trouble does. */
	ZEEK_HISTORY_MAX = SESSION_HISTORY + TROUBLE_HISTORY,
};

/* The steps of one TCP segment, in this order: the letters of its flags; those
 * of what stream_sent() found; the states; the letters of the gaps that its
 * acknowledgement showed, "before" having been known. */
void zeek_flags(struct session *, struct trouble_pool *, unsigned int dir,
    const struct flow *);
void zeek_notes(struct session *, struct trouble_pool *, unsigned int dir,
    unsigned int notes);
void zeek_move(struct session *, unsigned int dir, const struct flow *);
void zeek_gaps(struct session *, struct trouble_pool *, unsigned int dir,
    uint32_t before);

/* Behind what the session itself holds. */
void zeek_add_more(struct session *, struct trouble_pool *, char letter);

static inline void
zeek_add(struct session *s, struct trouble_pool *pool, char letter)
{
	if (s->history_len < SESSION_HISTORY)
		s->history[s->history_len++] = letter;
	else
		zeek_add_more(s, pool, letter);
}

/* Upper case is the originator's. */
static inline void
zeek_add_of(struct session *s, struct trouble_pool *pool, unsigned int dir,
    char letter)
{
	zeek_add(s, pool, (char)(dir == s->client ? letter - 'a' + 'A' :
	    letter));
}

/* The letter once; 1 when it had been written before. */
static inline int
zeek_once(struct session *s, struct trouble_pool *pool, unsigned int dir,
    unsigned int bit, char letter)
{
	struct side *me = &s->side[dir];

	if (me->zeek_seen & bit)
		return 1;
	me->zeek_seen |= (uint8_t)bit;
	zeek_add_of(s, pool, dir, letter);
	return 0;
}

/* The same as zeek_flags() and zeek_move() for a segment with ACK, without SYN
 * and RST, of a side that has sent no FIN before. */
static inline void
zeek_plain(struct session *s, struct trouble_pool *pool, unsigned int dir,
    const struct flow *f)
{
	unsigned int fin = f->tcp.flags & TCP_FIN, data = f->payload_len > 0;

	zeek_once(s, pool, dir, fin ? ZEEK_SEEN_FIN : data ? ZEEK_SEEN_DATA :
	    ZEEK_SEEN_ACK, fin ? 'f' : data ? 'd' : 'a');
	if (fin || (s->side[dir].zeek & ZEEK_STATE_MASK) != ZEEK_ESTABLISHED)
		zeek_move(s, dir, f);
}

/* Are both ends open, or closed in order?  Only then is a hole a gap. */
int zeek_is_clean(const struct session *);

/* Would a datagram of that side, as one before, change nothing? */
static inline int
zeek_has_datagram(const struct session *s, unsigned int dir)
{
	return (s->side[dir].zeek_seen & ZEEK_SEEN_DATA) != 0;
}

/* A UDP datagram; a bad checksum that was not believed; roles turned round. */
void zeek_datagram(struct session *, struct trouble_pool *, unsigned int dir);
void zeek_bad_checksum(struct session *, struct trouble_pool *,
    unsigned int dir);
void zeek_flipped(struct session *, struct trouble_pool *);

/* Both ends have closed: what comes now is not part of the duration. */
static inline int
zeek_is_closed(const struct session *s)
{
	return (s->side[0].zeek & ZEEK_STATE_MASK) >= ZEEK_CLOSED &&
	    (s->side[1].zeek & ZEEK_STATE_MASK) >= ZEEK_CLOSED;
}

/* "SF" */
const char *zeek_conn_state(const struct session *,
    const struct trouble *);

/* Copies at most ZEEK_HISTORY_MAX letters; answers how many. */
unsigned int zeek_history(const struct session *, const struct trouble *,
    char *);

#endif
