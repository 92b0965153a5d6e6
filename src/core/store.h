/*
 * store.h: integers in network byte order, at any alignment: what
 * <sessdump/wire.h> reads, written.
 */
#ifndef SRC_CORE_STORE_H
#define SRC_CORE_STORE_H

#include <stdint.h>

static inline void
store_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
store_be32(uint8_t *p, uint32_t v)
{
	store_be16(p, v >> 16);
	store_be16(p + 2, v);
}

#endif
