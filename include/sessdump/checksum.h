/*
 * checksum.h: the Internet checksum, RFC 1071, and what it is taken of.
 *
 * A sum is one's complement addition of 16-bit words as they stand in memory,
 * so it means the same in either byte order (RFC 1071 section 2 (B)); it is
 * kept in 64 bits, end-around carry included, until it is folded.
 *
 * Much of what looks wrong is not: a checksum that the sender leaves to its
 * hardware is not there yet when the sender captures.  A false alarm is worse
 * than none, so what is in doubt is not judged.
 */
#ifndef SESSDUMP_CHECKSUM_H
#define SESSDUMP_CHECKSUM_H

#include <string.h>

#include <sessdump/cursor.h>
#include <sessdump/packet.h>
#include <sessdump/wire.h>

static inline uint64_t
checksum_carry(uint64_t sum, uint64_t more)
{
	sum += more;
	return sum + (sum < more);
}

/* A number of 16 bits as it stands on the wire. */
static inline uint64_t
checksum_word(unsigned int n)
{
	const uint8_t b[2] = { (uint8_t)(n >> 8), (uint8_t)n };
	uint16_t w;

	memcpy(&w, b, sizeof(w));
	return w;
}

/* Sixteen bytes as two numbers. */
typedef uint64_t checksum_pair __attribute__((vector_size(16)));

static inline checksum_pair
checksum_load(const uint8_t *p)
{
	checksum_pair w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/*
 * The sum of n bytes, a multiple of 32, which may be many.  Of each eight bytes
 * the upper four are added up by themselves; the sum of all, as far as 64 bits
 * hold it, then tells that of the lower four, and no carry is looked at.
 */
static inline uint64_t
checksum_blocks(const uint8_t *p, size_t n)
{
	checksum_pair all = { 0, 0 }, upper = { 0, 0 }, w;

	for (; n > 0; p += 32, n -= 32) {
		all += w = checksum_load(p);
		upper += w >> 32;
		all += w = checksum_load(p + 16);
		upper += w >> 32;
	}
	all += upper - (upper << 32);
	return all[0] + all[1];
}

/*
 * The sum of n bytes and of what was summed before.  Of several pieces all but
 * the last must be of even length.
 */
static inline uint64_t
checksum_add(uint64_t sum, const uint8_t *p, size_t n)
{
	size_t blocks = n & ~(size_t)31;
	uint64_t more = 0, w8;
	uint32_t w4;
	uint16_t w2;

	if (blocks > 0) {
		more = checksum_blocks(p, blocks);
		p += blocks;
	}
	for (n &= 31; n >= 8; p += 8, n -= 8) {
		memcpy(&w8, p, sizeof(w8));
		more += (w8 >> 32) + (w8 & UINT32_MAX);
	}
	if (n & 4) {
		memcpy(&w4, p, sizeof(w4));
		more += w4;
		p += sizeof(w4);
	}
	if (n & 2) {
		memcpy(&w2, p, sizeof(w2));
		more += w2;
		p += sizeof(w2);
	}
	if (n & 1)
		more += checksum_word(*p * 256U);
	return checksum_carry(sum, more);
}

/* The sum as the 16 bits that stand in a field, not inverted. */
static inline uint16_t
checksum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

/* Is it the sum of bytes that hold their own, right checksum: all ones when it
 * is folded? */
static inline int
checksum_is_right(uint64_t sum)
{
	return sum != 0 && sum % 0xffff == 0;
}

/* The pseudo header of len bytes of a transport: RFC 9293 section 3.1, RFC 8200
 * section 8.1. */
static inline uint64_t
checksum_pseudo(const struct flow *f, unsigned int protocol, uint32_t len)
{
	uint64_t sum = checksum_word(protocol) + checksum_word(len >> 16) +
	    checksum_word(len & 0xffff);

	if (f->ip_version == 4)
		return sum + f->src.u4 + f->dst.u4;
	sum = checksum_carry(sum, f->src.w[0]);
	sum = checksum_carry(sum, f->src.w[1]);
	sum = checksum_carry(sum, f->dst.w[0]);
	return checksum_carry(sum, f->dst.w[1]);
}

/*
 * Is a wrong field what a sender leaves there for its hardware: the sum of the
 * pseudo header, which where the hardware cuts segments is without a length?
 */
static inline int
checksum_is_partial(const struct flow *f, unsigned int protocol, uint32_t len,
    const uint8_t *field)
{
	uint16_t is;

	memcpy(&is, field, sizeof(is));
	return is == checksum_fold(checksum_pseudo(f, protocol, len)) ||
	    is == checksum_fold(checksum_pseudo(f, protocol, 0));
}

/* Is there no need to look?  It is left to the hardware, or was found right:
 * the first in the frame, which need not be the datagram's, nor a tunnel's. */
static inline int
checksum_is_told(struct packet *p, unsigned int protocol)
{
	if (p->frame->flags & FRAME_NO_CSUM) {
		p->flow.has |= FLOW_OFFLOADED;
		return 1;
	}
	if (p->ntunnels > 0 || p->flags & PACKET_REASSEMBLED || protocol == 0)
		return 0;
	p->flow.has |= FLOW_CHECKED;
	return 1;
}

/*
 * Judges a transport's checksum: c is the header and all behind it, the field
 * stands "at" bytes into it, and protocol is the pseudo header's, 0 when there
 * is none.  The answer are bits of flow.has.
 *
 * Nothing is said of what was not captured whole, nor of a quotation, which
 * may have been changed on its way.
 */
static inline void
flow_checksum(struct packet *p, const struct cursor *c, size_t at,
    unsigned int protocol)
{
	struct flow *f = &p->flow;
	uint32_t len = (uint32_t)cursor_left(c);
	uint64_t sum;

	if (p->missing > 0 || p->flags & (PACKET_LYING_LEN | PACKET_QUOTE) ||
	    f->has & (FLOW_FRAGMENT | FLOW_REROUTED))
		return;
	if (p->frame->flags & (FRAME_NO_CSUM | FRAME_CSUM_GOOD) &&
	    checksum_is_told(p, protocol))
		return;
	sum = protocol == 0 ? 0 : checksum_pseudo(f, protocol, len);
	if (checksum_is_right(checksum_add(sum, c->p, len)))
		f->has |= FLOW_CHECKED;
	else if (f->has & FLOW_OFFLOADED || (protocol != 0 &&
	    checksum_is_partial(f, protocol, len, c->p + at)))
		f->has |= FLOW_OFFLOADED;
	else
		f->has |= FLOW_CHECKED | FLOW_BAD_CHECKSUM;
}

#endif
