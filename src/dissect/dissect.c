/* dissect.c: the loop that walks a frame's headers. */
#include "dissect/common.h"
#include "dissect/copies.h"
#include "dissect/defrag.h"
#include "dissect/dissect.h"

/* How the packet stood before the datagram that it quotes. */
struct quote {
	uint32_t flags;
	uint8_t begun;		/* the others are valid */
	uint8_t layers, tunnels, vlans;
};

/* The ICMP error steps aside for the datagram that it quotes. */
static void
quote_start(struct packet *p, struct quote *before)
{
	before->begun = 1;
	before->flags = p->flags;
	before->layers = p->nlayers;
	before->tunnels = p->ntunnels;
	before->vlans = p->nvlans;
	p->quoted = p->flow;
	flow_clear(&p->flow);
	p->flags &= ~(uint32_t)PACKET_LYING_LEN;
}

/* A quotation is cut by design: what is wrong with it, is not with the packet
 * that quotes, nor are its tunnels.  "before" is how the packet stood. */
static void
quote_end(struct packet *p, const struct quote *before)
{
	struct flow icmp = p->quoted;

	p->quoted = p->flow;
	p->flow = icmp;
	p->flags = before->flags;
	p->own_layers = before->layers;
	p->ntunnels = before->tunnels;
	p->nvlans = before->vlans;
}

/* A header that is not whole: was it the snapshot, or the sender? */
static uint32_t
short_flag(const struct packet *p)
{
	return packet_is_cut(p) ? PACKET_TRUNCATED : PACKET_MALFORMED;
}

/* One layer.  A dissector that takes nothing says that this is not its
 * protocol, and leaves no layer. */
static inline enum verdict
step(const struct dissector *d, struct packet *p, struct cursor *c)
{
	struct layer *l = &p->layer[p->nlayers];
	const uint8_t *start = c->p;
	enum verdict v;

	if (p->nlayers == PACKET_LAYERS) {
		p->flags |= PACKET_TOO_DEEP;
		return DISSECT_MALFORMED;
	}
	p->nlayers++;
	*l = (struct layer){ d, start, (uint32_t)cursor_left(c), 0 };
	v = d->dissect(p, c);
	if (v >= DISSECT_SHORT) {
		p->flags |= v == DISSECT_SHORT ? short_flag(p) :
		    PACKET_MALFORMED;
		return v;
	}
	l->header = (uint32_t)(c->p - start);
	if (v == DISSECT_DONE && c->p == start)
		p->nlayers--;
	return v;
}

/* May the loop go on behind a fragment's header?  In a quotation, or without
 * reassembly, only if it is the first; else when the datagram is complete. */
static int
pass_fragment(struct defrag *defrag, struct packet *p, struct cursor *c,
    int quoting)
{
	if (!quoting && defrag != NULL)
		return defrag_add(defrag, p, c);
	if (p->flow.frag.offset != 0) {
		p->flags |= quoting ? 0U : PACKET_HELD;
		return 0;
	}
	/* Of what stands in it alone, no checksum is judged. */
	if (quoting)
		p->flow.has &= ~(uint32_t)FLOW_FRAGMENT;
	return 1;
}

/* Not the protocol of d; the other port may say which it is. */
static const struct dissector *
find_other(const struct registry *r, struct packet *p,
    const struct dissector *d)
{
	const struct dissector *alt = registry_find(r, p->next_table,
	    p->next_alt);

	if (alt == d || p->next_key == p->next_alt)
		return NULL;
	p->next_key = p->next_alt;
	return alt;
}

/* Behind a layer after which the datagram changes: a fragment becomes what it
 * is part of, an error becomes what it quotes.  May the loop go on? */
static int
turn(struct defrag *defrag, struct packet *p, struct cursor *c,
    struct quote *before)
{
	if (p->flow.has & FLOW_FRAGMENT &&
	    !pass_fragment(defrag, p, c, before->begun))
		return 0;
	if (p->flags & PACKET_QUOTE && !before->begun)
		quote_start(p, before);
	return 1;
}

/* The headers from d on.  Apart, so that who needs none of it does not save
 * registers for it. */
__attribute__((noinline)) static void
walk(const struct registry *r, struct defrag *defrag, struct packet *p,
    struct cursor c, const struct dissector *d)
{
	struct quote before = { 0, 0, 0, 0, 0 };

	while (d != NULL) {
		const uint8_t *start = c.p;
		enum verdict v = step(d, p, &c);

		if (v != DISSECT_OK) {
			if (v != DISSECT_DONE || c.p != start)
				break;
			d = find_other(r, p, d);
			continue;
		}
		if ((p->flow.has & FLOW_FRAGMENT || p->flags & PACKET_QUOTE) &&
		    !turn(defrag, p, &c, &before))
			break;
		d = registry_next(r, p);
	}
	p->own_layers = p->nlayers;
	if (before.begun)
		quote_end(p, &before);
}

void
dissect(const struct registry *r, struct defrag *defrag, const struct frame *f,
    struct packet *p)
{
	struct cursor c;
	const struct dissector *d = common_headers(r, f, p, &c);
	struct copies *copies = defrag != NULL ? defrag_copies(defrag) : NULL;

	p->own_layers = p->nlayers;
	if (d != NULL)
		walk(r, defrag, p, c, d);
	if (copies != NULL)
		copies_mark(copies, p);
}
