/* statistics.c: when --stats is due, and what it says. */
#include <sys/resource.h>

#include <string.h>

#include "statistics.h"

int
statistics_due(struct statistics *t, int64_t ts)
{
	int64_t now, wait;

	if (t->interval == 0)
		return 0;
	now = clock_tick(&t->clock, ts);
	wait = t->next - now;
	/* A clock that was set back starts anew. */
	if (!t->begun || wait > t->interval) {
		t->begun = 1;
		t->next = now + t->interval;
		return 0;
	}
	if (wait > 0)
		return 0;
	/* In step with the first, but for a gap. */
	t->next += t->interval;
	if (t->next <= now)
		t->next = now + t->interval;
	return 1;
}

static int64_t
nanoseconds(struct timeval t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_usec * INT64_C(1000);
}

static void
fill_self(struct stats *s)
{
	struct rusage r;

	if (getrusage(RUSAGE_SELF, &r) == -1)
		return;
	s->cpu_user = nanoseconds(r.ru_utime);
	s->cpu_system = nanoseconds(r.ru_stime);
	s->memory_peak = (uint64_t)r.ru_maxrss * 1024;
}

static void
fill_packets(struct stats_packets *p, const char *interface,
    const struct capture_stats *s, uint64_t captured)
{
	*p = (struct stats_packets){
		.interface = interface,
		.captured = captured,
		.received = s->received,
		.dropped = s->dropped,
		.unread = capture_unread(s, captured),
		.refused = s->refused,
		.if_dropped = s->if_dropped,
		.has_received = s->has_received,
		.has_dropped = s->has_received || s->dropped > 0,
		.has_if_dropped = s->has_if_dropped,
	};
}

void
statistics_fill(struct statistics *t, struct stats *s,
    const struct pipeline_stats *p, const struct capture *c)
{
	const struct account *a = p->account;

	memset(s, 0, sizeof(*s));
	s->time = t->clock.now;
	s->sessions = p->sessions;
	s->selected = p->selected;
	s->frame_bytes = p->frame_bytes;
	fill_packets(&s->packets, c->live ? c->name : NULL, &a->sum,
	    p->packets);
	s->frozen = a->sum.frozen;
	for (unsigned int i = 0; c->live && i < a->nparts; i++)
		fill_packets(&t->part[i], a->part[i].name, &a->part[i].stats,
		    a->part[i].stats.captured);
	s->part = t->part;
	s->nparts = c->live ? a->nparts : 0;
	s->records_lost = p->lost;
	s->written_lost = p->written_lost;
	s->incomplete = p->defrag->lost;
	s->overlapping = p->defrag->overlaps;
	s->contradictory = p->defrag->discarded;
	s->duplicate = p->defrag->duplicates;
	fill_self(s);
}
