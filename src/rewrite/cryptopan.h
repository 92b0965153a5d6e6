/*
 * cryptopan.h: addresses that stand for others, prefix by prefix.
 *
 * Crypto-PAn: J. Fan, J. Xu, M. H. Ammar, S. B. Moon, "Prefix-preserving IP
 * address anonymization", Computer Networks 46 (2), 2004.  Two addresses whose
 * first n bits are the same, and no more, become two of which that is true,
 * too: whether a bit is inverted follows from those before it, and a key.
 */
#ifndef SRC_REWRITE_CRYPTOPAN_H
#define SRC_REWRITE_CRYPTOPAN_H

#include <stdint.h>

enum { CRYPTOPAN_KEY = 32 };	/* bytes: a key of AES-128, and what the pad
				 * is encrypted from */

struct cryptopan;

/* Is there AES in this build? */
int cryptopan_is_there(void);

/* NULL when memory is short. */
struct cryptopan *cryptopan_new(const uint8_t key[CRYPTOPAN_KEY]);
void cryptopan_free(struct cryptopan *);

/* Changes an address of n bytes, up to 16, but not its first "kept" bits: as
 * published with none kept. */
void cryptopan_map(const struct cryptopan *, uint8_t *, unsigned int n,
    unsigned int kept);

/* A number that follows from 6 bytes and the key. */
void cryptopan_hash(const struct cryptopan *, const uint8_t in[6],
    uint8_t out[6]);

#endif
