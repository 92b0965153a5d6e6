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
	if (f->flags & FRAME_VLAN)
		packet_vlan(p, f->vlan_tci);
}

/* The ICMP error steps aside for the datagram that it quotes. */
static void
quote_start(struct packet *p)
{
	p->quoted = p->flow;
	memset(&p->flow, 0, sizeof(p->flow));
}

/* A quotation is cut by design; it is about a session when it names one. */
static void
quote_end(struct packet *p)
{
	struct flow icmp = p->quoted;

	p->quoted = p->flow;
	p->flow = icmp;
	p->flags &= ~(uint32_t)(PACKET_TRUNCATED | PACKET_MALFORMED);
}

/* A header that is not whole: was it the snapshot, or the sender? */
static uint32_t
short_flag(const struct packet *p)
{
	return p->missing > 0 ? PACKET_TRUNCATED : PACKET_MALFORMED;
}

void
dissect(const struct registry *r, struct defrag *defrag, const struct frame *f,
    struct packet *p)
{
	struct cursor c = { f->data, f->data + f->caplen };
	const struct dissector *d = registry_find(r, TABLE_LINKTYPE,
	    f->linktype);
	int quoting = 0;

	packet_start(p, f);
	while (d != NULL) {
		struct layer *l = &p->layer[p->nlayers];
		enum verdict v;

		if (p->nlayers == PACKET_LAYERS) {
			p->flags |= PACKET_TOO_DEEP;
			break;
		}
		p->nlayers++;
		l->dissector = d;
		l->data = c.p;
		l->len = (uint32_t)cursor_left(&c);
		l->header = 0;
		v = d->dissect(p, &c);
		if (v >= DISSECT_SHORT) {
			p->flags |= v == DISSECT_SHORT ? short_flag(p) :
			    PACKET_MALFORMED;
			break;
		}
		l->header = (uint32_t)(c.p - l->data);
		if (v == DISSECT_DONE)
			break;
		if (p->flow.has & FLOW_FRAGMENT && !(quoting ?
		    p->flow.frag.offset == 0 : defrag_add(defrag, p, &c)))
			break;
		if (p->flags & PACKET_QUOTE && !quoting) {
			quoting = 1;
			quote_start(p);
		}
		d = registry_find(r, p->next_table, p->next_key);
		if (d == NULL)
			d = registry_find(r, p->next_table, p->next_alt);
	}
	if (quoting)
		quote_end(p);
}
