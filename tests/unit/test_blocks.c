/* test_blocks.c: words of blocks, against a map with a byte for each. */
#include <stdlib.h>

#include "dissect/blocks.h"

#include "tap.h"

enum { BLOCKS = DATAGRAM_MAX / BLOCK + 1, ROUNDS = 4000, STEPS = 40 };

static struct map {
	uint8_t have[BLOCKS], run[BLOCKS];
	uint32_t count, reach;
} map;

static unsigned int
below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

static enum blocks_fit
map_compare(uint32_t offset, uint32_t len)
{
	uint32_t first = offset / BLOCK, end = (offset + len + 7) / BLOCK;
	uint32_t there = 0, runs = 0;

	for (uint32_t i = first; i < end; i++) {
		there += map.have[i];
		runs += i > first && map.run[i];
	}
	if (there == 0)
		return BLOCKS_FIT;
	return there == end - first && runs == 0 ? BLOCKS_DUPLICATE :
	    BLOCKS_OVERLAP;
}

static void
map_add(uint32_t offset, uint32_t len)
{
	uint32_t first = offset / BLOCK, end = (offset + len + 7) / BLOCK;

	if (offset != map.reach || map.count == 0)
		map.run[first] = 1;
	memset(map.have + first, 1, end - first);
	map.count += end - first;
	if (map.reach < offset + len)
		map.reach = offset + len;
}

static int
is_zero(const struct blocks *b)
{
	static const struct blocks zero;

	return memcmp(b, &zero, sizeof(zero)) == 0;
}

/* Fragments within so many blocks, short and long, many of them in order. */
static void
test_random(uint32_t span, uint32_t longest)
{
	static struct blocks b;
	unsigned int wrong = 0, dirty = 0, seen[3] = { 0 };

	for (unsigned int round = 0; round < ROUNDS; round++) {
		memset(&map, 0, sizeof(map));
		for (unsigned int i = 0; i < STEPS; i++) {
			uint32_t offset = below(3) > 0 ? below(span) * BLOCK :
			    map.reach / BLOCK * BLOCK;
			uint32_t len = 1 + below(below(2) ? longest : 64);
			enum blocks_fit fit;

			if (offset + len > DATAGRAM_MAX)
				continue;
			fit = blocks_compare(&b, offset, len);
			wrong += fit != map_compare(offset, len);
			seen[fit]++;
			if (fit != BLOCKS_FIT)
				continue;
			blocks_add(&b, offset, len);
			map_add(offset, len);
			wrong += b.count != map.count || b.reach != map.reach;
		}
		blocks_clear(&b);
		dirty += !is_zero(&b);
	}
	is_u64(wrong, 0, "as the map has them");
	is_u64(dirty, 0, "all is zero when cleared");
	ok(seen[0] > 1000 && seen[1] > 1000 && seen[2] > 1000,
	    "and all answers were seen");
}

/* The first and the last bit of words. */
static void
test_edges(void)
{
	static struct blocks b;

	blocks_add(&b, 63 * BLOCK, 2 * BLOCK);
	is_u64(blocks_compare(&b, 63 * BLOCK, 2 * BLOCK), BLOCKS_DUPLICATE,
	    "the last block of a word and the first of the next");
	is_u64(blocks_compare(&b, 0, 63 * BLOCK), BLOCKS_FIT, "all before");
	is_u64(blocks_compare(&b, 0, 64 * BLOCK), BLOCKS_OVERLAP, "one more");
	blocks_add(&b, DATAGRAM_MAX - 7, 7);
	is_u64(blocks_compare(&b, DATAGRAM_MAX - 7, 7), BLOCKS_DUPLICATE,
	    "the last of all");
	is_u64(blocks_compare(&b, 0, DATAGRAM_MAX), BLOCKS_OVERLAP, "all");
	blocks_clear(&b);
	ok(is_zero(&b), "nothing");
	blocks_add(&b, 0, DATAGRAM_MAX);
	is_u64(b.count, BLOCKS, "all blocks at once");
}

int
main(void)
{
	srand(3);
	test_random(100, 200);
	test_random(BLOCKS, 9000);
	test_edges();
	return done();
}
