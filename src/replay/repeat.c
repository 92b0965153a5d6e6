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
	return length + (int64_t)((uint64_t)length / (n - 1));
}

/* 0 when that was the last one. */
static int
next_round(struct repeat *p)
{
	if (++p->round == p->options.loops)
		return 0;
	p->number = p->at = 0;
	/* A stamp has its bounds: then time stands still. */
	if (p->shift < FRAME_TS_MAX / 4)
		p->shift += period(p->options.plan);
	return 1;
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
		f[k].ts += p->shift;
	}
	return k;
}

/* What cannot be read was told the first time, and so was what is damaged:
 * there it ends again. */
static int
read_again(struct repeat *p, struct frame *f, int n)
{
	struct errbuf ignored;
	int r, k = 0;

	if (p->inner == NULL)
		p->inner = p->options.open(p->options.arg);
	if (p->inner == NULL)
		return CAPTURE_END;
	r = capture_read(p->inner, f, n, &ignored);
	if (r < 0) {
		capture_close(p->inner);
		p->inner = NULL;
		return next_round(p) ? CAPTURE_IDLE : CAPTURE_END;
	}
	for (int i = 0; i < r; i++) {
		if (!plan_has(p->options.plan, ++p->number))
			continue;
		f[k] = f[i];
		f[k++].ts += p->shift;
	}
	return k;
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
