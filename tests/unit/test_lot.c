/* test_lot.c: packets come out of a lot as they went in. */
#include "workers/lot.h"

#include "tap.h"

enum { PACKETS = 403 };	/* the last one is copied, and has all there is */

static struct frame frame[PACKETS];
static struct packet packet[PACKETS];

/* Whatever is not set must not count: it is not the same twice. */
static void
make(unsigned int i)
{
	struct packet *p = &packet[i];

	for (size_t k = 0; k < sizeof(*p); k++)
		((uint8_t *)p)[k] = (uint8_t)(i * 31 + k * 7 + 1);
	frame[i].ts = 1000 + i;
	frame[i].len = 60 + i;
	p->frame = &frame[i];
	p->flags = 0;
	p->ntunnels = 0;
	p->nlayers = (uint8_t)(i % (PACKET_LAYERS + 1));
	if (i % 7 == 3)
		p->ntunnels = 1 + i % PACKET_TUNNELS;
	if (i % 11 == 5)
		p->flags = PACKET_QUOTE;
}

static int
is_same(const struct packet *a, const struct packet *b)
{
	size_t head = offsetof(struct packet, flow);

	if (memcmp(&a->flow, &b->flow, offsetof(struct packet, layer) -
	    head) != 0)
		return 0;
	if (memcmp(a->layer, b->layer, a->nlayers * sizeof(a->layer[0])) != 0)
		return 0;
	if (memcmp(a->tunnel, b->tunnel, a->ntunnels *
	    sizeof(a->tunnel[0])) != 0)
		return 0;
	return !(a->flags & PACKET_QUOTE) ||
	    memcmp(&a->quoted, &b->quoted, sizeof(a->quoted)) == 0;
}

/* Every other one is written where it will stay, as dissection does. */
static void
fill(struct lot *l)
{
	lot_clear(l);
	for (unsigned int i = 0; i < PACKETS; i++)
		if (i % 2 == 0) {
			lot_add(l, &packet[i], 3 * i);
		} else {
			l->end->frame = frame[i];
			l->end->packet = packet[i];
			l->end->packet.frame = &l->end->frame;
			lot_close(l, 3 * i);
		}
}

static void
compare(const struct lot *l)
{
	const struct slot *s = l->slot;
	unsigned int places = 0, frames = 0, packets = 0, lines = 0;

	for (unsigned int i = 0; i < l->n; i++, s = slot_next(s)) {
		places += s->place == 3 * i;
		frames += s->packet.frame == &s->frame &&
		    s->frame.ts == frame[i].ts && s->frame.len == frame[i].len;
		packets += is_same(&packet[i], &s->packet);
		lines += (uintptr_t)s % FETCH_LINE == 0;
	}
	ok(l->n == PACKETS, "all are there");
	ok(s == l->end, "and nothing behind them");
	ok(places == PACKETS, "with their places");
	ok(frames == PACKETS, "their frames");
	ok(packets == PACKETS, "and all that they have of layers and tunnels");
	ok(lines == PACKETS, "each begins a line of the cache");
}

int
main(void)
{
	struct lot *l = lot_new(PACKETS);

	for (unsigned int i = 0; i < PACKETS; i++)
		make(i);
	ok(l != NULL, "a lot");
	fill(l);
	compare(l);
	fill(l);
	compare(l);
	packet[0].nlayers = 4;
	packet[0].ntunnels = 0;
	packet[0].flags = 0;
	ok(slot_size(&packet[0]) == SLOT_USUAL, "four layers: the usual size");
	packet[0].nlayers = 5;
	ok(slot_size(&packet[0]) > SLOT_USUAL, "five: more");
	lot_free(l);
	return done();
}
