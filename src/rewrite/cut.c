/* cut.c: frames without what they carry: up to the last header that tells of
 * addresses, ports or tunnels. */
#include "rewrite/impl.h"

static uint32_t
place_of(const struct rewriter *r, const uint8_t *p)
{
	return (uint32_t)(p - r->data);
}

static uint32_t
end_of(const struct rewriter *r, const struct layer *l)
{
	return place_of(r, l->data) + l->header;
}

/* Is there a tunnel's header behind that place? */
static int
is_tunnel_behind(const struct packet *p, const uint8_t *place)
{
	const struct dissector *d = p->ntunnels > 0 ?
	    p->tunnel[p->ntunnels - 1].dissector : NULL;

	for (unsigned int i = p->nlayers; i-- > 0;)
		if (p->layer[i].dissector == d)
			return p->layer[i].data >= place;
	return 0;
}

static uint32_t
end_of_headers(const struct rewriter *r)
{
	const struct packet *p = &r->packet;
	const struct flow *f = p->flags & PACKET_QUOTE ? &p->quoted :
	    &p->flow;

	if (p->nlayers == 0)
		return 0;
	if (f->has & FLOW_TRANSPORT && !is_tunnel_behind(p, f->payload))
		return place_of(r, f->payload);
	return end_of(r, &p->layer[p->nlayers - 1]);
}

void
cut_rewrite(struct rewriter *r)
{
	struct frame *f = &r->frame;
	uint32_t at = UINT32_MAX;

	if (r->rules->cut)
		at = end_of_headers(r);
	/* What was rewritten may stay. */
	if (at < r->known)
		at = r->known;
	if (at > r->unknown)
		at = r->unknown;
	if (at >= f->caplen)
		return;
	f->caplen = at;
	r->sums.changed = 1;
}
