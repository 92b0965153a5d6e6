/* several.c: several live sources as one, their frames in the order of time. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "capture/live/several.h"
#include "core/now.h"

enum {
	NS_PER_MS	= 1000000,
	BLIND_WAIT_MS	= 10,	/* where a source cannot be polled */
};

/* A clock that is so far off is another one. */
#define OTHER_CLOCK	(10 * INT64_C(1000000000))

/* A source, and what it has lent that is not passed on yet. */
struct part {
	struct capture *capture;
	uint32_t number;
	uint8_t gone;		/* it has failed */
	uint8_t spent;		/* all was passed on: there may be more */
	int64_t looked;		/* when it was seen to have nothing */
	int64_t offset;		/* of our clock from its own */
	uint64_t captured;	/* passed on */
	const struct frame *next, *end;
	struct frame frame[CAPTURE_BATCH];
};

struct several {
	struct capture head;
	void (*failed)(void *, const struct errbuf *);
	void *arg;
	char *name;		/* of all of them */
	uint32_t n;
	struct pollfd *polled;	/* two for each */
	struct part part[];
};

static int
has_frames(const struct part *p)
{
	return p->next < p->end;
}

/* Nothing is of the future: a clock that was set back is followed at once. */
static int64_t
time_of(const struct part *p, int64_t now)
{
	int64_t ts = p->next->ts + p->offset;

	return ts <= now ? ts : now - SEVERAL_HOLD;
}

/* Takes what there is; what was lent before is the source's again. */
static void
look(struct several *m, struct part *p, int64_t now)
{
	struct errbuf why;
	int64_t last;
	int r;

	do {
		r = capture_read(p->capture, p->frame, CAPTURE_BATCH, &why);
	} while (r == CAPTURE_IDLE && p->capture->behind);
	p->spent = 0;
	p->next = p->end = p->frame;
	if (r == CAPTURE_IDLE) {
		p->looked = now;
	} else if (r < 0) {
		p->gone = 1;
		if (r == CAPTURE_ERROR)
			m->failed(m->arg, &why);
	} else {
		p->end += r;
		last = p->end[-1].ts + p->offset;
		if (last > now || last < now - OTHER_CLOCK)
			p->offset = now - p->end[-1].ts;
	}
}

/* The one whose next frame is the earliest; of equals the first one. */
static struct part *
earliest(struct several *m, int64_t now)
{
	struct part *first = NULL;
	int64_t ts, least = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		struct part *p = &m->part[i];

		if (!has_frames(p))
			continue;
		ts = time_of(p, now);
		if (first == NULL || ts < least) {
			first = p;
			least = ts;
		}
	}
	return first;
}

/* All frames up to there are at hand. */
static int64_t
known_until(const struct several *m)
{
	int64_t until = INT64_MAX;

	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->part[i];

		if (!p->gone && !has_frames(p) &&
		    p->looked - SEVERAL_HOLD < until)
			until = p->looked - SEVERAL_HOLD;
	}
	return until;
}

/*
 * Looks at sources that may have an earlier frame than the first that there
 * is.  The time at which that one can be lent: "now" or before, or it must be
 * waited for; 0 when there is none.
 */
static int64_t
settle(struct several *m, int64_t now)
{
	struct part *first;
	uint32_t i;

	for (i = 0; i < m->n; i++)
		if (m->part[i].spent)
			look(m, &m->part[i], now);
again:
	first = earliest(m, now);
	if (first == NULL)
		return 0;
	if (time_of(first, now) + SEVERAL_HOLD > now &&
	    time_of(first, now) > known_until(m))
		return time_of(first, now) + SEVERAL_HOLD;
	for (i = 0; i < m->n; i++) {
		struct part *p = &m->part[i];

		if (p->gone || has_frames(p) ||
		    p->looked - SEVERAL_HOLD >= time_of(first, now))
			continue;
		look(m, p, now);
		if (has_frames(p))
			goto again;
	}
	return now;
}

/* As many as are in order, before one of the sources must be read: that would
 * take back what it has lent. */
static int
lend(struct several *m, struct frame *f, int n, int64_t now)
{
	int64_t until = known_until(m);
	struct part *p;
	int k = 0;

	while (k < n && (p = earliest(m, now)) != NULL &&
	    time_of(p, now) <= until) {
		f[k] = *p->next++;
		f[k].ifindex = f[k].ifindex * m->n + p->number;
		p->captured++;
		k++;
		if (!has_frames(p)) {
			p->spent = 1;
			break;
		}
	}
	return k;
}

/* Waits for those that have nothing at hand, and looks at those that have
 * something then. */
static int
await(struct several *m, int64_t ns, struct errbuf *e)
{
	int ms = (int)((ns + NS_PER_MS - 1) / NS_PER_MS), n;
	int64_t now;

	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->part[i];
		int idle = !p->gone && !has_frames(p);

		m->polled[2 * i] = (struct pollfd){
			.fd = idle ? p->capture->fd : -1, .events = POLLIN };
		m->polled[2 * i + 1] = (struct pollfd){
			.fd = idle ? p->capture->watch : -1, .events = POLLIN };
		if (idle && p->capture->fd == -1 && ms > BLIND_WAIT_MS)
			ms = BLIND_WAIT_MS;
	}
	n = poll(m->polled, 2 * m->n, ms);
	if (n == -1)
		return errno == EINTR ? 0 : err_set(e, "capture on %s: poll: "
		    "%s", m->head.name, strerror(errno));
	now = now_realtime();
	for (uint32_t i = 0; i < m->n; i++) {
		struct part *p = &m->part[i];

		/* Where nobody tells, or for long nothing was told. */
		if (!p->gone && !has_frames(p) && (p->capture->fd == -1 ||
		    m->polled[2 * i].revents || m->polled[2 * i + 1].revents ||
		    now - p->looked >= CAPTURE_WAIT_MS * NS_PER_MS))
			look(m, p, now);
	}
	return 0;
}

