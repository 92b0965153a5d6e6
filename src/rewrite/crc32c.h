/*
 * crc32c.h: what a change of some bytes does to a CRC32c, RFC 9260 appendix A.
 *
 * A CRC is linear: that of two texts, one exclusive-or the other, follows from
 * theirs.  So the bytes that did not change need not be there.
 */
#ifndef SRC_REWRITE_CRC32C_H
#define SRC_REWRITE_CRC32C_H

#include <stdint.h>

/* By what the CRC of a text is to be exclusive-ored when n bytes in it, which
 * "behind" others follow, change from one to the other. */
uint32_t crc32c_change(const uint8_t *from, const uint8_t *to, uint32_t n,
    uint32_t behind);

#endif
