/* dissect.c: the loop that walks a frame's headers. */
#include "dissect/defrag.h"
#include "dissect/dissect.h"

static void
packet_start(struct packet *p, const struct frame *f)
{
	p->frame = f;
	memset(&p->flow, 0, sizeof(p->flow));
	p->datagram_bytes = f->len;
	p->flags = 0;
	p->missing = f->len - f->caplen;
	p->nlayers = p->nvlans = p->ntunnels = 0;
	packet_next(p, TABLE_LINKTYPE, f->linktype);
	if (f->flags & FRAME_VLAN)
		packet_vlan(p, f->vlan_tci);
}

/* How the packet stood before the datagram that it quotes. */
struct quote {
	uint32_t flags;
	uint8_t layers, tunnels, vlans;
};

/* The ICMP error steps aside for the datagram that it quotes. */
static void
quote_start(struct packet *p, struct quote *before)
{
	before->flags = p->flags;
	before->layers = p->nlayers;
	before->tunnels = p->ntunnels;
	before->vlans = p->nvlans;
	p->quoted = p->flow;
	memset(&p->flow, 0, sizeof(p->flow));
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

/* One layer.  DISSECT_OK: another follows.  A dissector that takes nothing
 * says that this is not its protocol, and leaves no layer. */
static enum verdict
step(const struct dissector *d, struct packet *p, struct cursor *c)
{
	struct layer *l = &p->layer[p->nlayers];
	enum verdict v;

	if (p->nlayers == PACKET_LAYERS) {
		p->flags |= PACKET_TOO_DEEP;
		return DISSECT_MALFORMED;
	}
	p->nlayers++;
	l->dissector = d;
	l->data = c->p;
	l->len = (uint32_t)cursor_left(c);
	l->header = 0;
	v = d->dissect(p, c);
	if (v >= DISSECT_SHORT) {
		p->flags |= v == DISSECT_SHORT ? short_flag(p) :
		    PACKET_MALFORMED;
		return v;
	}
	l->header = (uint32_t)(c->p - l->data);
	if (v == DISSECT_DONE && l->header == 0)
		p->nlayers--;
	return v;
}

/* May the loop go on behind a fragment's header?  In a quotation only if it
 * is the first; else when the datagram is complete. */
static int
pass_fragment(struct defrag *defrag, struct packet *p, struct cursor *c,
    int quoting)
{
	if (!quoting)
		return defrag_add(defrag, p, c);
	if (p->flow.frag.offset != 0)
		return 0;
	p->flow.has &= ~(uint32_t)FLOW_FRAGMENT;
	return 1;
}

/* The dissector of what packet_next() named. */
static const struct dissector *
find_next(const struct registry *r, const struct packet *p)
{
	const struct dissector *d = registry_find(r, p->next_table,
	    p->next_key);

	return d != NULL ? d : registry_find(r, p->next_table, p->next_alt);
}

void
dissect(const struct registry *r, struct defrag *defrag, const struct frame *f,
    struct packet *p)
{
	struct cursor c = { f->data, f->data + f->caplen };
	const struct dissector *alt, *d = registry_find(r, TABLE_LINKTYPE,
	    f->linktype);
	struct quote before = { 0, 0, 0, 0 };
	int quoting = 0;

	packet_start(p, f);
	while (d != NULL) {
		const uint8_t *start = c.p;
		enum verdict v = step(d, p, &c);

		if (v == DISSECT_DONE && c.p == start) {
			/* Not its protocol; the other port may say which. */
			alt = registry_find(r, p->next_table, p->next_alt);
			if (alt == d || p->next_key == p->next_alt)
				break;
			p->next_key = p->next_alt;
			d = alt;
			continue;
		}
		if (v != DISSECT_OK)
			break;
		if (p->flow.has & FLOW_FRAGMENT &&
		    !pass_fragment(defrag, p, &c, quoting))
			break;
		if (p->flags & PACKET_QUOTE && !quoting) {
			quoting = 1;
			quote_start(p, &before);
		}
		d = find_next(r, p);
	}
	p->own_layers = p->nlayers;
	if (quoting)
		quote_end(p, &before);
}
