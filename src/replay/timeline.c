/* timeline.c: when each packet of a capture is due. */
#include <string.h>

#include "replay/timeline.h"

/* Longer than anybody waits, and yet sums of it fit. */
#define TIMELINE_MAX	(INT64_MAX / 8)

void
timeline_init(struct timeline *t, double speed, int64_t max_gap)
{
	memset(t, 0, sizeof(*t));
	t->speed = speed;
	t->max_gap = max_gap;
}

static int64_t
clamp(double ns)
{
	return ns < (double)TIMELINE_MAX ? (int64_t)ns : TIMELINE_MAX;
}

int64_t
timeline_wait(const struct timeline *t, int64_t packet_time)
{
	return clamp((double)packet_time / t->speed);
}

int64_t
timeline_passed(const struct timeline *t, int64_t waited)
{
	return clamp((double)waited * t->speed);
}

static int64_t
due(const struct timeline *t)
{
	return t->from_due + timeline_wait(t, t->latest - t->from);
}

static void
begin(struct timeline *t, int64_t ts, int64_t at)
{
	t->from = t->latest = ts;
	t->from_due = at;
	t->runs = 1;
	t->suspects = 0;
}

static int
is_near(int64_t a, int64_t b)
{
	return a - b <= TIMELINE_BACK && b - a <= TIMELINE_BACK;
}

int64_t
timeline_due(struct timeline *t, int64_t ts, int64_t now)
{
	int64_t gap = ts - t->latest;

	if (!t->runs) {
		begin(t, ts, now);
	} else if (gap < -TIMELINE_BACK) {
		if (t->suspects && is_near(ts, t->suspect))
			begin(t, ts, due(t));
		t->suspects = ts != t->latest;
		t->suspect = ts;
	} else if (t->max_gap != 0 && timeline_wait(t, gap) > t->max_gap) {
		begin(t, ts, due(t) + t->max_gap);
	} else {
		t->suspects = 0;
		if (gap > 0)
			t->latest = ts;
	}
	return due(t);
}

void
timeline_shift(struct timeline *t, int64_t by)
{
	t->from_due += by;
}
