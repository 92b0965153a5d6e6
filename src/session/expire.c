/* expire.c: when a session's time is over, and which one goes for another. */
#include "session/impl.h"

enum { STEPS_BACK = 64 };	/* at a time; see expire_list() */

int64_t
expire_time(const struct session_table *t, const struct session *s)
{
	return s->last + t->config.timeout[s->timeout];
}

/* The least recently active of a list: what was active since it was queued
 * goes to the end first. */
static struct session *
oldest(struct session_table *t, unsigned int list)
{
	struct session *s;

	while ((s = table_oldest(&t->table, list)) != NULL && s->active) {
		table_dequeue(&t->table, s);
		table_enqueue(&t->table, s);
	}
	return s;
}

/* Ends what has timed out, from the head of one list, at most "left" of them.
 * A session with a time stamp in the future must not keep those behind it
 * alive: it steps back. */
static void
expire_list(struct session_table *t, unsigned int timeout, int64_t now,
    uint32_t *left)
{
	unsigned int steps = STEPS_BACK;
	struct session *s;

	while (*left > 0 && (s = oldest(t, timeout)) != NULL) {
		if (expire_is_due(t, s, now)) {
			session_end(t, s, END_TIMEOUT, expire_time(t, s));
			--*left;
		} else if (s->last > now + CLOCK_NEAR && steps-- > 0) {
			table_dequeue(&t->table, s);
			table_enqueue(&t->table, s);
		} else {
			break;
		}
	}
}

int
session_expire_some(struct session_table *t, int64_t now, uint32_t max)
{
	for (unsigned int i = 0; i < TIMEOUTS; i++)
		if (t->config.timeout[i] != 0)
			expire_list(t, i, now, &max);
	return max == 0;
}

void
session_expire(struct session_table *t, int64_t ts)
{
	unsigned int due = schedule_tick(&t->schedule, ts);
	int64_t now = t->schedule.clock.now;

	if (due & SCHEDULE_EXPIRY)
		session_expire_some(t, now, UINT32_MAX);
	if (due & SCHEDULE_AHEAD)
		session_ahead(t, now);
	if (due & SCHEDULE_SNAPSHOT)
		session_walk(t, VISIT_SNAPSHOT, now);
}

/* Sets of lists. */
#define LIST(name)	(UINT32_C(1) << TIMEOUT_##name)

static const uint32_t ended = LIST(CLOSED) | LIST(TIME_WAIT);
/* Of these, one side was never heard: anybody could have made them. */
static const uint32_t unanswered = LIST(SYN_SENT) | LIST(SYN_RECEIVED) |
    LIST(UNKNOWN) | LIST(ONE_WAY) | LIST(ICMP) | LIST(UDP) | LIST(GENERIC);

/* Activity is counted in packets, 64 at a time, not by time stamps: one from
 * the future would make a session last. */
static struct session *
oldest_of(struct session_table *t, uint32_t lists)
{
	struct session *victim = NULL;

	for (unsigned int i = 0; i < TIMEOUTS; i++) {
		struct session *s = lists >> i & 1 ? oldest(t, i) : NULL;

		if (s != NULL && (victim == NULL ||
		    (int32_t)(s->touched - victim->touched) < 0))
			victim = s;
	}
	return victim;
}

static uint32_t
count(const struct session_table *t, uint32_t lists)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < TIMEOUTS; i++)
		if (lists >> i & 1)
			n += t->table.list[i].count;
	return n;
}

/*
 * What has ended goes first; then what was never answered, while that is more
 * than a quarter of the table, so that a flood of it pushes out no connection
 * that stands, and yet an attempt has its time; then the least recently active
 * of all.
 */
void
expire_evict(struct session_table *t, int64_t now)
{
	struct session *victim = oldest_of(t, ended);

	if (victim == NULL && count(t, unanswered) > t->config.max / 4)
		victim = oldest_of(t, unanswered);
	if (victim == NULL)
		victim = oldest_of(t, ~UINT32_C(0));
	if (victim == NULL)
		return;
	t->stats.evicted++;
	if (victim->end == END_OPEN)
		t->stats.evicted_open++;
	session_end(t, victim, END_EVICTED, now);
}

/* How far a connection has come, in order: the farther side decides. */
enum progress {
	BEGUN, OPEN, ASKED, ANSWERED, CLOSES, HALF_CLOSED, LAST, ENDED, WAITS,
};

static const uint8_t progress[TCP_STATES] = {
	[TCP_UNKNOWN] = BEGUN,
	[TCP_LISTEN] = BEGUN,
	[TCP_SYN_SENT] = ASKED,
	[TCP_SYN_RECEIVED] = ANSWERED,
	[TCP_ESTABLISHED] = OPEN,
	[TCP_FIN_WAIT_1] = CLOSES,
	[TCP_FIN_WAIT_2] = HALF_CLOSED,
	[TCP_CLOSE_WAIT] = HALF_CLOSED,
	[TCP_CLOSING] = LAST,
	[TCP_LAST_ACK] = LAST,
	[TCP_TIME_WAIT] = WAITS,
	[TCP_CLOSED] = ENDED,
};

static const uint8_t timeout_of[] = {
	[BEGUN] = TIMEOUT_UNKNOWN,
	[OPEN] = TIMEOUT_ESTABLISHED,
	[ASKED] = TIMEOUT_SYN_SENT,
	[ANSWERED] = TIMEOUT_SYN_RECEIVED,
	[CLOSES] = TIMEOUT_FIN_WAIT,
	[HALF_CLOSED] = TIMEOUT_CLOSE_WAIT,
	[LAST] = TIMEOUT_LAST_ACK,
	[ENDED] = TIMEOUT_CLOSED,
	[WAITS] = TIMEOUT_TIME_WAIT,
};

static enum session_timeout
tcp_timeout(const struct session *s)
{
	uint8_t a = progress[s->side[0].state], b = progress[s->side[1].state];
	uint8_t come = a > b ? a : b;

	/* These lists are of what has ended, not of what is about to. */
	if (come >= ENDED && s->end == END_OPEN)
		return TIMEOUT_LAST_ACK;
	if (come == OPEN && !session_two_way(s))
		return TIMEOUT_ONE_WAY;
	return (enum session_timeout)timeout_of[come];
}

static enum session_timeout
timeout_for(const struct session *s)
{
	switch (s->key.protocol) {
	case PROTO_TCP:
		return tcp_timeout(s);
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return TIMEOUT_ICMP;
	case PROTO_UDP:
	case PROTO_UDPLITE:
		return session_two_way(s) ? TIMEOUT_UDP_ESTABLISHED :
		    TIMEOUT_UDP;
	default:
		return TIMEOUT_GENERIC;
	}
}

void
expire_queue(struct session_table *t, struct session *s)
{
	s->timeout = (uint8_t)timeout_for(s);
	table_enqueue(&t->table, s);
}

void
expire_requeue(struct session_table *t, struct session *s)
{
	enum session_timeout timeout = timeout_for(s);

	if (timeout == s->timeout)
		return;
	table_dequeue(&t->table, s);
	s->timeout = (uint8_t)timeout;
	table_enqueue(&t->table, s);
}
