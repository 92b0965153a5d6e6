/* pace.c: a source that takes its time, around one that does not. */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/now.h"
#include "replay/pace.h"
#include "replay/progress.h"
#include "replay/terminal.h"
#include "replay/timeline.h"

#define PACE_NS		INT64_C(1000000000)
#define PACE_SLICE	(PACE_NS / 10)	/* of a wait: then keys, signals */
#define PACE_TELL	(2 * PACE_NS)	/* a longer wait is told */

/* A sleeper wakes late by what the machine needs to get up, in a virtual one
 * some 50 us, seldom more.  Who is to be exact rises that much earlier and
 * looks at the clock until it is time: so much of a core goes into each frame
 * that was slept for.  To spin for longer was measured to gain nothing where
 * others are at work: who takes the processor up waits for it, too. */
#define PACE_SPIN	(PACE_NS / 12500)	/* 80 us */

#define PACE_RUN	(PACE_NS / 10000)	/* see pace_hurry() */

struct pace {
	struct capture head;
	struct capture *inner;
	struct pace_options options;
	struct timeline timeline;
	int64_t now;		/* packet time, see head.now */
	int64_t first, last;	/* packet time of frames that were lent */
	int64_t last_due;	/* when that was due */
	int64_t due;		/* of frame[at], where known */
	int64_t seen;		/* when we last looked at the clock */
	int64_t start;		/* of a rate */
	double amount;		/* packets or bits since then */
	uint64_t lent;
	unsigned int at, n;	/* what is left of frame[] */
	uint8_t known;		/* due is */
	uint8_t started;	/* start, first, last are */
	uint8_t full;		/* the last batch was: output may be held */
	uint8_t paused;
	uint8_t quit;
	uint8_t line;		/* progress is shown */
	struct frame frame[CAPTURE_BATCH];
};

static void
shift(struct pace *p, int64_t by)
{
	timeline_shift(&p->timeline, by);
	p->start += by;
	p->last_due += by;
	p->due += by;
}

/* A pause of any kind puts off what is still to come. */
static int64_t
look(struct pace *p)
{
	int64_t now = now_monotonic();

	if (terminal_was_stopped() || p->paused)
		shift(p, now - p->seen);
	p->seen = now;
	return now;
}

/* When the next frame is due; once for each. */
static int64_t
find_due(struct pace *p, const struct frame *f, int64_t now)
{
	double rate = p->options.rate;
	int64_t due;

	switch (p->options.mode) {
	case PACE_RECORDED:
		return timeline_due(&p->timeline, f->ts, now);
	case PACE_PACKETS:
	case PACE_BITS:
		due = p->start + (int64_t)(p->amount * 1e9 / rate);
		p->amount += p->options.mode == PACE_PACKETS ? 1 :
		    8.0 * f->len;
		return due;
	default:
		return now;
	}
}

/* Lends those that are due, at most n. */
static int
lend(struct pace *p, struct frame *f, int n, int64_t now)
{
	int k = 0;

	while (k < n && p->at < p->n && !p->paused) {
		if (!p->known)
			p->due = find_due(p, &p->frame[p->at], now);
		p->known = p->due > now;
		if (p->known)
			break;
		p->last_due = p->due;
		f[k++] = p->frame[p->at++];
	}
	if (k > 0) {
		p->last = f[k - 1].ts;
		if (p->lent == 0)
			p->first = f[0].ts;
		p->lent += (unsigned)k;
	}
	p->full = k == CAPTURE_BATCH;
	return k;
}

/* The packet time that has come, never beyond that of the next packet. */
static void
tell_time(struct pace *p, int64_t now)
{
	const struct frame *next = &p->frame[p->at];
	int64_t to = p->last;

	if (p->lent > 0 && p->at < p->n &&
	    p->options.mode == PACE_RECORDED && now > p->last_due)
		to += timeline_passed(&p->timeline, now - p->last_due);
	if (p->at < p->n && to >= next->ts)
		to = next->ts - 1;
	p->now = to;
	/* A stamp told twice would pass for one that others agree with. */
	p->head.now = to > p->last ? &p->now : NULL;
}

/* Bytes of the files behind what is still in hand, nearly: a record has a
 * header, too. */
static uint64_t
offset(const struct pace *p, uint64_t read)
{
	uint64_t left = 0;

	for (unsigned int i = p->at; i < p->n; i++)
		left += p->frame[i].caplen + 16;
	return left < read ? read - left : 0;
}

