/* test_defrag.c: fragments in every order, and those that lie. */
#include <stdlib.h>

#include "dissect/defrag.h"

#include "tap.h"

#define SECOND	INT64_C(1000000000)

static uint8_t data[65536 + 1024];
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

/* A duplicate lies within one run; the datagram lives. */
static void
test_duplicates(void)
{
	struct defrag *d = defrag_new();

	ok(!add(d, 1, 0, 16, 1, 16), "the first of a datagram is held");
	ok(packet.flags & PACKET_HELD, "and marked so");
	ok(packet.flow.has & FLOW_PORTS, "with the ports that stand in it");
	data[8] ^= 0xff;
	ok(!add(d, 1, 0, 16, 1, 16), "the same again changes nothing");
	ok(!add(d, 1, 8, 8, 1, 8), "nor does a part of it");
	data[8] ^= 0xff;
	ok(!add(d, 1, 16, 8, 1, 8), "another behind it");
	ok(!add(d, 1, 8, 16, 1, 16), "a part of both: they are one run");
	ok(add(d, 1, 24, 4, 0, 4) && whole(28), "the first bytes stand");
	is_u64(defrag_stats(d)->duplicates, 3, "these three were duplicates");
	ok(!add(d, 2, 16, 4, 0, 4), "an end that comes first");
	ok(!add(d, 2, 16, 4, 0, 4), "and again");
	ok(add(d, 2, 0, 16, 1, 16) && whole(20), "is a duplicate, too");
	is_u64(defrag_stats(d)->overlaps, 0, "and none of them overlaps");
	defrag_free(d);
}

/* The second and what completes what would be left of the datagram. */
static const struct overlap {
	const char *name;
	uint32_t offset, len;
	int more;
} overlaps[] = {
	{ "the end of one", 24, 16, 1 },
	{ "the beginning of one", 8, 16, 1 },
	{ "all of one and more", 8, 32, 1 },
	{ "one, from the very beginning", 0, 24, 1 },
	{ "one, to the very end", 24, 24, 0 },
};

static void
test_overlaps(void)
{
	unsigned int n = sizeof(overlaps) / sizeof(overlaps[0]);

	for (unsigned int i = 0; i < 2 * n; i++) {
		const struct overlap *o = &overlaps[i / 2];
		struct defrag *d = defrag_new();

		version = i % 2 ? 6 : 4;
		add(d, 1, 16, 16, 1, 16);
		ok(!add(d, 1, o->offset, o->len, o->more, o->len), "%s",
		    o->name);
		is_u64(defrag_stats(d)->overlaps, 1, "discards the datagram");
		ok(!add(d, 1, 0, 16, 1, 16) && !add(d, 1, 32, 16, 0, 16),
		    "what comes later is of another");
		ok(add(d, 1, 16, 16, 1, 16) && whole(48),
		    "that is complete, should all of it come again");
		defrag_free(d);
	}
	version = 4;
}

/* Linux joins only what comes at the end: nor are these duplicates. */
static void
test_runs(void)
{
	struct defrag *d = defrag_new();

	add(d, 1, 16, 8, 1, 8);
	add(d, 1, 8, 8, 1, 8);
	ok(!add(d, 1, 8, 16, 1, 16), "a part of two, the last came first");
	is_u64(defrag_stats(d)->overlaps, 1, "overlaps");
	add(d, 2, 0, 8, 1, 8);
	add(d, 2, 16, 8, 1, 8);
	add(d, 2, 8, 8, 1, 8);
	ok(!add(d, 2, 0, 16, 1, 16), "a part of two, a gap was filled");
	is_u64(defrag_stats(d)->overlaps, 2, "overlaps");
	add(d, 3, 0, 8, 1, 8);
	add(d, 3, 16, 8, 1, 8);
	ok(!add(d, 3, 0, 24, 1, 24), "two and the gap between");
	is_u64(defrag_stats(d)->overlaps, 3, "overlaps");
	is_u64(defrag_stats(d)->duplicates, 0, "no duplicate among them");
	defrag_free(d);
}