static int
all_gone(const struct several *m)
{
	uint32_t i = 0;

	while (i < m->n && m->part[i].gone && !has_frames(&m->part[i]))
		i++;
	return i == m->n;
}

static int
several_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct several *m = (struct several *)c;
	int64_t now = now_realtime(), due = settle(m, now);

	if (due == 0 || due > now) {
		if (all_gone(m))
			return CAPTURE_END;
		if (await(m, due == 0 ? (int64_t)c->wait_ms * NS_PER_MS :
		    due - now, e) == -1)
			return CAPTURE_ERROR;
		now = now_realtime();
		due = settle(m, now);
		if (due == 0 || due > now)
			return CAPTURE_IDLE;
	}
	return lend(m, f, n, now);
}

static int
several_part_stats(struct capture *c, unsigned int i, struct capture_stats *s)
{
	struct several *m = (struct several *)c;

	if (i >= m->n || capture_stats(m->part[i].capture, s) == -1)
		return -1;
	s->captured = m->part[i].captured;
	return 0;
}

static int
several_stats(struct capture *c, struct capture_stats *sum)
{
	struct several *m = (struct several *)c;
	struct capture_stats s;

	memset(sum, 0, sizeof(*sum));
	sum->has_received = sum->has_if_dropped = 1;
	for (uint32_t i = 0; i < m->n; i++) {
		if (several_part_stats(c, i, &s) == -1)
			return -1;
		sum->captured += s.captured;
		sum->received += s.received;
		sum->dropped += s.dropped;
		sum->if_dropped += s.if_dropped;
		sum->frozen += s.frozen;
		sum->host_stamped += s.host_stamped;
		sum->refused += s.refused;
		sum->has_received &= s.has_received;
		sum->has_if_dropped &= s.has_if_dropped;
	}
	return 0;
}

static void
several_stop(struct capture *c)
{
	struct several *m = (struct several *)c;

	for (uint32_t i = 0; i < m->n; i++)
		if (!m->part[i].gone)
			capture_stop(m->part[i].capture);
}

static const struct capture_interface *
several_interface(struct capture *c, uint32_t number)
{
	struct several *m = (struct several *)c;

	return capture_interface(m->part[number % m->n].capture,
	    number / m->n);
}

static struct capture *
several_part(struct capture *c, unsigned int i)
{
	struct several *m = (struct several *)c;

	return i < m->n ? m->part[i].capture : NULL;
}

static void
several_close(struct capture *c)
{
	struct several *m = (struct several *)c;

	for (uint32_t i = 0; i < m->n; i++)
		capture_close(m->part[i].capture);
	free(m->polled);
	free(m->name);
	free(m);
}

static const struct capture_ops several_ops = {
	.name = "several",
	.read = several_read,
	.stats = several_stats,
	.stop = several_stop,
	.interface = several_interface,
	.part = several_part,
	.part_stats = several_part_stats,
	.close = several_close,
};

/* "eth0, eth1" */
static char *
join_names(struct capture *const *v, unsigned int n)
{
	size_t size = 1;
	char *name;

	for (unsigned int i = 0; i < n; i++)
		size += strlen(v[i]->name) + 2;
	name = calloc(1, size);
	for (unsigned int i = 0; i < n && name != NULL; i++) {
		strncat(name, i > 0 ? ", " : "", 3);
		strncat(name, v[i]->name, size - strlen(name) - 1);
	}
	return name;
}

struct capture *
several_open(struct capture *const *v, unsigned int n,
    void (*failed)(void *, const struct errbuf *), void *arg,
    struct errbuf *e)
{
	struct several *m = calloc(1, sizeof(*m) + n * sizeof(m->part[0]));

	if (m != NULL) {
		m->name = join_names(v, n);
		m->polled = calloc(2 * (size_t)n, sizeof(*m->polled));
	}
	if (m == NULL || m->name == NULL || m->polled == NULL) {
		err_set(e, "capture on %s: no memory for it and others",
		    v[0]->name);
		for (unsigned int i = 0; i < n; i++)
			capture_close(v[i]);
		if (m != NULL) {
			free(m->name);
			free(m->polled);
		}
		free(m);
		return NULL;
	}
	m->head = *v[0];
	m->head.ops = &several_ops;
	m->head.name = m->name;
	m->head.fd = m->head.watch = -1;
	m->head.several = 1;
	m->failed = failed;
	m->arg = arg;
	m->n = n;
	for (unsigned int i = 0; i < n; i++) {
		m->part[i].capture = v[i];
		m->part[i].number = i;
		m->part[i].next = m->part[i].end = m->part[i].frame;
		v[i]->wait_ms = 0;
		if (v[i]->snaplen > m->head.snaplen)
			m->head.snaplen = v[i]->snaplen;
	}
	return &m->head;
}
