/* repeat.c: a source of the frames that a plan sends, as often as asked. */
#include <stdlib.h>

#include "replay/repeat.h"

enum { RECORD = 16 };		/* the header of one, see pace.c */

#define ALONE	INT64_C(1000000000)	/* ns from a single frame to itself */

struct repeat {
	struct capture head;
	struct capture *first;
	struct capture *inner;	/* files, open; or NULL */
	struct repeat_options options;
	struct frame read[CAPTURE_BATCH];	/* by it, if they are to be */
	int nread, next;	/* rewritten: so many, and the next of them */
	uint64_t number;	/* of the frame in this round, from 1 */
	uint64_t at;		/* in the store */
	uint64_t round;		/* from 0 */
	int64_t shift;		/* of packet time */
	uint64_t lent, bytes;
};

/* How long a round takes, with the way to the next. */
static int64_t
period(const struct plan *p)
{
	int64_t length = p->latest - p->first;
	uint64_t n = p->frames[PLAN_SEND];

	if (n < 2)
		return ALONE;
	if (length > FRAME_TS_MAX / 2)
		length = FRAME_TS_MAX / 2;
	return length + (int64_t)((uint64_t)length / (n - 1));
}

/* 0 when that was the last one. */
static int
next_round(struct repeat *p)
{
	if (++p->round == p->options.loops)
		return 0;
	p->number = p->at = 0;
	p->shift += period(p->options.plan);
	if (p->shift > FRAME_TS_MAX)
		p->shift = FRAME_TS_MAX;
	return 1;
}

/* In this round.  A stamp has its bounds: there time stands still. */
static int64_t
in_round(const struct repeat *p, int64_t ts)
{
	return ts < FRAME_TS_MAX - p->shift ? ts + p->shift : FRAME_TS_MAX;
}

static int
lend_stored(struct repeat *p, struct frame *f, int n)
{
	const struct store *s = p->options.store;
	int k;

	if (p->at == s->n && !next_round(p))
		return CAPTURE_END;
	for (k = 0; k < n && p->at < s->n; k++) {
		f[k] = s->frame[p->at++];
		f[k].ts = in_round(p, f[k].ts);
	}
	return k;
}

/* Frames that are rewritten are lent one at a time: each is gone with the
 * next. */
static int
lend_rewritten(struct repeat *p, struct frame *f)
{
	const struct plan *plan = p->options.plan;
	const struct frame *out;

	for (;;) {
		while ((out = rewrite_next(p->options.rewriter)) != NULL) {
			if (!plan_fits(plan, out))
				continue;
			*f = *out;
			f->ts = in_round(p, f->ts);
			return 1;
		}
		if (p->next == p->nread)
			return 0;
		if (plan_has(plan, ++p->number))
			rewrite_frame(p->options.rewriter, &p->read[p->next]);
		p->next++;
	}
}

/* What cannot be read was told the first time, and so was what is damaged:
 * there it ends again. */
static int
read_files(struct repeat *p, struct frame *f, int n)
{
	struct errbuf ignored;
	int r;

	if (p->inner == NULL)
		p->inner = p->options.open(p->options.arg);
	if (p->inner == NULL)
		return CAPTURE_END;
	r = capture_read(p->inner, f, n, &ignored);
	if (r >= 0)
		return r;
	capture_close(p->inner);
	p->inner = NULL;
	return next_round(p) ? CAPTURE_IDLE : CAPTURE_END;
}

static int
read_again(struct repeat *p, struct frame *f, int n)
{
	int r = read_files(p, f, n), k = 0;

	for (int i = 0; i < r; i++) {
		if (!plan_has(p->options.plan, ++p->number))
			continue;
		f[k] = f[i];
		f[k].ts = in_round(p, f[k].ts);
		k++;
	}
	return r < 0 ? r : k;
}

static int
rewrite_again(struct repeat *p, struct frame *f)
{
	int r;

	if (lend_rewritten(p, f))
		return 1;
	r = read_files(p, p->read, CAPTURE_BATCH);
	p->nread = r > 0 ? r : 0;
	p->next = 0;
	return r > 0 ? lend_rewritten(p, f) : r;
}

static int
repeat_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct repeat *p = (struct repeat *)c;
	int k;

	(void)e;
	if (p->options.plan->frames[PLAN_SEND] == 0)
		return CAPTURE_END;
	k = p->options.store != NULL ? lend_stored(p, f, n) :
	    p->options.rewriter != NULL ? rewrite_again(p, f) :
	    read_again(p, f, n);
	for (int i = 0; i < k; i++)
		p->bytes += f[i].caplen + RECORD;
	p->lent += k > 0 ? (uint64_t)k : 0;
	return k;
}

static int
repeat_stats(struct capture *c, struct capture_stats *st)
{
	struct repeat *p = (struct repeat *)c;
	const struct plan *plan = p->options.plan;

	if (capture_stats(p->first, st) == -1)
		return -1;
	st->captured = p->lent;
	st->offset = p->bytes;
	st->size = p->options.loops * (plan->bytes +
	    plan->frames[PLAN_SEND] * RECORD);
	return 0;
}

static const struct capture_interface *
repeat_interface(struct capture *c, uint32_t ifindex)
{
	return capture_interface(((struct repeat *)c)->first, ifindex);
}

static void
repeat_close(struct capture *c)
{
	struct repeat *p = (struct repeat *)c;

	if (p->inner != NULL)
		capture_close(p->inner);
	free(p);
}

static const struct capture_ops repeat_ops = {
	.name = "repeat",
	.read = repeat_read,
	.stats = repeat_stats,
	.interface = repeat_interface,
	.close = repeat_close,
};

struct capture *
repeat_open(struct capture *first, const struct repeat_options *o,
    struct errbuf *e)
{
	struct repeat *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, "%s: no memory to send it", first->name);
		return NULL;
	}
	p->head = *first;
	p->head.ops = &repeat_ops;
	p->head.fd = -1;
	p->first = first;
	p->options = *o;
	return &p->head;
}
