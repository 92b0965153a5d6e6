/*
 * mix.h: the step that keyed hashes are made of.
 */
#ifndef SRC_CORE_MIX_H
#define SRC_CORE_MIX_H

#include <stdint.h>

/* Multiplies to 128 bits and folds: every bit of the input reaches all. */
static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
