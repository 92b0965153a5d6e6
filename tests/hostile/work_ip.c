/* work_ip.c: workloads of IP, tunnels, time; and ordinary UDP. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "true.h"
#include "workload.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define SECOND		INT64_C(1000000000)
#define YEARS		(INT64_C(10) * 365 * 86400 * SECOND)

enum {
	PORT		= 123,		/* nobody looks into what is there */
	DATAGRAM	= 2008,		/* with the UDP header */
	PIECE		= 504,		/* a multiple of 8 */
	PIECES		= 4,		/* of a datagram */
	PIECE_EVERY	= 64,		/* calls between those of a true one */
	DEEPEST		= 28,		/* tunnels in tunnels */
	NATS		= 256,		/* sources of those with bad options */
};

/* A host that nobody knows. */
static void
stranger(struct ends *e)
{
	ends_make(e, rnd_below(8) == 0 ? 6 : 4, rnd() & 0xffffff,
	    1024 + rnd_below(60000), 53, PORT);
}

static void
send_udp(const struct ends *e, unsigned int payload)
{
	frame_payload(payload);
	frame_udp(e);
	frame_send(e, IPPROTO_U);
}

void
queries_emit(void)
{
	static uint32_t n;
	struct ends query, answer;

	ends_make(&query, n % 5 == 4 ? 6 : 4, n & 0xffffff,
	    1024 + n % 60000, n % 200, PORT);
	n++;
	ends_swap(&answer, &query);
	send_udp(&query, 40);
	send_udp(&answer, 120);
}

/* A UDP datagram, for the fragments to be cut from. */
static const uint8_t *
datagram(const struct ends *e)
{
	static uint8_t data[DATAGRAM];
	size_t n;

	frame_payload(DATAGRAM - 8);
	frame_udp(e);
	memcpy(data, frame_data(&n), sizeof(data));
	return data;
}

static void
send_piece(const struct ends *e, const uint8_t *data, uint32_t id,
    unsigned int from, unsigned int to, int more)
{
	struct ip_extra x = { .fragment = 1, .id = id, .offset = from,
	    .more = more };

	frame_bytes(data, to - from);
	frame_ip(e, IPPROTO_U, &x);
	frame_ethernet(e->version, 0, 0);
	frame_write();
}

static struct ends true_sender;
static uint64_t true_pieces;

/* The next fragment of a datagram that comes whole. */
static void
true_piece(void)
{
	static unsigned int turn;
	unsigned int i = (unsigned int)(true_pieces % PIECES);

	if (turn++ % PIECE_EVERY != 0)
		return;
	if (true_sender.version == 0) {
		ends_make(&true_sender, 4, 0, 5000, 200, 5000);
		put32(true_sender.src, UINT32_C(0xc00002c8));
	}
	send_piece(&true_sender, datagram(&true_sender) + i * PIECE,
	    (uint32_t)(true_pieces / PIECES), i * PIECE,
	    i == PIECES - 1 ? DATAGRAM : (i + 1) * PIECE, i < PIECES - 1);
	true_pieces++;
}

void
pieces_finish(void)
{
	while (true_pieces % PIECES != 0)
		true_piece();
	fprintf(stderr, "true udp 192.0.2.200 5000 198.51.100.200 5000 "
	    "packets %" PRIu64 " 0 stream %" PRIu64 " 0 pieces\n",
	    true_pieces / PIECES, true_pieces / PIECES * (DATAGRAM - 8));
}

/* Each says some bytes of the one before again, and says them otherwise; or
 * stands inside of it. */
void
overlap_emit(void)
{
	static const uint8_t other[DATAGRAM] = { 1, 2, 3 };
	uint32_t id = rnd(), back, order = rnd_below(2);
	const uint8_t *data;
	struct ends e;

	true_piece();
	stranger(&e);
	data = datagram(&e);
	for (unsigned int n = 0; n < PIECES; n++) {
		unsigned int i = order ? PIECES - 1 - n : n;
		unsigned int from = i * PIECE, to = from + PIECE;

		back = i > 0 ? 8 + 8 * rnd_below(PIECE / 8) : 0;
		if (back > from)
			back = from;
		send_piece(&e, back > 0 ? other : data, id, from - back,
		    i == PIECES - 1 ? DATAGRAM : to, i < PIECES - 1);
	}
	send_piece(&e, other, id, 48, 96, 1);	/* and once more, too late */
}

/* The first, the last, one of the middle, or one at the far end. */
void
unfinished_emit(void)
{
	uint32_t id = rnd();
	const uint8_t *data;
	struct ends e;

	true_piece();
	stranger(&e);
	data = datagram(&e);
	switch (rnd_below(4)) {
	case 0:
		send_piece(&e, data, id, 0, PIECE, 1);
		break;
	case 1:
		send_piece(&e, data, id, PIECE, DATAGRAM, 0);
		break;
	case 2:
		send_piece(&e, data, id, PIECE, 2 * PIECE, 1);
		break;
	default:
		send_piece(&e, data, id, 65000, 65000 + 8, 1);
		break;
	}
}

