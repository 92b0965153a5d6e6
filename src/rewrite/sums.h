/*
 * sums.h: the checksums of a frame, while it changes.
 *
 * A frame has several, one in the other: what a tunnel carries has its own, and
 * is part of what the datagram around it has summed up.  Each is announced
 * before anything that it covers is changed, outer ones first; each change is
 * told to all; at the end they are mended, inner ones first, which is a change
 * to those around them.
 */
#ifndef SRC_REWRITE_SUMS_H
#define SRC_REWRITE_SUMS_H

#include <stdint.h>

#include <sessdump/checksum.h>

enum { SUMS_MAX = 2 * PACKET_LAYERS };	/* a layer has two at most */

enum sum_kind {
	SUM_INTERNET,		/* RFC 1071 */
	SUM_PSEUDO,		/* of the pseudo header alone, not inverted: the
				 * rest was left to the hardware */
	SUM_CRC32C,		/* RFC 9260: of all but the field, low byte
				 * first */
};

/* Places are bytes from the start of the frame. */
struct sum {
	uint32_t start, end;	/* what it covers, captured or not */
	uint32_t field;
	uint8_t kind;
	uint8_t never_zero;	/* a sum of 0 is written as all ones */
	uint8_t fill;		/* it is "was", and not yet in its field */
	uint16_t was;		/* what it would be before any change */
	int64_t pseudo;		/* by how much the pseudo header has grown */
	int64_t grown;		/* and what it covers */
	uint32_t crc;
};

struct sums {
	uint8_t *data;		/* of the frame */
	uint32_t caplen;
	unsigned int n;
	uint8_t changed;	/* the frame did */
	struct sum sum[SUMS_MAX];
};

void sums_start(struct sums *, uint8_t *data, uint32_t caplen);

/* Announces one; the field must have been captured.  NULL when there are too
 * many, which the layers of a packet cannot have. */
struct sum *sums_add(struct sums *, const struct sum *);

/* A sum of checksum.h as the number that a field has. */
static inline uint16_t
sums_number(uint64_t sum)
{
	const uint16_t folded = checksum_fold(sum);
	uint8_t b[2];

	memcpy(b, &folded, sizeof(b));
	return be16(b);
}

/* By how much the sum of n bytes grows, of which the first is at an even place
 * of what is summed up. */
int64_t sums_growth(const uint8_t *from, const uint8_t *to, uint32_t n);

/* Writes n bytes at a place that was captured. */
void sums_put(struct sums *, uint32_t at, const uint8_t *bytes, uint32_t n);

/* Mends them all.  1 when one was filled in that had been left to the
 * hardware. */
int sums_finish(struct sums *);

#endif
