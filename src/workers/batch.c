/* batch.c: packets that are read at once, and what workers say of them. */
#include <errno.h>
#include <stdlib.h>

#include "workers/batch.h"

/* One is enough as a rule, and stays: memory that comes and goes is dear. */
enum { KEPT_BYTES = BATCH_BYTES + (1 << 18) };

/* Bytes that a worker says of a batch, at most, as a rule.  What is not needed
 * is never touched; but what grows is copied, while others wait for memory. */
enum { SAID = 1 << 20 };

struct batch *
batch_new(unsigned int workers)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->part = aligned_alloc(alignof(struct part), workers *
	    sizeof(*b->part));
	if (b->part == NULL) {
		free(b);
		return NULL;
	}
	memset(b->part, 0, workers * sizeof(*b->part));
	for (unsigned int i = 0; i < workers; i++)
		if (outbuf_init_memory(&b->part[i].out, SAID) == -1) {
			batch_free(b, workers);
			return NULL;
		}
	return b;
}

void
batch_free_blocks(struct capture_block *b)
{
	while (b != NULL) {
		struct capture_block *next = b->next;

		free(b);
		b = next;
	}
}

static void
free_kept(struct kept *k)
{
	while (k != NULL) {
		struct kept *next = k->next;

		free(k);
		k = next;
	}
}

void
batch_free(struct batch *b, unsigned int workers)
{
	if (b == NULL)
		return;
	for (unsigned int i = 0; i < workers; i++) {
		outbuf_fini(&b->part[i].out);
		free(b->part[i].piece);
	}
	free(b->part);
	free_kept(b->kept);
	batch_free_blocks(b->blocks);
	free(b);
}

void
batch_reset(struct batch *b, unsigned int workers)
{
	b->kind = BATCH_DEALT;
	b->n = b->npackets = b->nticks = b->nerrors = 0;
	b->bytes = 0;
	b->dealt = 0;
	if (b->kept != NULL) {
		free_kept(b->kept->next);
		b->kept->next = NULL;
		b->kept->used = 0;
	}
	for (unsigned int i = 0; i < workers; i++) {
		b->part[i].cut = b->part[i].out.p = b->part[i].out.data;
		b->part[i].n = 0;
	}
}

const uint8_t *
batch_keep(struct batch *b, const uint8_t *from, size_t n)
{
	struct kept *k = b->kept;
	uint8_t *to;

	if (k == NULL || k->size - k->used < n) {
		size_t size = n > KEPT_BYTES ? n : KEPT_BYTES;

		k = malloc(sizeof(*k) + size);
		if (k == NULL)
			return NULL;
		k->next = b->kept;
		k->used = 0;
		k->size = size;
		b->kept = k;
	}
	to = k->data + k->used;
	memcpy(to, from, n);
	k->used += n;
	b->bytes += n;
	return to;
}

static int
in_frame(const struct frame *f, const uint8_t *data)
{
	return data >= f->data && data <= f->data + f->caplen;
}

/* Layers of one datagram lie in the first one's bytes; there may be a
 * datagram in a datagram. */
void
batch_keep_datagram(struct batch *b, struct packet *p)
{
	const uint8_t *from = NULL, *to = NULL;
	size_t n = 0;

	for (unsigned int i = 0; i < p->nlayers; i++) {
		struct layer *l = &p->layer[i];

		if (in_frame(p->frame, l->data))
			continue;
		if (from == NULL || l->data < from || l->data > from + n) {
			from = l->data;
			n = l->len;
			to = batch_keep(b, from, n);
			if (p->flow.payload >= from &&
			    p->flow.payload <= from + n)
				p->flow.payload = to == NULL ? NULL :
				    to + (p->flow.payload - from);
		}
		if (to == NULL) {
			l->data = p->frame->data;
			l->len = l->header = 0;
		} else {
			l->data = to + (l->data - from);
		}
	}
}

void
part_add(struct part *t, uint64_t key, int is_session)
{
	size_t end = (size_t)(t->out.p - t->out.data);
	struct piece *last = t->n > 0 ? &t->piece[t->n - 1] : NULL;

	t->cut = t->out.p;
	if (t->out.error != 0 || end == (last != NULL ? last->end : 0))
		return;			/* it has only moved */
	if (last != NULL && last->key == key &&
	    last->is_session == is_session) {
		last->end = end;
		return;
	}
	if (t->n == t->capacity) {
		uint32_t capacity = t->capacity > 0 ? 2 * t->capacity : 64;
		struct piece *v = realloc(t->piece, capacity * sizeof(*v));

		if (v == NULL) {
			t->out.error = ENOMEM;
			return;
		}
		t->piece = v;
		t->capacity = capacity;
	}
	t->piece[t->n++] = (struct piece){ key, end, is_session != 0 };
}
