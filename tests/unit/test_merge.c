/* test_merge.c: several sources, merged by time. */
#include <stdlib.h>

#include "capture/file/merge.h"
#include "tap.h"

enum { SOURCES = 40, FRAMES = 400 };

/*
 * A source out of a list.  Each read lends its frames from memory of its own,
 * which the next one frees: so a sanitizer finds what is held for too long,
 * and so does a test without one, since it is overwritten first.
 */
struct script {
	struct capture head;
	struct capture_interface interface[3];
	int n, at;
	int64_t ts[FRAMES];
	uint32_t seed;		/* of the sizes of batches; 0: as asked */
	int idle_at;		/* nothing comes before this one, once */
	int fails;		/* at its end */
	uint8_t *lent;
	int reads;
};

static struct script script[SOURCES];
static int open_sources;

/* What has come out, and of the failures that were told. */
static struct {
	uint32_t source, number, ifindex;
	int64_t ts;
} out[SOURCES * FRAMES];
static int outs, idles, most, failures;
static char told[1024];

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 16) % sides;
}

static int
script_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct script *s = (struct script *)c;
	int k;

	s->reads++;
	if (s->lent != NULL)
		memset(s->lent, 0xff, CAPTURE_BATCH * 8);
	free(s->lent);
	s->lent = NULL;
	if (s->at == s->n)
		return s->fails ? err_set(e, "%s: damaged", c->name) :
		    CAPTURE_END;
	if (s->idle_at == s->at) {
		s->idle_at = -1;
		return CAPTURE_IDLE;
	}
	if (s->seed != 0)
		n = 1 + (int)dice(&s->seed, (uint32_t)n);
	s->lent = calloc(CAPTURE_BATCH, 8);
	for (k = 0; k < n && s->at < s->n && s->at != s->idle_at; k++) {
		uint32_t id[2] = { (uint32_t)(s - script), (uint32_t)s->at };

		f[k] = (struct frame){ .data = s->lent + k * 8,
		    .caplen = 8, .len = 8, .ts = s->ts[s->at],
		    .linktype = (uint16_t)(id[0] + 1),
		    .ifindex = (uint32_t)s->at % 3 };
		memcpy(s->lent + k * 8, id, 8);
		s->at++;
	}
	return k;
}

static int
script_stats(struct capture *c, struct capture_stats *st)
{
	memset(st, 0, sizeof(*st));
	st->dropped = (uint64_t)((struct script *)c)->n;
	return 0;
}

static const struct capture_interface *
script_interface(struct capture *c, uint32_t ifindex)
{
	return ifindex < 3 ? &((struct script *)c)->interface[ifindex] : NULL;
}

static void
script_close(struct capture *c)
{
	free(((struct script *)c)->lent);
	open_sources--;
}

static const struct capture_ops script_ops = {
	.name = "script",
	.read = script_read,
	.stats = script_stats,
	.interface = script_interface,
	.close = script_close,
};

/* A source of n frames, at the times in ts. */
static struct script *
add(struct capture **v, unsigned int i, int n, const int64_t *ts)
{
	struct script *s = &script[i];

	memset(s, 0, sizeof(*s));
	s->head.ops = &script_ops;
	s->head.name = "script";
	s->head.linktype = i + 1;
	s->head.snaplen = 100 + i;
	s->n = n;
	s->idle_at = -1;
	if (n > 0 && ts != NULL)
		memcpy(s->ts, ts, (size_t)n * sizeof(*ts));
	v[i] = &s->head;
	open_sources++;
	return s;
}

static void
on_failed(void *arg, const struct errbuf *e)
{
	snprintf(told, sizeof(told), "%s", e->text);
	*(int *)arg = outs;
	failures++;
}

/* Reads a batch and looks at its bytes when all of it is lent.  The answer of
 * the read, or -100 when they are not what the source had written there. */
static int
read_batch(struct capture *c, int n)
{
	struct frame f[CAPTURE_BATCH];
	struct errbuf e;
	uint32_t id[2];
	int k, r = capture_read(c, f, n, &e);

	for (k = 0; k < r; k++) {
		memcpy(id, f[k].data, 8);
		if (id[0] >= SOURCES || f[k].linktype != id[0] + 1)
			return -100;
		out[outs].source = id[0];
		out[outs].number = id[1];
		out[outs].ts = f[k].ts;
		out[outs++].ifindex = f[k].ifindex;
	}
	if (r > most)
		most = r;
	idles += r == CAPTURE_IDLE;
	return r;
}

/* Merges n sources and keeps them open. The last answer of read(). */
static int failed_at;

static int
merge(struct capture **c, struct capture *const *v, unsigned int n)
{
	struct errbuf e;
	int r;

	outs = idles = most = failures = 0;
	failed_at = -1;
	*c = merge_open(v, n, on_failed, &failed_at, &e);
	do
		r = read_batch(*c, CAPTURE_BATCH);
	while (r >= 0);
	return r;
}

