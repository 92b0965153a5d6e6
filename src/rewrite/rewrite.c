/* rewrite.c: frames with other addresses, ports, tags and sizes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"
#include "rewrite/impl.h"

int
rewrite_wanted(const struct rules *u)
{
	return u->nip > 0 || u->nport > 0 || u->nmac > 0 ||
	    u->vlan != VLAN_KEEP || u->fit != MTU_KEEP || u->anonymize ||
	    u->cut;
}

struct rewriter *
rewriter_new(const struct rules *u, const struct registry *registry,
    struct errbuf *e)
{
	struct rewriter *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(e, "rewriting: %s", strerror(errno));
		return NULL;
	}
	r->rules = u;
	r->registry = registry;
	r->mtu = u->mtu;
	if (u->anonymize &&
	    (r->anonymizer = anonymizer_new(u->key, e)) == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
rewriter_free(struct rewriter *r)
{
	if (r == NULL)
		return;
	anonymizer_free(r->anonymizer);
	free(r->data);
	free(r->pieces.data);
	free(r);
}

void
rewrite_mtu(struct rewriter *r, uint32_t mtu)
{
	r->mtu = mtu;
}

/* Room for the frame and what may come into it; 0 without memory. */
static int
has_room(struct rewriter *r, uint32_t caplen)
{
	uint32_t want = caplen + caplen / 2 + REWRITE_ROOM;
	uint8_t *data;

	if (caplen + REWRITE_ROOM <= r->room)
		return 1;
	data = realloc(r->data, want);
	if (data == NULL)
		return 0;
	r->data = data;
	r->room = want;
	return 1;
}

static void
walk(struct rewriter *r)
{
	const struct packet *p = &r->packet;

	r->ip.open = 0;
	r->known = 0;
	r->unknown = UINT32_MAX;
	for (unsigned int i = 0; i < p->nlayers; i++) {
		const struct layer *l = &p->layer[i];
		const uint32_t at = (uint32_t)(l->data - r->data);

		if (ip_rewrite(r, l, at))
			continue;
		/* Of a transport that is not whole ports may be there. */
		if (r->ip.open && l->header == 0)
			r->known = at + (l->len < TRANSPORT_HEADER ? l->len :
			    (uint32_t)TRANSPORT_HEADER);
		transport_rewrite(r);
		link_rewrite(r, l, at);
	}
	transport_rewrite(r);
}

void
rewrite_frame(struct rewriter *r, const struct frame *f)
{
	int moved = 0;

	r->left = r->pieces.version = 0;
	if (!has_room(r, f->caplen)) {
		r->stats.lost++;
		return;
	}
	memcpy(r->data, f->data, f->caplen);
	r->frame = *f;
	r->frame.data = r->data;
	sums_start(&r->sums, r->data, f->caplen);
	dissect(r->registry, NULL, &r->frame, &r->packet);
	walk(r);
	if (sums_finish(&r->sums))
		r->frame.flags &= (uint16_t)~FRAME_NO_CSUM;
	if (r->rules->cut || r->unknown != UINT32_MAX)
		cut_rewrite(r);
	if (r->rules->vlan != VLAN_KEEP)
		moved = vlan_rewrite(r);
	r->left = r->rules->fit == MTU_KEEP || fit_rewrite(r, moved);
	if (!r->left)
		r->stats.unfit++;
	else if (r->pieces.version != 0)
		r->stats.fragmented++;
	else
		r->stats.changed += r->sums.changed;
}

const struct frame *
rewrite_next(struct rewriter *r)
{
	if (!r->left)
		return NULL;
	if (r->pieces.version != 0)
		return fragment_next(r);
	r->left = 0;
	return &r->frame;
}

const struct rewrite_stats *
rewrite_stats(const struct rewriter *r)
{
	return &r->stats;
}