void
tunnels_emit(void)
{
	unsigned int depth = 1 + rnd_below(DEEPEST), version;
	struct segment s = { .seq = rnd(), .ack = 1, .flags = F_ACK };
	struct ends e;

	stranger(&e);
	frame_payload(20);
	if (rnd_below(2)) {
		frame_tcp(&e, &s);
		frame_ip(&e, IPPROTO_T, NULL);
	} else {
		frame_udp(&e);
		frame_ip(&e, IPPROTO_U, NULL);
	}
	version = e.version;
	while (depth-- > 0)
		version = frame_wrap((enum wrap)rnd_below(WRAPS), version,
		    rnd() & 0xffffff);
	frame_ethernet(version, 0, 0);
	frame_write();
}

/* What options are filled with: the bytes at the beginning, and the rest. */
static const struct {
	uint8_t start[4], rest;
} fill[] = {
	{ { 1, 1, 1, 1 }, 1 },		/* NOP, NOP ... */
	{ { 8, 0, 0, 0 }, 0 },		/* time stamps of length 0 */
	{ { 2, 1, 2, 1 }, 2 },		/* shorter than itself */
	{ { 1, 1, 5, 255 }, 1 },	/* beyond the end */
	{ { 7, 0, 0, 0 }, 7 },		/* of IP: a route of length 0 */
	{ { 0, 8, 0, 1 }, 8 },		/* what stands behind the end */
	{ { 254, 2, 254, 2 }, 2 },
};

static void
make_options(uint8_t options[40])
{
	unsigned int i = rnd_below(COUNT(fill));

	memset(options, fill[i].rest, 40);
	memcpy(options, fill[i].start, 4);
}

/* Extension headers of IPv6: the longest, of Pad1 or of PadN of length 0; or
 * many. */
static void
send_extended(const struct ends *e)
{
	unsigned int many = rnd_below(2), n = many ? 18 : 1;
	unsigned int len = many ? 8 : 2048, next = IPPROTO_U;
	uint8_t *h;

	frame_payload(8);
	frame_udp(e);
	for (; n > 0; n--, next = IPPROTO_DEST) {
		h = frame_push(len);
		memset(h, 0, len);
		h[0] = (uint8_t)next;
		h[1] = (uint8_t)(len / 8 - 1);
		for (unsigned int i = 2; many && i < len; i += 2)
			h[i] = 1;
	}
	frame_send(e, next);
}

void
options_emit(void)
{
	uint8_t tcp[40], ip[40];
	struct segment s = { .seq = rnd(), .ack = 1, .flags = F_ACK,
	    .options = tcp, .noptions = sizeof(tcp) };
	struct ip_extra x = { .options = ip, .noptions = sizeof(ip) };
	uint32_t n = rnd_below(NATS);
	struct ends e;

	ends_make(&e, n % 8 == 0 ? 6 : 4, n, 2000, 80, 80);
	if (n % 16 == 0) {
		send_extended(&e);
		return;
	}
	make_options(tcp);
	make_options(ip);
	if (rnd_below(4) == 0)
		s.flags = F_SYN;
	frame_payload(rnd_below(2) * 20);
	frame_tcp(&e, &s);
	frame_ip(&e, IPPROTO_T, &x);
	frame_ethernet(e.version, 0, 0);
	frame_write();
}

/* A stamp that is not the time; the true ones have it. */
static int64_t
wrong_time(void)
{
	static int64_t back, ahead;

	switch (rnd_below(4)) {
	case 0:
		back += SECOND / 1000;
		return frame_time - back;
	case 1:
		ahead = frame_time + YEARS;
		return ahead;
	case 2:
		return ahead;	/* agrees with the one before, at times */
	default:
		return (int64_t)rnd() * SECOND;
	}
}

void
backwards_emit(void)
{
	int64_t now = frame_time;
	struct segment s = { .seq = rnd(), .flags = F_SYN };
	struct ends e;

	stranger(&e);
	frame_time = wrong_time();
	frame_payload(0);
	if (rnd_below(2)) {
		frame_tcp(&e, &s);
		frame_send(&e, IPPROTO_T);
	} else {
		frame_udp(&e);
		frame_send(&e, IPPROTO_U);
	}
	frame_time = now + frame_step;
}

void
paths_emit(void)
{
	unsigned int outer = 0, inner = 0, version;
	static uint32_t n;
	struct ends e;

	stranger(&e);
	version = e.version;
	frame_payload(20);
	frame_udp(&e);
	frame_ip(&e, IPPROTO_U, NULL);
	switch (n++ % 3) {
	case 0:
		outer = 1 + rnd_below(4094);
		inner = 1 + rnd_below(4094);
		break;
	case 1:
		version = frame_wrap(WRAP_GRE, version, rnd());
		break;
	default:
		version = frame_wrap(WRAP_VXLAN, version, n);
		break;
	}
	frame_ethernet(version, outer, inner);
	frame_write();
}
