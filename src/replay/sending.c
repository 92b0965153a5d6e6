/* sending.c: a source that sends what it lends. */
#include <stdlib.h>

#include "replay/sending.h"

struct sending {
	struct capture head;
	struct capture *inner;
	const struct plan *plan;
	uint64_t at;		/* the frame of the plan that is next */
};

/* Out of two interfaces frames go in their order, too: what waits on the other
 * one goes first. */
int
sending_one(const struct plan *p, struct sender *const *to, uint64_t n,
    const struct frame *f, unsigned int *last, struct errbuf *e)
{
	unsigned int side = plan_side(p, n);
	struct link_fit fit;

	if (side != *last && sender_flush(to[*last], e) == -1)
		return -1;
	*last = side;
	/* It does, unless the file is another one by now. */
	if (linktype_fit(f, to[side]->linktype, p->header, side, &fit) == -1)
		return 0;
	if (sender_is_full(to[side]) && sender_flush(to[side], e) == -1)
		return -1;
	sender_queue(to[side], f, fit.skip, fit.has_header ? fit.header : NULL);
	return 0;
}

static int
sending_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct sending *s = (struct sending *)c;
	int k = capture_read(s->inner, f, n, e);
	unsigned int last = 0;

	for (int i = 0; i < k; i++) {
		if (sending_one(s->plan, s->plan->to, s->at, &f[i], &last,
		    e) == -1)
			return CAPTURE_ERROR;
		if (++s->at == s->plan->frames[PLAN_SEND])
			s->at = 0;
	}
	if (k > 0 && sender_flush(s->plan->to[last], e) == -1)
		return CAPTURE_ERROR;
	s->head.now = s->inner->now;
	return k;
}

static int
sending_stats(struct capture *c, struct capture_stats *st)
{
	return capture_stats(((struct sending *)c)->inner, st);
}

static const struct capture_interface *
sending_interface(struct capture *c, uint32_t ifindex)
{
	return capture_interface(((struct sending *)c)->inner, ifindex);
}

static void
sending_close(struct capture *c)
{
	capture_close(((struct sending *)c)->inner);
	free(c);
}

static const struct capture_ops sending_ops = {
	.name = "sending",
	.read = sending_read,
	.stats = sending_stats,
	.interface = sending_interface,
	.close = sending_close,
};

struct capture *
sending_open(struct capture *inner, const struct plan *p, struct errbuf *e)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, "%s: no memory to send it", inner->name);
		capture_close(inner);
		return NULL;
	}
	s->head = *inner;
	s->head.ops = &sending_ops;
	s->inner = inner;
	s->plan = p;
	return &s->head;
}