/* The sources of what came out, as letters. */
static const char *
letters(void)
{
	static char text[128];
	int i;

	for (i = 0; i < outs && i < 127; i++)
		text[i] = (char)('a' + out[i].source);
	text[i] = '\0';
	return text;
}

static void
test_order(void)
{
	static const int64_t a[] = { 1, 4, 5, 9 }, b[] = { 2, 3, 6 };
	static const int64_t c[] = { -7, 8, 10, 11 };
	struct capture *v[3], *m;
	struct capture_stats st;

	add(v, 0, 4, a);
	add(v, 1, 3, b);
	ok(merge(&m, v, 2) == CAPTURE_END, "two sources");
	is_str(letters(), "abbaaba", "by time");
	ok(m->linktype == 1 && m->snaplen == 101 && m->fd == -1 && !m->live &&
	    !m->stream, "the head");
	ok(capture_stats(m, &st) == 0 && st.captured == 7 &&
	    !st.has_received, "the frames are counted");
	ok(read_batch(m, CAPTURE_BATCH) == CAPTURE_END, "the end stays one");
	capture_close(m);

	add(v, 0, 4, a);
	add(v, 1, 3, b);
	add(v, 2, 4, c);
	ok(merge(&m, v, 3) == CAPTURE_END, "three sources");
	is_str(letters(), "cabbaabcacc", "by time");
	capture_close(m);
	is_u64((uint64_t)open_sources, 0, "all are closed");
}

static void
test_ties(void)
{
	static const int64_t a[] = { 5, 5, 5, 7 }, b[] = { 4, 5, 5, 7 };
	static const int64_t back[] = { 10, 2, 3, 20, 1 };
	static const int64_t steady[] = { 1, 9, 11, 12, 19, 21 };
	struct capture *v[3], *m;

	add(v, 0, 4, a);
	add(v, 1, 4, b);
	add(v, 2, 4, a);
	merge(&m, v, 3);
	is_str(letters(), "baaabbcccabc",
	    "at equal times in the order of the sources");
	capture_close(m);

	add(v, 0, 5, back);
	add(v, 1, 6, steady);
	merge(&m, v, 2);
	is_str(letters(), "bbaaabbbaab",
	    "where time jumps back the order within a source stays");
	ok(out[4].ts == 3 && out[9].ts == 1 && out[9].number == 4,
	    "and so do the times");
	capture_close(m);
}

static void
test_empty(void)
{
	static const int64_t a[] = { 1, 2 };
	struct capture *v[4], *m;

	add(v, 0, 0, NULL);
	add(v, 1, 0, NULL);
	ok(merge(&m, v, 2) == CAPTURE_END && outs == 0, "empty sources");
	capture_close(m);
	add(v, 0, 0, NULL);
	add(v, 1, 2, a);
	add(v, 2, 0, NULL);
	add(v, 3, 2, a);
	ok(merge(&m, v, 4) == CAPTURE_END, "some are empty");
	is_str(letters(), "bdbd", "the others are read");
	capture_close(m);
	add(v, 0, 2, a);
	ok(merge(&m, v, 1) == CAPTURE_END && outs == 2, "one alone");
	capture_close(m);
}

static void
test_failure(void)
{
	static const int64_t a[] = { 1, 2, 3 }, b[] = { 2, 3, 4, 5, 6 };
	struct capture *v[3], *m;
	struct script *s;

	s = add(v, 0, 3, a);
	s->fails = 1;
	s->head.name = "bad";
	add(v, 1, 5, b);
	ok(merge(&m, v, 2) == CAPTURE_END, "a damaged source is no error");
	is_str(letters(), "aababbbb", "all that stood before it is lent");
	is_u64((uint64_t)failures, 1, "it is told once");
	is_str(told, "bad: damaged", "the message");
	is_u64((uint64_t)failed_at, 4, "before anything after it is lent");
	ok(capture_interface(m, 0) == &s->interface[0],
	    "its interfaces are still known");
	capture_close(m);

	add(v, 0, 0, NULL)->fails = 1;
	add(v, 1, 0, NULL)->fails = 1;
	ok(merge(&m, v, 2) == CAPTURE_END && failures == 2 && outs == 0,
	    "all are damaged");
	capture_close(m);
}

/* A pipe that has nothing to say holds up the others. */
static void
test_idle(void)
{
	static const int64_t a[] = { 1, 5, 6 }, b[] = { 2, 3, 4, 7, 8 };
	struct capture *v[2], *m;
	struct errbuf e;

	add(v, 0, 3, a)->idle_at = 0;
	script[0].head.stream = 1;
	add(v, 1, 5, b)->idle_at = 2;
	outs = idles = 0;
	m = merge_open(v, 2, on_failed, &failed_at, &e);
	ok(read_batch(m, CAPTURE_BATCH) == CAPTURE_IDLE,
	    "idle while one source is");
	ok(m->stream, "a stream is waited for");
	ok(read_batch(m, CAPTURE_BATCH) == 3, "it goes on");
	ok(!m->stream, "a file is next");
	ok(read_batch(m, CAPTURE_BATCH) == CAPTURE_IDLE, "idle again");
	while (read_batch(m, CAPTURE_BATCH) >= 0)
		continue;
	is_str(letters(), "abbbaabb", "nothing is lost");
	is_u64((uint64_t)script[0].reads, 3, "none is read without need");
	capture_close(m);
}

