/*
 * lot.h: packets on their way to the worker that owns them.
 *
 * Another core will read what one has written, so a packet takes no more memory
 * than it has layers for: mostly five lines of the cache, one behind the other.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_LOT_H
#define SRC_WORKERS_LOT_H

#include <stdalign.h>

#include <sessdump/packet.h>

#include "core/fetch.h"

struct slot {
	alignas(FETCH_LINE) struct frame frame;
	uint16_t place;		/* of the packet in its batch */
	uint16_t size;		/* bytes from here to the next slot */
	struct packet packet;	/* layers[] ends with the last one that it has,
				 * and the slot with that, unless there are
				 * tunnels or a quotation */
};

enum {
	SLOT_USUAL = 5 * FETCH_LINE,	/* bytes: up to four layers */
	SLOTS_AHEAD = 8,	/* that one who writes asks for before */
};

struct lot {
	struct lot *next;	/* for whoever has it */
	struct slot *end;	/* where the next one will be */
	uint32_t n;		/* slots, */
	uint32_t max;		/* of so many at most */
	struct slot slot[];	/* the first; see slot_next() */
};

/* NULL and errno when memory is short. */
struct lot *lot_new(uint32_t max);
void lot_free(struct lot *);

static inline void
lot_clear(struct lot *l)
{
	l->end = l->slot;
	l->n = 0;
}

static inline const struct slot *
slot_next(const struct slot *s)
{
	return (const struct slot *)((const char *)s + s->size);
}

static inline uint16_t
slot_size(const struct packet *p)
{
	size_t n = offsetof(struct slot, packet) +
	    offsetof(struct packet, layer) + p->nlayers * sizeof(p->layer[0]);

	if (p->ntunnels > 0 || p->flags & PACKET_QUOTE)
		return sizeof(struct slot);
	return (uint16_t)((n + FETCH_LINE - 1) / FETCH_LINE * FETCH_LINE);
}

/* Their lines, for one who writes there now, or will later on. */
static inline void
slot_fetch(const struct slot *s, unsigned int from, unsigned int to)
{
	fetch_lines((const char *)s + from * SLOT_USUAL,
	    (const char *)s + to * SLOT_USUAL, FETCH_EXCLUSIVE);
}

/* What stands in the slot at the end, frame and packet, is in the lot now. */
static inline void
lot_close(struct lot *l, uint32_t place)
{
	struct slot *s = l->end;

	s->place = (uint16_t)place;
	s->size = slot_size(&s->packet);
	l->end = (struct slot *)((char *)s + s->size);
	l->n++;
	slot_fetch(l->end, SLOTS_AHEAD, SLOTS_AHEAD + 1);
}

/* Copies the packet and its frame there. */
static inline void
lot_add(struct lot *l, const struct packet *p, uint32_t place)
{
	struct slot *s = l->end;
	size_t n = slot_size(p) - offsetof(struct slot, packet);

	s->frame = *p->frame;
	memcpy(&s->packet, p, n < sizeof(*p) ? n : sizeof(*p));
	s->packet.frame = &s->frame;
	lot_close(l, place);
}

#endif
