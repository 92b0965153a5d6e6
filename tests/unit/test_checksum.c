/* test_checksum.c: the Internet checksum against a naive one, and what is made
 * of right and wrong ones in packets. */
#include <stdlib.h>

#include <sessdump/dissector.h>

#include "tap.h"

enum { LENGTHS = 200, ALIGNMENTS = 16 };

/* RFC 1071 section 4.1, byte by byte. */
static uint16_t
naive(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* A folded sum as a number. */
static uint16_t
folded(uint64_t sum)
{
	uint16_t w = checksum_fold(sum);
	uint8_t b[2];

	memcpy(b, &w, sizeof(b));
	return be16(b);
}

static void
fill(uint8_t *p, size_t n, unsigned int kind)
{
	static uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = kind == 0 ? (uint8_t)(x >> 24) : kind == 1 ? 0xff : 0;
	}
}

/* In memory of exactly its size, so that a sanitizer sees what is read. */
static void
test_vectors(void)
{
	unsigned int wrong = 0, plain = 0, split = 0;

	for (size_t at = 0; at < ALIGNMENTS; at++)
		for (size_t n = 0; n <= LENGTHS; n++)
			for (unsigned int kind = 0; kind < 3; kind++) {
				uint8_t *m = malloc(at + n + 1), *p;
				size_t half = n / 4 * 2;
				uint64_t sum;

				fill(m, at + n + 1, kind);
				p = m + 1 + at;
				sum = checksum_add(0, p, n);
				wrong += folded(sum) != naive(p, n);
				plain += folded(checksum_plain(p, n)) !=
				    naive(p, n);
				sum = checksum_add(0, p, half);
				sum = checksum_add(sum, p + half, n - half);
				split += folded(sum) != naive(p, n);
				free(m);
			}
	is_u64(wrong, 0, "all lengths at all alignments");
	is_u64(plain, 0, "also where the processor has no way of its own");
	is_u64(split, 0, "and in two pieces");
}

static void
test_known(void)
{
	/* RFC 1071 section 3. */
	static const uint8_t rfc[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5,
	    0xf6, 0xf7 };
	uint8_t *large = malloc(1 << 20);

	is_u64(folded(checksum_add(0, rfc, sizeof(rfc))), 0xddf2,
	    "the example of RFC 1071");
	memset(large, 0xff, 1 << 20);
	is_u64(folded(checksum_add(0, large, 1 << 20)), 0xffff,
	    "a megabyte of ones");
	is_u64(folded(checksum_add(UINT64_MAX, large, 32)), 0xffff,
	    "carries out of 64 bits come back");
	free(large);
}

/* --- judging ------------------------------------------------------------- */

static const uint32_t JUDGED = FLOW_CHECKED | FLOW_BAD_CHECKSUM |
    FLOW_OFFLOADED;
static struct frame frame;
static struct packet packet;
static uint8_t segment[64];

/* A datagram of n bytes with the field, a number, at byte 6. */
static uint32_t
judge(unsigned int version, uint32_t n, unsigned int field, unsigned int proto)
{
	uint8_t *copy = malloc(n);
	struct cursor c = { copy, copy + n };
	uint32_t has;

	memcpy(copy, segment, n);
	copy[6] = (uint8_t)(field >> 8);
	copy[7] = (uint8_t)field;
	packet.frame = &frame;
	has = packet.flow.has;
	flow_start(&packet, version, 17, n);
	packet.flow.has |= has;
	memset(&packet.flow.src, 1, version == 4 ? 4 : 16);
	memset(&packet.flow.dst, 2, version == 4 ? 4 : 16);
	flow_checksum(&packet, &c, 6, proto);
	has = packet.flow.has & JUDGED;
	memset(&packet, 0, sizeof(packet));
	free(copy);
	return has;
}

