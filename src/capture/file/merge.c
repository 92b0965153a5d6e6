/* merge.c: several sources as one, their frames in the order of time. */
#include <stdlib.h>
#include <string.h>

#include "capture/file/merge.h"

/* A source, and what it has lent that is not passed on yet. */
struct merge_source {
	struct capture *capture;
	uint32_t number;
	const struct frame *next, *end;
	struct frame frame[CAPTURE_BATCH];
};

/* In the heap: the time stands here, so that comparing touches no source. */
struct merge_head {
	int64_t ts;		/* of source->next */
	struct merge_source *source;
};

struct merge {
	struct capture head;
	uint64_t captured;
	void (*failed)(void *, const struct errbuf *);
	void *arg;
	uint32_t n;
	uint32_t heads;		/* sources with frames in hand: a heap, the
				 * earliest at [0] */
	uint32_t empty;		/* sources that must be read first, the next
				 * one at the end */
	struct merge_head *heap;
	struct merge_source **queue;
	struct merge_source source[];
};

/* Sources stand in the order of their numbers. */
static int
before(const struct merge_head *a, const struct merge_head *b)
{
	return a->ts < b->ts || (a->ts == b->ts && a->source < b->source);
}

static void
heap_add(struct merge *m, struct merge_source *s)
{
	struct merge_head h = { s->next->ts, s };
	uint32_t i = m->heads++;

	for (; i > 0 && before(&h, &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		m->heap[i] = m->heap[(i - 1) / 2];
	m->heap[i] = h;
}

/* Puts h where the first one stood, and what is earlier before it. */
static inline void
heap_replace(struct merge *m, struct merge_head h)
{
	uint32_t i = 0, k;

	for (k = 1; k < m->heads; k = 2 * i + 1) {
		if (k + 1 < m->heads && before(&m->heap[k + 1], &m->heap[k]))
			k++;
		if (before(&h, &m->heap[k]))
			break;
		m->heap[i] = m->heap[k];
		i = k;
	}
	m->heap[i] = h;
}

/* Reads every source that has nothing in hand: only then it is known which
 * frame is the earliest.  0 when one of them has nothing to say yet. */
static int
merge_refill(struct merge *m)
{
	struct merge_source *s;
	struct errbuf why;
	int r;

	while (m->empty > 0) {
		s = m->queue[m->empty - 1];
		r = capture_read(s->capture, s->frame, CAPTURE_BATCH, &why);
		if (r == CAPTURE_IDLE) {
			m->head.stream = s->capture->stream;
			return 0;
		}
		m->empty--;
		if (r == CAPTURE_ERROR)
			m->failed(m->arg, &why);
		if (r < 0)
			continue;
		s->next = s->frame;
		s->end = s->frame + r;
		heap_add(m, s);
	}
	return 1;
}

/* As many as are there before one of the sources must be read: that would
 * take back what it has lent. */
static int
merge_lend(struct merge *m, struct frame *f, int n)
{
	struct merge_source *s;
	int k = 0;

	while (k < n) {
		s = m->heap[0].source;
		f[k] = *s->next++;
		/* Unique, and easily told again; files number from 0. */
		f[k].ifindex = f[k].ifindex * m->n + s->number;
		k++;
		if (s->next == s->end) {
			/* A full batch says that there is more. */
			m->head.stream = s->capture->stream &&
			    s->end < s->frame + CAPTURE_BATCH;
			m->queue[m->empty++] = s;
			heap_replace(m, m->heap[--m->heads]);
			break;
		}
		heap_replace(m, (struct merge_head){ s->next->ts, s });
	}
	m->captured += (unsigned)k;
	return k;
}

static int
merge_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct merge *m = (struct merge *)c;

	(void)e;		/* failed() has it */
	if (!merge_refill(m))
		return CAPTURE_IDLE;
	return m->heads > 0 ? merge_lend(m, f, n) : CAPTURE_END;
}

/* All or none. */
static int
merge_keep(struct capture *c, const struct capture_keeper *k)
{
	struct merge *m = (struct merge *)c;
	uint32_t i = 0;

	while (i < m->n && capture_keep(m->source[i].capture, k) == 0)
		i++;
	if (i == m->n)
		return 0;
	while (i-- > 0)
		capture_keep(m->source[i].capture, NULL);
	return -1;
}

static int
merge_stats(struct capture *c, struct capture_stats *st)
{
	struct merge *m = (struct merge *)c;
	struct capture_stats one;
	int known = 1;

	memset(st, 0, sizeof(*st));
	st->captured = m->captured;
	for (uint32_t i = 0; i < m->n; i++) {
		if (capture_stats(m->source[i].capture, &one) == -1)
			memset(&one, 0, sizeof(one));
		known &= one.size > 0;
		st->offset += one.offset;
		st->size += one.size;
		st->dropped += one.dropped;
	}
	if (!known)
		st->size = 0;
	return 0;
}

static const struct capture_interface *
merge_interface(struct capture *c, uint32_t ifindex)
{
	struct merge *m = (struct merge *)c;

	return capture_interface(m->source[ifindex % m->n].capture,
	    ifindex / m->n);
}

static void
merge_close(struct capture *c)
{
	struct merge *m = (struct merge *)c;
	uint32_t i;

	for (i = 0; i < m->n; i++)
		capture_close(m->source[i].capture);
	free(m->heap);
	free(m->queue);
	free(m);
}

static const struct capture_ops merge_ops = {
	.name = "merge",
	.read = merge_read,
	.keep = merge_keep,
	.stats = merge_stats,
	.interface = merge_interface,
	.close = merge_close,
};

static struct merge *
merge_new(unsigned int n)
{
	struct merge *m = calloc(1, sizeof(*m) + n * sizeof(m->source[0]));

	if (m == NULL)
		return NULL;
	m->heap = calloc(n, sizeof(*m->heap));
	m->queue = calloc(n, sizeof(struct merge_source *));
	if (m->heap != NULL && m->queue != NULL)
		return m;
	free(m->heap);
	free(m->queue);
	free(m);
	return NULL;
}

struct capture *
merge_open(struct capture *const *v, unsigned int n,
    void (*failed)(void *, const struct errbuf *), void *arg,
    struct errbuf *e)
{
	struct merge *m = merge_new(n);
	unsigned int i;

	if (m == NULL) {
		err_set(e, "%s: no memory to merge it with others",
		    v[0]->name);
		for (i = 0; i < n; i++)
			capture_close(v[i]);
		return NULL;
	}
	m->head = *v[0];
	m->head.ops = &merge_ops;
	m->head.fd = -1;
	m->head.several = n > 1;
	m->failed = failed;
	m->arg = arg;
	m->n = m->empty = n;
	for (i = 0; i < n; i++) {
		m->source[i].capture = v[i];
		m->source[i].number = i;
		m->queue[n - 1 - i] = &m->source[i];
		if (v[i]->snaplen > m->head.snaplen)
			m->head.snaplen = v[i]->snaplen;
	}
	return &m->head;
}
