/* store.c: frames in memory, as long as they are few. */
#include <stdlib.h>
#include <string.h>

#include "replay/store.h"

enum { CHUNK = 1 << 20, FIRST = 1024 };

/* Stays where it is, so that frames can point into it. */
struct store_chunk {
	struct store_chunk *before;
	size_t size, used;
	uint8_t data[];
};

static int
make_room(struct store *s)
{
	uint64_t room = s->room > 0 ? 2 * s->room : FIRST;
	struct frame *bigger;

	if (s->n < s->room)
		return 0;
	bigger = realloc(s->frame, room * sizeof(*bigger));
	if (bigger == NULL)
		return -1;
	s->used += (room - s->room) * sizeof(*bigger);
	s->frame = bigger;
	s->room = room;
	return 0;
}

static uint8_t *
find_place(struct store *s, size_t n)
{
	struct store_chunk *c = s->chunk;
	size_t size = n > CHUNK ? n : CHUNK;

	if (c == NULL || c->size - c->used < n) {
		c = malloc(sizeof(*c) + size);
		if (c == NULL)
			return NULL;
		c->before = s->chunk;
		c->size = size;
		c->used = 0;
		s->chunk = c;
		s->used += sizeof(*c) + size;
	}
	c->used += n;
	return c->data + c->used - n;
}

int
store_add(struct store *s, const struct frame *f)
{
	uint8_t *place;

	if (s->used + f->caplen > STORE_MAX || make_room(s) == -1)
		return -1;
	place = find_place(s, f->caplen);
	if (place == NULL)
		return -1;
	memcpy(place, f->data, f->caplen);
	s->frame[s->n] = *f;
	s->frame[s->n++].data = place;
	s->bytes += f->caplen;
	return 0;
}

void
store_fini(struct store *s)
{
	struct store_chunk *before;

	for (; s->chunk != NULL; s->chunk = before) {
		before = s->chunk->before;
		free(s->chunk);
	}
	free(s->frame);
	memset(s, 0, sizeof(*s));
}