/* The pseudo header's sum, by hand. */
static uint16_t
pseudo(unsigned int version, uint32_t n, unsigned int proto)
{
	uint8_t h[40] = { 0 };
	unsigned int size = version == 4 ? 4 : 16;

	memset(h, 1, size);
	memset(h + size, 2, size);
	h[2 * size + 2] = (uint8_t)(n >> 8);
	h[2 * size + 3] = (uint8_t)n;
	h[2 * size + 7] = (uint8_t)proto;
	return naive(h, 2 * size + 8);
}

/* What the field must hold. */
static unsigned int
right(unsigned int version, uint32_t n, unsigned int proto)
{
	uint32_t sum = naive(segment, n);

	if (proto != 0)
		sum += pseudo(version, n, proto);
	return ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
}

static void
test_judged(unsigned int version)
{
	for (uint32_t n = 39; n <= 40; n++) {
		unsigned int good = right(version, n, 17);

		is_u64(judge(version, n, good, 17), FLOW_CHECKED,
		    n % 2 ? "an odd length, right" : "an even length, right");
		is_u64(judge(version, n, good ^ 1, 17), FLOW_CHECKED |
		    FLOW_BAD_CHECKSUM, "wrong by a bit");
		is_u64(judge(version, n, pseudo(version, n, 17), 17),
		    FLOW_OFFLOADED, "left to the hardware");
		is_u64(judge(version, n, pseudo(version, 0, 17), 17),
		    FLOW_OFFLOADED, "and its segments to cut");
		is_u64(judge(version, n, right(version, n, 0), 0),
		    FLOW_CHECKED, "without a pseudo header");
		is_u64(judge(version, n, pseudo(version, n, 0), 0),
		    FLOW_CHECKED | FLOW_BAD_CHECKSUM, "there nothing is left");
	}
}

static void
test_not_judged(void)
{
	frame.flags = FRAME_NO_CSUM;
	is_u64(judge(4, 40, 1, 17), FLOW_OFFLOADED, "the source knows");
	frame.flags = 0;
	packet.missing = 1;
	is_u64(judge(4, 40, 1, 17), 0, "not captured whole");
	packet.flags = PACKET_LYING_LEN;
	is_u64(judge(4, 40, 1, 17), 0, "a length that lies");
	packet.flags = PACKET_QUOTE;
	is_u64(judge(4, 40, 1, 17), 0, "a quotation");
	packet.flow.has = FLOW_FRAGMENT;
	is_u64(judge(4, 40, 1, 17), 0, "a fragment");
	packet.flow.has = FLOW_REROUTED;
	is_u64(judge(6, 40, 1, 17), 0, "another address");
	packet.flow.has = FLOW_OFFLOADED;
	is_u64(judge(4, 40, 1, 17), FLOW_OFFLOADED, "so says the IP header");
}

/* Somebody has looked before. */
static void
test_found_right(void)
{
	unsigned int good = right(4, 40, 17);
	uint32_t bad = FLOW_CHECKED | FLOW_BAD_CHECKSUM;

	frame.flags = FRAME_CSUM_GOOD;
	is_u64(judge(4, 40, good ^ 1, 17), FLOW_CHECKED, "it is believed");
	packet.ntunnels = 1;
	is_u64(judge(4, 40, good ^ 1, 17), bad, "but not of a tunnel");
	packet.flags = PACKET_REASSEMBLED;
	is_u64(judge(4, 40, good ^ 1, 17), bad, "nor of a whole datagram");
	is_u64(judge(4, 40, 1, 0), bad, "nor of ICMP");
	frame.flags = FRAME_CSUM_GOOD | FRAME_NO_CSUM;
	is_u64(judge(4, 40, good, 17), FLOW_OFFLOADED, "both cannot be");
	frame.flags = 0;
}

int
main(void)
{
	fill(segment, sizeof(segment), 0);
	memset(segment + 6, 0, 2);
	test_vectors();
	test_known();
	test_judged(4);
	test_judged(6);
	test_not_judged();
	test_found_right();
	return done();
}