static void
test_contradictions(void)
{
	struct defrag *d = defrag_new();

	add(d, 1, 0, 40, 1, 40);
	ok(!add(d, 1, 24, 4, 0, 4), "teardrop: the end within the first");
	is_u64(defrag_stats(d)->discarded, 1, "discards the datagram");
	add(d, 2, 8, 8, 0, 8);
	ok(!add(d, 2, 16, 8, 1, 8), "nothing can be behind the end");
	is_u64(defrag_stats(d)->discarded, 2, "or the datagram goes");
	add(d, 3, 16, 8, 0, 8);
	ok(!add(d, 3, 16, 16, 0, 16), "nor another end");
	is_u64(defrag_stats(d)->discarded, 3, "or it goes, too");
	add(d, 4, 0, 16, 1, 16);
	ok(!add(d, 4, 16, 0, 1, 0), "without data");
	ok(!add(d, 4, 16, 8, 0, 8), "the rest is not the whole");
	is_u64(defrag_stats(d)->discarded, 4, "for that was discarded");
	ok(!add(d, 5, 8, 0, 0, 0), "an end without data, and nothing else");
	is_u64(defrag_stats(d)->discarded, 4, "no datagram was there");
	is_u64(defrag_stats(d)->refused, 5, "five were refused");
	ok(add(d, 6, 0, 64, 0, 64), "an atomic fragment is whole at once");
	defrag_free(d);
}

/* Fragments are of multiples of 8 bytes but for the last. */
static void
test_tiny(void)
{
	struct defrag *d = defrag_new();
	int complete = 0;

	for (uint32_t i = 0; i <= 8180; i++)
		complete += add(d, 1, 8 * i, 8, i < 8180, 8);
	is_u64((uint64_t)complete, 1, "8 bytes at a time, to the 64 KiB");
	ok(!add(d, 2, 0, 17, 1, 17), "IPv4, no multiple of 8");
	ok(add(d, 2, 16, 8, 0, 8) && whole(24), "is cut to one");
	is_u64(packet.flow.ip_len, 20 + 24, "and so the length");
	ok(!add(d, 3, 8, 7, 1, 7), "IPv4, less than 8 bytes");
	is_u64(defrag_stats(d)->refused, 1, "are no data");
	version = 6;
	add(d, 4, 0, 8, 1, 8);
	ok(!add(d, 4, 8, 17, 1, 17), "IPv6, no multiple of 8");
	is_u64(defrag_stats(d)->refused, 2, "is refused");
	ok(add(d, 4, 8, 8, 0, 8) && whole(16), "and the datagram lives");
	version = 4;
	defrag_free(d);
}

static void
test_large(void)
{
	struct defrag *d = defrag_new();

	add(d, 1, 0, 65504, 1, 65504);
	ok(add(d, 1, 65504, 11, 0, 11) && whole(65515), "the largest, IPv4");
	add(d, 2, 0, 65504, 1, 65504);
	ok(!add(d, 2, 65504, 12, 0, 12), "a byte more");
	is_u64(defrag_stats(d)->discarded, 1, "is discarded");
	add(d, 3, 0, 65504, 1, 65504);
	ok(!add(d, 3, 65528, 1000, 0, 1000), "ping of death");
	is_u64(defrag_stats(d)->refused, 2, "is refused");
	version = 6;
	add(d, 4, 0, 65528, 1, 65528);
	ok(add(d, 4, 65528, 7, 0, 7) && whole(65535), "the largest, IPv6");
	add(d, 5, 0, 65528, 1, 65528);
	ok(!add(d, 5, 65528, 8, 0, 8), "a byte more");
	is_u64(defrag_stats(d)->refused, 3, "is refused");
	version = 4;
	defrag_free(d);
}

/* As much as it says was never captured: it cannot be put together. */
static void
test_lies(void)
{
	struct defrag *d = defrag_new();
	static const uint8_t byte[8];

	add(d, 1, 0, 8, 1, 8);
	for (int whole_one = 0; whole_one < 2; whole_one++) {
		memset(&packet, 0, sizeof(packet));
		packet.frame = &frame;
		packet.flags = PACKET_LYING_LEN;
		packet.missing = whole_one ? 0 : 8;
		flow_start(&packet, 4, 17, whole_one ? 28 : 36);
		packet.flow.src.b[0] = 10;
		flow_fragment(&packet.flow, 1, 8, 0);
		cursor.p = byte;
		cursor.end = byte + sizeof(byte);
		is_u64((uint64_t)defrag_add(d, &packet, &cursor),
		    (uint64_t)whole_one, whole_one ? "an outer length may lie" :
		    "a fragment's length that lies completes nothing");
	}
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
	test_duplicates();
	test_overlaps();
	test_runs();
	test_contradictions();
	test_tiny();
	test_large();
	test_lies();
	test_truncated();
	test_nested();
	test_ipv6();
	test_bounds();
	free(piece);
	return done();
}