static void
show(struct pace *p, int64_t now)
{
	struct capture_stats st;
	struct progress y = {
		.time = p->now, .start = p->first, .now = now,
		.packets = p->lent, .paused = p->paused,
		.speed = p->options.mode == PACE_RECORDED ?
		    p->options.rate : 0
	};

	if (!p->line || !progress_due(now))
		return;
	if (capture_stats(p->inner, &st) == 0) {
		y.offset = offset(p, st.offset);
		y.size = st.size;
	}
	if (p->known && p->due - now > PACE_TELL)
		y.left = p->due - now;
	progress_show(&y);
}

static void
obey(struct pace *p, int key, int64_t now)
{
	switch (key) {
	case ' ':
		p->paused = !p->paused;
		break;
	case 'n':
		if (p->known && p->due > now)
			shift(p, now - p->due);
		break;
	case 'q':
		p->quit = 1;
		break;
	}
}

static void
sleep_until(int64_t t)
{
	struct timespec until = {
		.tv_sec = (time_t)(t / PACE_NS), .tv_nsec = (long)(t % PACE_NS)
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Until the next frame is due, a slice is over, a key is hit, or a signal
 * comes. */
static void
wait_for(struct pace *p, int64_t now)
{
	int64_t spin = p->options.exact ? PACE_SPIN : 0;
	int64_t until = now + PACE_SLICE;
	int key;

	if (p->known && !p->paused && p->due < until)
		until = p->due;
	/* The last part of a wait is the timer's alone, which is exact. */
	if (until - now >= PACE_SLICE / 20) {
		key = terminal_key(until - now - PACE_SLICE / 20);
		obey(p, key, look(p));
		return;
	}
	if (until - now > spin)
		sleep_until(until - spin);
	while (spin > 0 && now_monotonic() < until)
		;
}

static int
refill(struct pace *p, struct errbuf *e)
{
	int r;

	if (p->at < p->n)
		return 1;
	r = capture_read(p->inner, p->frame, CAPTURE_BATCH, e);
	p->at = 0;
	p->n = r > 0 ? (unsigned)r : 0;
	if (r > 0 && !p->started) {
		p->started = 1;
		p->now = p->last = p->frame[0].ts;
		p->start = p->seen = now_monotonic();
	}
	return r;
}

static int
pace_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct pace *p = (struct pace *)c;
	int64_t now;
	int r, k, full = p->full;

	if (p->quit)
		return CAPTURE_END;
	r = refill(p, e);
	if (r <= 0)
		return r;
	now = look(p);
	k = lend(p, f, n, now);
	if (k == 0 && !full) {
		show(p, now);
		wait_for(p, now);
		now = look(p);
		k = lend(p, f, n, now);
	}
	tell_time(p, now);
	progress_give_way(k > 0 ? now + PROGRESS_QUIET : 0);
	return k;
}

static int
pace_stats(struct capture *c, struct capture_stats *st)
{
	struct pace *p = (struct pace *)c;

	if (capture_stats(p->inner, st) == -1)
		return -1;
	st->captured = p->lent;
	return 0;
}

static const struct capture_interface *
pace_interface(struct capture *c, uint32_t ifindex)
{
	return capture_interface(((struct pace *)c)->inner, ifindex);
}

static void
pace_close(struct capture *c)
{
	struct pace *p = (struct pace *)c;

	progress_close();
	terminal_close();
	capture_close(p->inner);
	free(p);
}

static const struct capture_ops pace_ops = {
	.name = "pace",
	.read = pace_read,
	.stats = pace_stats,
	.interface = pace_interface,
	.close = pace_close,
};

struct capture *
pace_open(struct capture *inner, const struct pace_options *o,
    struct errbuf *e)
{
	struct pace *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, "%s: no memory to pace it", inner->name);
		capture_close(inner);
		return NULL;
	}
	p->head = *inner;
	p->head.ops = &pace_ops;
	p->head.fd = -1;
	p->head.stream = 1;
	p->inner = inner;
	p->options = *o;
	timeline_init(&p->timeline, o->rate, o->max_gap);
	/* The kernel adds 50 us, to wake several sleepers at once. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	p->line = (uint8_t)progress_open(o->views);
	terminal_open(o->keys);
	return &p->head;
}

/* Who wants a shorter slice of the processor than others gets it earlier
 * (Linux 6.12).  Who has made it a real-time process knows better. */
void
pace_hurry(void)
{
	struct {		/* sched_setattr(2), its first version */
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} a = { .size = sizeof(a) };

	if (syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) == -1 ||
	    a.policy != SCHED_OTHER)
		return;
	a.runtime = PACE_RUN;
	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}
