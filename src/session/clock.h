/*
 * clock.h: packet time, when some time stamps are wrong, and what is due.
 *
 * The clock follows the packets.  A stamp far from it counts only when the
 * next one agrees: a single bad one moves nothing, a real gap or an older file
 * does so one packet later.
 */
#ifndef SRC_SESSION_CLOCK_H
#define SRC_SESSION_CLOCK_H

#include <stdint.h>

#define CLOCK_NEAR	(60 * INT64_C(1000000000))	/* ns */

struct packet_clock {
	int64_t now;		/* the latest time that is believed */
	int64_t suspect;	/* the stamp before, when it was far off */
	uint8_t runs, suspects;	/* now is valid; suspect is */
};

static inline int
clock_near(int64_t a, int64_t b)
{
	return a - b <= CLOCK_NEAR && b - a <= CLOCK_NEAR;
}

/* A packet has come; answers what time it is. */
static inline int64_t
clock_tick(struct packet_clock *c, int64_t ts)
{
	if (c->runs && clock_near(ts, c->now)) {
		c->suspects = 0;
		if (ts > c->now)
			c->now = ts;
	} else if (!c->runs || (c->suspects && clock_near(ts, c->suspect))) {
		c->runs = 1;
		c->suspects = 0;
		c->now = ts;
	} else {
		/* Both are ahead: the time of the first has come. */
		if (c->suspects && c->suspect > c->now && ts > c->suspect)
			c->now = c->suspect;
		c->suspects = 1;
		c->suspect = ts;
	}
	return c->now;
}

/* What is done now and then. */
enum {
	SCHEDULE_EXPIRY = 1 << 0,	/* sessions are ended that timed out */
	SCHEDULE_SNAPSHOT = 1 << 1,	/* and then those shown that changed */
	SCHEDULE_AHEAD = 1 << 2,	/* that is near */
};

struct schedule {
	struct packet_clock clock;
	int64_t interval;	/* of snapshots; 0: there are none */
	int64_t ahead;		/* how near; 0: nobody wants to know */
	int64_t next_expiry, next_snapshot, next_ahead;
};

static inline void
schedule_init(struct schedule *s, int64_t interval, int64_t ahead)
{
	*s = (struct schedule){ .interval = interval, .ahead = ahead,
	    .next_expiry = INT64_MIN, .next_snapshot = INT64_MIN,
	    .next_ahead = INT64_MAX };
}

/* One snapshot, however many intervals went by without a packet; a clock that
 * was set back starts anew. */
static inline int
schedule_snapshot(struct schedule *s, int64_t now)
{
	int64_t wait = s->next_snapshot - now;
	int due = s->next_snapshot != INT64_MIN && wait <= 0;

	if (!due && s->next_snapshot != INT64_MIN && wait <= s->interval)
		return 0;
	s->next_snapshot = now + s->interval;
	if (s->ahead != 0)
		s->next_ahead = s->next_snapshot - s->ahead;
	return due;
}

/* Once before each snapshot; then both times are kept exactly. */
static inline int
schedule_ahead(struct schedule *s, int64_t now)
{
	int due = now >= s->next_ahead;
	int64_t next = due ? s->next_snapshot : s->next_ahead;

	if (due)
		s->next_ahead = INT64_MAX;
	if (next > now && next < s->next_expiry)
		s->next_expiry = next;
	return due;
}

/* A packet has come, and nothing is due: all there is to do for most. */
static inline int
schedule_goes_on(struct schedule *s, int64_t ts)
{
	if (ts < s->clock.now || ts >= s->next_expiry)
		return 0;
	s->clock.now = ts;
	s->clock.suspects = 0;
	return 1;
}

/* A packet has come: what is to be done before it is looked at?  The time is
 * clock.now then. */
static inline unsigned int
schedule_tick(struct schedule *s, int64_t ts)
{
	int64_t now = clock_tick(&s->clock, ts);
	unsigned int due = SCHEDULE_EXPIRY;

	if (now < s->next_expiry && now > s->next_expiry - CLOCK_NEAR)
		return 0;
	s->next_expiry = now + 1000000000;
	if (s->interval != 0 && schedule_snapshot(s, now))
		due |= SCHEDULE_SNAPSHOT;
	if (s->ahead != 0 && schedule_ahead(s, now))
		due |= SCHEDULE_AHEAD;
	return due;
}

#endif
