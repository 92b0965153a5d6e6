/* test_timeline.c: when packets are due. */
#include "replay/timeline.h"

#include "tap.h"

#define S	INT64_C(1000000000)
#define BASE	(INT64_C(1700000000) * S)	/* packet time */
#define NOW	(INT64_C(5000) * S)		/* of the monotonic clock */

/* The packets' times in ms since BASE, and when they are due, since NOW. */
static void
line(const char *what, double speed, int64_t max_gap, int n,
    const int64_t *ms, const int64_t *want)
{
	struct timeline t;
	int64_t got;
	int good = 1;

	timeline_init(&t, speed, max_gap);
	for (int i = 0; i < n; i++) {
		/* It is asked late, each time: nothing may follow from that. */
		got = timeline_due(&t, BASE + ms[i] * 1000000, NOW + i * S) -
		    NOW;
		if (got == want[i] * 1000000)
			continue;
		printf("# packet %d: %" PRId64 " ns, expected %" PRId64
		    " ms\n", i, got, want[i]);
		good = 0;
	}
	ok(good, "%s", what);
}

#define LINE(what, speed, gap, ms, want) \
	line(what, speed, gap, sizeof(ms) / sizeof((ms)[0]), ms, want)

static void
recorded(void)
{
	static const int64_t ms[] = { 0, 100, 350, 350, 9000 };
	static const int64_t half[] = { 0, 200, 700, 700, 18000 };
	static const int64_t twice[] = { 0, 50, 175, 175, 4500 };
	static const int64_t gap[] = { 0, 100, 350, 350, 1350 };

	LINE("as it was", 1, 0, ms, ms);
	LINE("half as fast", 0.5, 0, ms, half);
	LINE("twice as fast", 2, 0, ms, twice);
	LINE("a long pause is cut", 1, S, ms, gap);
}

static void
gaps(void)
{
	static const int64_t ms[] = { 0, 5000, 5400, 15000, 15600 };
	static const int64_t one[] = { 0, 1000, 1400, 2400, 3000 };
	static const int64_t fast[] = { 0, 500, 540, 1500, 1560 };

	LINE("what follows a pause goes by the clock", 1, S, ms, one);
	LINE("a pause is measured by the clock on the wall", 10, S, ms, fast);
}

static void
backwards(void)
{
	static const int64_t near[] = { 0, 200, 100, 150, 400 };
	static const int64_t near_due[] = { 0, 200, 200, 200, 400 };
	static const int64_t wrong[] = { 0, 200, -1700000000000, 300, 400 };
	static const int64_t wrong_due[] = { 0, 200, 200, 300, 400 };
	static const int64_t twice[] = { 0, 200, -99000, 300, -5000, 400 };
	static const int64_t twice_due[] = { 0, 200, 200, 300, 300, 400 };
	static const int64_t older[] = { 9000, 9100, 0, 100, 250, 900 };
	static const int64_t older_due[] = { 0, 100, 100, 100, 250, 900 };

	LINE("out of order", 1, 0, near, near_due);
	LINE("one wrong stamp moves nothing", 1, 0, wrong, wrong_due);
	LINE("nor do two that disagree", 1, 0, twice, twice_due);
	LINE("an older capture follows", 1, 0, older, older_due);
}

static void
future(void)
{
	static const int64_t ms[] = { 0, 100, 90000000, 200, 300, 400 };
	static const int64_t want[] = { 0, 100, 1100, 1100, 1100, 1200 };

	LINE("a wrong stamp ahead costs one longest pause", 1, S, ms,
	    want);
}

static void
long_runs(void)
{
	struct timeline t;
	int64_t due = 0;

	timeline_init(&t, 1, 0);
	for (int64_t i = 0; i <= 8640000; i++)
		due = timeline_due(&t, BASE + i * 10000000, NOW + i * 17);
	is_u64((uint64_t)(due - NOW), 86400 * (uint64_t)S,
	    "a day of packets ends on the nanosecond");
	timeline_shift(&t, 5 * S);
	is_u64((uint64_t)(timeline_due(&t, BASE + 86401 * S, 0) - NOW),
	    86406 * (uint64_t)S, "a pause puts off all the rest");
	timeline_init(&t, 0.001, 0);
	timeline_due(&t, -(INT64_C(1) << 62) + 1, NOW);
	ok(timeline_due(&t, (INT64_C(1) << 62) - 1, NOW) > 0,
	    "the longest wait does not overflow");
	ok(timeline_due(&t, (INT64_C(1) << 62) - 1, NOW) > 0,
	    "nor does what follows");
}

int
main(void)
{
	recorded();
	gaps();
	backwards();
	future();
	long_runs();
	return done();
}
