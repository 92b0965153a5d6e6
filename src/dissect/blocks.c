/* blocks.c: which blocks of a datagram are there, and what runs they came in.
 */
#include <string.h>

#include "dissect/blocks.h"

/* The bits in word w of those from first to before end, which has some. */
static uint64_t
bits_of(uint32_t w, uint32_t first, uint32_t end)
{
	uint64_t bits = UINT64_MAX;

	if (first > w * 64)
		bits <<= first - w * 64;
	if (end < (w + 1) * 64)
		bits &= UINT64_MAX >> ((w + 1) * 64 - end);
	return bits;
}

static uint32_t
block_end(uint32_t bytes)
{
	return (bytes + BLOCK - 1) / BLOCK;
}

enum blocks_fit
blocks_compare(const struct blocks *b, uint32_t offset, uint32_t len)
{
	uint32_t first = offset / BLOCK, end = block_end(offset + len);
	uint64_t there = 0, missing = 0, runs = 0;

	if (offset >= b->reach)
		return BLOCKS_FIT;
	for (uint32_t w = first / 64; w * 64 < end; w++) {
		uint64_t bits = bits_of(w, first, end);

		there |= b->have[w] & bits;
		missing |= ~b->have[w] & bits;
		if (w == first / 64)
			bits &= ~(UINT64_C(1) << first % 64);
		runs |= b->run[w] & bits;
	}
	if (there == 0)
		return BLOCKS_FIT;
	return missing == 0 && runs == 0 ? BLOCKS_DUPLICATE : BLOCKS_OVERLAP;
}

void
blocks_add(struct blocks *b, uint32_t offset, uint32_t len)
{
	uint32_t first = offset / BLOCK, end = block_end(offset + len);

	if (offset != b->reach || b->count == 0)
		b->run[first / 64] |= UINT64_C(1) << first % 64;
	for (uint32_t w = first / 64; w * 64 < end; w++)
		b->have[w] |= bits_of(w, first, end);
	b->count += end - first;
	if (b->reach < offset + len)
		b->reach = offset + len;
}

void
blocks_clear(struct blocks *b)
{
	size_t words = (b->reach + BLOCKS_WORD - 1) / BLOCKS_WORD;

	memset(b->have, 0, words * sizeof(b->have[0]));
	memset(b->run, 0, words * sizeof(b->run[0]));
	b->count = b->reach = 0;
}
