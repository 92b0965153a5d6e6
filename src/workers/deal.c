/* deal.c: the packets of a batch go to whom they belong. */
#include "dissect/dissect.h"
#include "workers/impl.h"

enum {
	AHEAD	= 4,	/* frames whose headers are fetched before, */
	HEADERS	= 128,	/* bytes, which mostly hold them: the rest is read from
			 * end to end, and comes by itself */
};

static uint8_t
owner_of(const struct workers *all, const struct flow *f)
{
	return workers_owner(all, &(struct ends){ .src = f->src,
	    .dst = f->dst, .sport = f->sport, .dport = f->dport });
}

/* Whom may the error concern? */
static void
deal_error(const struct workers *all, struct batch *b, const struct packet *p,
    uint32_t place)
{
	struct batch_error *e = &b->error[b->nerrors++];
	struct flow inside;

	e->place = (uint16_t)place;
	e->step = 0;
	e->n = 0;
	e->owner[e->n++] = owner_of(all, &p->quoted);
	if (session_quoted_inside(p, &inside))
		e->owner[e->n++] = owner_of(all, &inside);
	e->owner[e->n++] = owner_of(all, &p->flow);
	for (unsigned int i = 0; i < e->n; i++)
		if (memchr(e->owner, e->owner[i], i) == NULL)
			lot_add(b->part[e->owner[i]].lot, p, place);
}

static void __attribute__((noinline))
deal_dissected(const struct workers *all, struct batch *b,
    const struct packet *p, uint32_t place)
{
	if (p->flags & PACKET_QUOTE)
		deal_error(all, b, p, place);
	else
		lot_add(b->part[owner_of(all, &p->flow)].lot, p, place);
}

static inline void
fetch_headers(const struct frame *f)
{
	fetch(f->data, f->data + (f->caplen < HEADERS ? f->caplen : HEADERS));
}

void
workers_deal(const struct workers *all, struct batch *b)
{
	const struct packet *sought = b->packet;

	for (uint32_t i = 0; i < b->n; i++) {
		if (i + AHEAD < b->n)
			fetch_headers(&b->frame[i + AHEAD]);
		if (b->to[i] < OWNER_SOUGHT) {
			struct lot *l = b->part[b->to[i]].lot;

			l->end->frame = b->frame[i];
			dissect(all->registry, NULL, &l->end->frame,
			    &l->end->packet);
			lot_close(l, i);
		} else if (b->to[i] == OWNER_SOUGHT) {
			deal_dissected(all, b, sought++, i);
		}
	}
}
