/* test_defrag.c: fragments in every order, and those that lie. */
#include <stdlib.h>

#include "dissect/defrag.h"

#include "tap.h"

#define SECOND	INT64_C(1000000000)

static uint8_t data[65536 + 64];
static struct frame frame;
static struct packet packet;
static struct cursor cursor;
static uint8_t *piece;
static uint64_t datagram_bytes;	/* of the packet, if not the frame's */
static unsigned int version = 4;

/* Hands one fragment over, in memory of exactly its size. */
static int
add(struct defrag *d, uint32_t id, uint32_t offset, uint32_t len, int more,
    uint32_t captured)
{
	int done_now;

	free(piece);
	piece = malloc(captured > 0 ? captured : 1);
	memcpy(piece, data + offset, captured);
	memset(&packet, 0, sizeof(packet));
	packet.frame = &frame;
	frame.len = frame.caplen = 34 + len;
	packet.datagram_bytes = datagram_bytes ? datagram_bytes : frame.len;
	packet.missing = len - captured;
	flow_start(&packet, version, 17, (version == 4 ? 20 : 48) + len);
	packet.flow.src.b[0] = 10;
	flow_fragment(&packet.flow, id, offset, more);
	packet_next(&packet, 5, 17);
	cursor.p = piece;
	cursor.end = piece + captured;
	done_now = defrag_add(d, &packet, &cursor);
	return done_now;
}

static int
whole(uint32_t n)
{
	return cursor_left(&cursor) == n && memcmp(cursor.p, data, n) == 0;
}

static void
test_orders(void)
{
	/* Every order of four fragments: 0, 8, 16 and the last at 24. */
	struct defrag *d = defrag_new();
	unsigned int good = 0, orders = 0;

	for (unsigned int code = 0; code < 256; code++) {
		unsigned int place[4], seen = 0;
		int complete = 0;

		for (unsigned int i = 0; i < 4; i++) {
			place[i] = code >> 2 * i & 3;
			seen |= 1U << place[i];
		}
		if (seen != 15)
			continue;
		orders++;
		for (unsigned int i = 0; i < 4; i++)
			complete = add(d, code, place[i] * 8,
			    place[i] == 3 ? 5 : 8, place[i] != 3,
			    place[i] == 3 ? 5 : 8);
		good += complete && whole(29) &&
		    packet.flow.ip_len == 20 + 29 &&
		    packet.datagram_bytes == 4 * 34 + 29 &&
		    packet.flags & PACKET_REASSEMBLED &&
		    !(packet.flow.has & FLOW_FRAGMENT);
		defrag_release(d);
	}
	is_u64(orders, 24, "every order of four fragments");
	is_u64(good, 24, "gives the datagram with the last of them");
	defrag_free(d);
}

static void
test_lies(void)
{
	struct defrag *d = defrag_new();

	ok(!add(d, 1, 0, 16, 1, 16), "the first of a datagram is held");
	ok(packet.flags & PACKET_HELD, "and marked so");
	ok(packet.flow.has & FLOW_PORTS, "with the ports that stand in it");
	ok(!add(d, 1, 0, 16, 1, 16), "the same again changes nothing");
	is_u64(defrag_stats(d)->overlaps, 1, "but is counted");
	data[8] ^= 0xff;
	ok(!add(d, 1, 8, 8, 1, 8), "an overlap with other bytes");
	data[8] ^= 0xff;
	ok(!add(d, 1, 24, 9, 1, 9), "no multiple of 8 before the last");
	ok(!add(d, 1, 65528, 16, 0, 16), "past the largest datagram");
	ok(!add(d, 1, 8, 4, 0, 4), "an end before what came already");
	is_u64(defrag_stats(d)->refused, 3, "these three are refused");
	ok(add(d, 1, 16, 4, 0, 4) && whole(20), "the first bytes stand");
	ok(!add(d, 2, 8, 8, 0, 8), "another datagram, its end first");
	ok(!add(d, 2, 16, 8, 1, 8), "nothing can be behind the end");
	ok(add(d, 2, 0, 8, 1, 8) && whole(16), "and its beginning");
	ok(add(d, 3, 0, 64, 0, 64), "an atomic fragment is whole at once");
	defrag_free(d);
}

static void
test_truncated(void)
{
	struct defrag *d = defrag_new();

	add(d, 1, 0, 16, 1, 10);
	ok(add(d, 1, 16, 8, 0, 8), "a snapshot that is cut completes, too");
	is_u64(cursor_left(&cursor), 10, "only what was captured is lent");
	is_u64(packet.missing, 14, "the rest is known to be missing");
	defrag_free(d);
}

/* Each fragment came in a datagram that was itself put together. */
static void
test_nested(void)
{
	struct defrag *d = defrag_new();

	add(d, 1, 0, 16, 1, 16);
	is_u64(packet.datagram_bytes, 34 + 16, "one frame");
	datagram_bytes = 1000;
	ok(add(d, 1, 16, 8, 0, 8), "the second came in several");
	is_u64(packet.datagram_bytes, 34 + 16 + 1000, "all are counted");
	datagram_bytes = 0;
	defrag_free(d);
}

/* RFC 8200 section 4.5: the Fragment header is no part of the datagram. */
static void
test_ipv6(void)
{
	struct defrag *d = defrag_new();

	version = 6;
	ok(!add(d, 1, 8, 8, 0, 8), "IPv6, the last first");
	ok(add(d, 1, 0, 8, 1, 8) && whole(16), "and the first");
	is_u64(packet.flow.ip_len, 40 + 16, "without the Fragment header");
	ok(add(d, 2, 0, 8, 0, 8), "an atomic fragment");
	is_u64(packet.flow.ip_len, 48 + 8, "keeps it");
	version = 4;
	defrag_free(d);
}

static void
test_bounds(void)
{
	struct defrag *d = defrag_new();

	for (uint32_t i = 0; i < DEFRAG_DATAGRAMS + 10; i++)
		add(d, i, 0, 8, 1, 8);
	is_u64(defrag_stats(d)->lost, 10, "the oldest go when it is full");
	frame.ts += 31 * SECOND;
	add(d, 99999, 0, 8, 1, 8);
	is_u64(defrag_stats(d)->lost, 10 + DEFRAG_DATAGRAMS,
	    "and all of them after 30 s");
	for (uint32_t i = 0; i < 1000; i++)
		add(d, i, 65000, 8, 1, 8);
	ok(defrag_stats(d)->lost > 10 + DEFRAG_DATAGRAMS + 500,
	    "large ones are bounded by memory");
	defrag_free(d);
	ok(!add(NULL, 1, 0, 8, 1, 8), "without reassembly all are held");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8));
	test_orders();
	test_lies();
	test_truncated();
	test_nested();
	test_ipv6();
	test_bounds();
	free(piece);
	return done();
}
