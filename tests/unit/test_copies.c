/* test_copies.c: sights of one packet, and packets that were sent again. */
#include <stdlib.h>

#include "dissect/copies.h"
#include "dissect/defrag.h"
#include "dissect/dissect.h"

#include "tap.h"

enum {
	MS	= 1000000,
	AT_IP	= 14,
	TOS	= AT_IP + 1, LENGTH = AT_IP + 2, ID = AT_IP + 4,
	FRAGMENT = AT_IP + 6, TTL = AT_IP + 8, IP_SUM = AT_IP + 10,
	UDP_SUM	= AT_IP + 26, DATA = AT_IP + 28,
	SIZE	= 100,
	SLL2	= 20,
};

static struct registry *registry;
static struct defrag *defrag;
static struct copies *copies;
static uint8_t bytes[SIZE + SLL2];
static struct frame frame;
static struct packet packet;

static void
start(void)
{
	copies_free(copies);
	copies = copies_new(registry, 7);
	defrag_free(defrag);
	defrag = defrag_new();
	defrag_expect_copies(defrag, copies);
}

/* A datagram of UDP, 10.0.0.1:1000 > 10.0.0.2:2000. */
static void
datagram(void)
{
	static const uint8_t head[] = {
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, SIZE - AT_IP, 0x12, 0x34, 0, 0, 64, 17, 0, 0,
		10, 0, 0, 1, 10, 0, 0, 2,
		0x03, 0xe8, 0x07, 0xd0, 0, SIZE - AT_IP - 20, 0x11, 0x11,
	};

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, head, sizeof(head));
	frame = (struct frame){
		.data = bytes, .caplen = SIZE, .len = SIZE, .linktype = 1,
	};
}

/* Is it a copy, there and then? */
static int
seen(uint32_t ifindex, int64_t ms)
{
	frame.ifindex = ifindex;
	frame.ts = ms * MS;
	dissect(registry, defrag, &frame, &packet);
	return (packet.flags & PACKET_COPY) != 0;
}

/* On interface 1 as it is, then on 2 with one byte changed. */
static int
seen_changed(unsigned int at)
{
	int first, second;

	start();
	datagram();
	first = seen(1, 0);
	bytes[at] ^= 1;
	second = seen(2, 1);
	return !first && second;
}

static void
test_counts(void)
{
	int good = 0;

	start();
	datagram();
	for (int i = 0; i < 1000; i++)
		good += !seen(1, i);
	is_u64((uint64_t)good, 1000, "one interface shows no copies");
	start();
	ok(!seen(1, 0) && seen(2, 0) && seen(3, 1), "others do");
	ok(!seen(2, 2), "sent again: the second interface is the first now");
	ok(seen(3, 2) && seen(1, 2), "and the others have copies");
	ok(!seen(3, 3) && !seen(3, 3), "sent twice in a row");
	ok(seen(1, 4) && seen(1, 4) && !seen(1, 4), "shown twice elsewhere");
	is_u64(copies_count(copies), 6, "copies are counted");
	start();
	good = 0;
	for (int i = 0; i < 10000; i++)
		good += !seen(1, i) && seen(2, i);
	is_u64((uint64_t)good, 10000, "sent without end");
	start();
	good = !seen(0, 0);
	for (uint32_t i = 1; i < 3 * COPIES_WAYS; i++)
		good += seen(i, 0);
	is_u64((uint64_t)good, 3 * COPIES_WAYS, "on more interfaces than are "
	    "told apart");
}

static void
test_window(void)
{
	start();
	datagram();
	ok(!seen(1, 1000) && seen(2, 1100), "as late as may be");
	ok(!seen(3, 1101), "too late");
	start();
	ok(!seen(1, 1000) && seen(2, 900), "time that goes backwards");
	start();
	ok(!seen(1, 1000) && !seen(2, 899), "too far");
}

static void
test_changes(void)
{
	static uint8_t tagged[SIZE + 4];

	ok(seen_changed(0), "another Ethernet address");
	ok(seen_changed(TTL), "another time to live");
	ok(seen_changed(TOS), "another type of service");
	ok(seen_changed(IP_SUM), "another checksum of IPv4");
	ok(seen_changed(UDP_SUM), "another checksum of UDP");
	ok(!seen_changed(ID + 1), "not with another identification");
	ok(!seen_changed(AT_IP + 15), "nor with another address");
	ok(!seen_changed(AT_IP + 21), "nor another port");
	ok(!seen_changed(DATA), "nor other data");
	start();
	datagram();
	ok(!seen(1, 0), "the packet");
	memcpy(tagged, bytes, 12);
	memcpy(tagged + 12, "\x81\0\0\5", 4);
	memcpy(tagged + 16, bytes + 12, SIZE - 12);
	frame.data = tagged;
	frame.caplen = frame.len = sizeof(tagged);
	ok(seen(2, 0), "with a tag");
	frame.data = bytes;
	frame.caplen = frame.len = SIZE;
	frame.len += 60;
	ok(seen(3, 0), "cut by the snapshot length");
	bytes[12] = 0x88;
	bytes[13] = 0xb5;
	ok(!seen(1, 0) && !seen(2, 0), "what is not IP has no copies");
}

static void
test_cooked(void)
{
	static const uint8_t head[SLL2] = { 8, 0, 0, 0, 0, 0, 0, 9, 0, 1 };

	start();
	datagram();
	memmove(bytes + SLL2, bytes + AT_IP, SIZE - AT_IP);
	memcpy(bytes, head, SLL2);
	frame.linktype = 276;
	frame.caplen = frame.len = SIZE - AT_IP + SLL2;
	ok(!seen(0, 0) && !seen(0, 0), "cooked: one interface");
	bytes[7] = 8;
	ok(seen(0, 0) && seen(0, 0), "another, by the frame's own word");
}

static void
fragment(unsigned int offset, int more)
{
	datagram();
	bytes[FRAGMENT] = more ? 0x20 : 0;
	bytes[FRAGMENT + 1] = (uint8_t)(offset / 8);
	frame.caplen = frame.len = AT_IP + 20 + 16;
	bytes[LENGTH + 1] = 36;
}

static void
test_fragments(void)
{
	int copy;

	start();
	fragment(0, 1);
	ok(!seen(1, 0) && packet.flags & PACKET_HELD, "a fragment");
	ok(seen(2, 0), "its copy");
	fragment(16, 0);
	copy = seen(2, 0);
	ok(!copy && packet.flags & PACKET_REASSEMBLED,
	    "the other one completes it");
	ok(seen(1, 0), "the copy of that");
	is_u64(defrag_stats(defrag)->duplicates, 0, "no duplicate fragment");
	defrag_finish(defrag);
	is_u64(defrag_stats(defrag)->lost, 0, "nothing is begun anew");
}

int
main(void)
{
	struct errbuf e;

	registry = registry_new(&e);
	if (!ok(registry != NULL, "a registry"))
		return done();
	test_counts();
	test_window();
	test_changes();
	test_cooked();
	test_fragments();
	copies_free(copies);
	defrag_free(defrag);
	registry_free(registry);
	return done();
}
