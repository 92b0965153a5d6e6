/* rewrite.c: frames with other addresses and ports, their checksums mended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"
#include "rewrite/impl.h"

int
rewrite_wanted(const struct rules *u)
{
	return u->nip > 0 || u->nport > 0 || u->nmac > 0;
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
	return r;
}

void
rewriter_free(struct rewriter *r)
{
	if (r == NULL)
		return;
	free(r->data);
	free(r);
}

/* Room for the frame and what may come into it; 0 without memory. */
static int
has_room(struct rewriter *r, uint32_t caplen)
{
	uint32_t want = caplen + caplen / 2 + REWRITE_ROOM;
	uint8_t *data;

	if (caplen <= r->room)
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
	for (unsigned int i = 0; i < p->nlayers; i++) {
		const struct layer *l = &p->layer[i];
		const uint32_t at = (uint32_t)(l->data - r->data);

		if (ip_rewrite(r, l, at))
			continue;
		transport_rewrite(r);
		link_rewrite(r, l, at);
	}
	transport_rewrite(r);
}

void
rewrite_frame(struct rewriter *r, const struct frame *f)
{
	r->left = 0;
	if (!has_room(r, f->caplen)) {
		r->stats.lost++;
		return;
	}
	r->left = 1;
	memcpy(r->data, f->data, f->caplen);
	r->frame = *f;
	r->frame.data = r->data;
	sums_start(&r->sums, r->data, f->caplen);
	dissect(r->registry, NULL, &r->frame, &r->packet);
	walk(r);
	if (sums_finish(&r->sums))
		r->frame.flags &= (uint16_t)~FRAME_NO_CSUM;
	r->stats.changed += r->sums.changed;
}

const struct frame *
rewrite_next(struct rewriter *r)
{
	if (r->left == 0)
		return NULL;
	r->left--;
	return &r->frame;
}

const struct rewrite_stats *
rewrite_stats(const struct rewriter *r)
{
	return &r->stats;
}
