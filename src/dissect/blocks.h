/*
 * blocks.h: which blocks of a datagram are there, and what runs they came in.
 *
 * Words of bits: a fragment costs what its length asks for, a step for every
 * 512 bytes, however many came before it.
 */
#ifndef SRC_DISSECT_BLOCKS_H
#define SRC_DISSECT_BLOCKS_H

#include <stdint.h>

enum {
	BLOCK		= 8,		/* fragments begin at multiples of it */
	DATAGRAM_MAX	= 65535,
	BLOCKS_WORD	= 64 * BLOCK,	/* bytes that a word tells of */
	BLOCKS_WORDS	= DATAGRAM_MAX / BLOCKS_WORD + 1,
};

/* Begins as zeros. */
struct blocks {
	uint32_t count;			/* of blocks there */
	uint32_t reach;			/* end of the farthest, in bytes */
	uint64_t have[BLOCKS_WORDS];	/* a bit a block */
	uint64_t run[BLOCKS_WORDS];	/* a bit where a run begins */
};

enum blocks_fit { BLOCKS_FIT, BLOCKS_DUPLICATE, BLOCKS_OVERLAP };

/*
 * How a fragment lies to what came before; it is not empty and ends within
 * DATAGRAM_MAX, as in blocks_add().  One that is there in two runs is no
 * duplicate: Linux does not join them, and finds the first only.
 */
enum blocks_fit blocks_compare(const struct blocks *, uint32_t offset,
    uint32_t len);

/* Adds a fragment that fits. */
void blocks_add(struct blocks *, uint32_t offset, uint32_t len);

/* Back to zeros, at the price of what was there. */
void blocks_clear(struct blocks *);

#endif