static void
test_batches(void)
{
	struct capture *v[2], *m;
	struct errbuf e;
	int i, r, n = 0;

	for (i = 0; i < 2; i++)
		add(v, (unsigned)i, 100, NULL);
	for (i = 0; i < 200; i++)
		script[i & 1].ts[i / 2] = i;
	merge(&m, v, 2);
	for (i = 0; i < outs && out[i].ts == i; i++)
		continue;
	is_u64((uint64_t)i, 200, "more than a batch, in turns");
	is_u64((uint64_t)most, CAPTURE_BATCH, "never more than a batch");
	is_u64((uint64_t)script[0].reads, 5, "read by the batch");
	capture_close(m);

	for (i = 0; i < 2; i++)
		add(v, (unsigned)i, 100, NULL);
	for (i = 0; i < 200; i++)
		script[i / 100].ts[i % 100] = i;
	m = merge_open(v, 2, on_failed, &failed_at, &e);
	outs = 0;
	while ((r = read_batch(m, 7)) > 0 && r <= 7)
		n++;
	for (i = 0; i < outs && out[i].ts == i; i++)
		continue;
	ok(r == CAPTURE_END && i == 200,
	    "one behind the other, and fewer asked for");
	ok(n == 32, "a batch ends where one of a source does");
	capture_close(m);
}

static void
test_interfaces(void)
{
	struct capture *v[5], *m;
	uint8_t seen[32] = { 0 };
	int i, bad = 0;

	for (i = 0; i < 5; i++)
		add(v, (unsigned)i, 12, NULL);
	merge(&m, v, 5);
	for (i = 0; i < outs; i++) {
		const struct capture_interface *is = capture_interface(m,
		    out[i].ifindex);
		struct script *s = &script[out[i].source];

		bad += is != &s->interface[out[i].number % 3];
		if (out[i].ifindex < 32)
			seen[out[i].ifindex]++;
	}
	ok(outs == 60 && bad == 0, "interfaces are those of the source");
	for (i = 0; i < 15; i++)
		bad += seen[i] != 4;
	is_u64((uint64_t)bad, 0, "each has a number of its own");
	ok(capture_interface(m, 15) == NULL &&
	    capture_interface(m, UINT32_MAX) == NULL, "there are no others");
	capture_close(m);
}

/* The same by looking at every source for every frame. */
static int
differs(unsigned int n)
{
	int at[SOURCES] = { 0 };
	unsigned int i, best;
	int k;

	for (k = 0; k < outs; k++) {
		best = n;
		for (i = 0; i < n; i++)
			if (at[i] < script[i].n && (best == n ||
			    script[i].ts[at[i]] < script[best].ts[at[best]]))
				best = i;
		if (best == n || out[k].source != best ||
		    out[k].number != (uint32_t)at[best]++)
			return 1;
	}
	for (i = 0; i < n; i++)
		if (at[i] != script[i].n)
			return 1;
	return 0;
}

static void
test_random(void)
{
	struct capture *v[SOURCES], *m;
	uint32_t seed = 1;
	int run, k, bad = 0, ended = 0;

	for (run = 0; run < 200; run++) {
		unsigned int i, n = 1 + dice(&seed, SOURCES);
		uint32_t step = 1 + dice(&seed, 20);

		for (i = 0; i < n; i++) {
			struct script *s = add(v, i,
			    (int)dice(&seed, FRAMES + 1), NULL);
			int64_t ts = dice(&seed, 1000);

			for (k = 0; k < s->n; k++) {
				ts += dice(&seed, 2 * step);
				if (dice(&seed, 50) == 0)
					ts -= dice(&seed, 500);
				s->ts[k] = ts;
			}
			s->seed = dice(&seed, 2) ? seed : 0;
			s->fails = dice(&seed, 8) == 0;
			s->idle_at = dice(&seed, 2) ? s->n / 2 : -1;
		}
		ended += merge(&m, v, n) == CAPTURE_END;
		bad += differs(n);
		capture_close(m);
	}
	is_u64((uint64_t)bad, 0, "any sources: as by looking at all heads");
	is_u64((uint64_t)ended, 200, "all of them to their ends");
	is_u64((uint64_t)open_sources, 0, "all are closed");
}

int
main(void)
{
	test_order();
	test_ties();
	test_empty();
	test_failure();
	test_idle();
	test_batches();
	test_interfaces();
	test_random();
	return done();
}
