/*
 * clock.h: packet time, when some time stamps are wrong.
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

#endif
