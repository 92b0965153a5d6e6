/* mix.c: flows begin, take their turns by time, and end. */
#include <stdlib.h>

#include "load.h"
#include "mix.h"

enum {
	CLIENTS		= 1 << 20,	/* 10.0.0.0/12 */
	SERVERS		= 4096,
	LASTING		= 180,		/* seconds, however many frames */
	TAGGED		= 6,		/* percent */
	VERSION_6	= 18,
};
#define FRAMES_PER_FLOW	9.33

/* Of a thousand flows. */
static const struct {
	unsigned int share, port;	/* 0: one of tcp_ports */
	void (*begin)(struct flow *);
} kinds[] = {
	{ 693, 0, tcp_begin },
	{ 217, 53, dns_begin },
	{ 90, 443, quic_begin },
};

static const uint16_t tcp_ports[16] = { 443, 443, 443, 443, 443, 443, 443, 443,
    443, 80, 80, 80, 22, 993, 5432, 8080 };

/* A flow's turn. */
struct turn {
	int64_t time;
	struct flow *flow;
};

static struct turn *heap;	/* [0] is the earliest */
static size_t turns, room;

static void
heap_push(int64_t time, struct flow *f)
{
	size_t i = turns++;

	if (turns > room) {
		room = 2 * turns + 1024;
		heap = realloc(heap, room * sizeof(*heap));
		if (heap == NULL)
			exit(1);
	}
	for (; i > 0 && heap[(i - 1) / 2].time > time; i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = (struct turn){ time, f };
}

static struct turn
heap_pop(void)
{
	struct turn first = heap[0], last = heap[--turns];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < turns) {
		if (child + 1 < turns &&
		    heap[child + 1].time < heap[child].time)
			child++;
		if (heap[child].time >= last.time)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return first;
}

int64_t
about(int64_t ns)
{
	return ns / 2 + rnd_below((uint32_t)ns);
}

uint32_t
heavy(uint32_t least, unsigned int doublings)
{
	uint32_t n = least;

	while (doublings-- > 0 && rnd_below(2) == 0)
		n *= 2;
	return n + rnd_below(n);
}

void
flow_send_piece(struct flow *f, int dir, unsigned int protocol,
    const struct ip_extra *x)
{
	frame_ip(&f->ends[dir], protocol, x);
	frame_ethernet(f->ends[dir].version, 0, f->tag);
	frame_write();
}

void
flow_send(struct flow *f, int dir, unsigned int protocol)
{
	flow_send_piece(f, dir, protocol, NULL);
}

static struct flow *
flow_new(void)
{
	unsigned int kind = 0, lot = rnd_below(1000);
	struct flow *f = calloc(1, sizeof(*f));
	unsigned int port;

	if (f == NULL)
		exit(1);
	while (lot >= kinds[kind].share)
		lot -= kinds[kind++].share;
	port = kinds[kind].port;
	if (port == 0)
		port = tcp_ports[rnd_below(16)];
	/* Some servers are called for more often than others. */
	ends_make(&f->ends[0], rnd_below(100) < VERSION_6 ? 6 : 4,
	    rnd_below(CLIENTS), 32768 + rnd_below(28232),
	    rnd_below(1 + rnd_below(SERVERS)), port);
	ends_swap(&f->ends[1], &f->ends[0]);
	if (rnd_below(100) < TAGGED)
		f->tag = 100 + rnd_below(16);
	f->near = 50000 + rnd_below(2000000);
	f->far = 200000 + rnd_below(1 + rnd_below(120000000));
	kinds[kind].begin(f);
	return f;
}

void
mix_write(const struct load *l)
{
	/* Microseconds from one flow to the next, in the mean. */
	uint32_t apart = (uint32_t)(1e6 * LASTING * FRAMES_PER_FLOW /
	    (double)(l->count + 1));
	struct turn next;
	int64_t delay;

	frame_step = 0;
	heap_push(frame_time, NULL);
	while (frame_count < l->count) {
		next = heap_pop();
		frame_time = next.time;
		if (next.flow == NULL) {	/* somebody comes */
			heap_push(next.time + 1 + USEC * rnd_below(2 * apart),
			    NULL);
			next.flow = flow_new();
		}
		delay = next.flow->step(next.flow);
		if (delay == FLOW_DONE)
			free(next.flow);
		else
			heap_push(next.time + delay, next.flow);
	}
	while (turns > 0)
		free(heap_pop().flow);
	free(heap);
}
