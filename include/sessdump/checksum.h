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
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (n & 0xff) << 8 | (n >> 8 & 0xff);
#else
	return n & 0xffff;
#endif
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

#ifdef __x86_64__
/*
 * The same of any n from 32 on, with vectors of 32 bytes.  The end is read once
 * more with the 32 bytes that it is the last of, of which the others count as
 * zero; but by whole words, for which an odd byte stands aside.
 */
__attribute__((target("avx2"))) static inline uint64_t
checksum_avx2(const uint8_t *p, size_t n)
{
	static const uint8_t mask[64] = {
		[32] = 255, 255, 255, 255, 255, 255, 255, 255,
		[40] = 255, 255, 255, 255, 255, 255, 255, 255,
		[48] = 255, 255, 255, 255, 255, 255, 255, 255,
		[56] = 255, 255, 255, 255, 255, 255, 255, 255,
	};
	typedef uint64_t quad __attribute__((vector_size(32)));
	uint64_t odd = n & 1 ? p[n - 1] : 0;
	quad all = { 0, 0, 0, 0 }, upper = { 0, 0, 0, 0 }, w, m;

	for (n &= ~(size_t)1; n >= 64; p += 64, n -= 64) {
		memcpy(&w, p, sizeof(w));
		all += w;
		upper += w >> 32;
		memcpy(&w, p + 32, sizeof(w));
		all += w;
		upper += w >> 32;
	}
	if (n >= 32) {
		memcpy(&w, p, sizeof(w));
		all += w;
		upper += w >> 32;
		p += 32;
		n -= 32;
	}
	if (n > 0) {
		memcpy(&w, p + n - 32, sizeof(w));
		memcpy(&m, mask + n, sizeof(m));
		all += w &= m;
		upper += w >> 32;
	}
	all += upper - (upper << 32);
	return odd + all[0] + all[1] + all[2] + all[3];
}
#endif

/* Fewer bytes than 32. */
static inline uint64_t
checksum_few(const uint8_t *p, size_t n)
{
	uint64_t sum = 0, w8;
	uint32_t w4;
	uint16_t w2;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w8, p, sizeof(w8));
		sum = checksum_carry(sum, w8);
	}
	if (n & 4) {
		memcpy(&w4, p, sizeof(w4));
		sum = checksum_carry(sum, w4);
		p += sizeof(w4);
	}
	if (n & 2) {
		memcpy(&w2, p, sizeof(w2));
		sum = checksum_carry(sum, w2);
		p += sizeof(w2);
	}
	if (n & 1)
		sum = checksum_carry(sum, checksum_word(*p * 256U));
	return sum;
}

/* Any number of bytes. */
static inline uint64_t
checksum_plain(const uint8_t *p, size_t n)
{
	size_t blocks = n & ~(size_t)31;

	return checksum_carry(checksum_blocks(p, blocks),
	    checksum_few(p + blocks, n - blocks));
}

/* From 32 on, in the way of this processor. */
__attribute__((noinline, unused)) static uint64_t
checksum_many(const uint8_t *p, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		return checksum_avx2(p, n);
#endif
	return checksum_plain(p, n);
}

/*
 * The sum of n bytes and of what was summed before.  Of several pieces all but
 * the last must be of even length.
 */
static inline uint64_t
checksum_add(uint64_t sum, const uint8_t *p, size_t n)
{
	return checksum_carry(sum, n < 32 ? checksum_few(p, n) :
	    checksum_many(p, n));
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

/* May the transport's checksum be judged by its sum?  Nothing is said of what
 * was not captured whole, nor of a quotation, which may have been changed on
 * its way. */
static inline int
checksum_is_judged(struct packet *p, unsigned int protocol)
{
	if (p->missing > 0 || p->flags & (PACKET_LYING_LEN | PACKET_QUOTE) ||
	    p->flow.has & (FLOW_FRAGMENT | FLOW_REROUTED))
		return 0;
	return !(p->frame->flags & (FRAME_NO_CSUM | FRAME_CSUM_GOOD)) ||
	    !checksum_is_told(p, protocol);
}

/* It is not right: is it wrong? */
__attribute__((cold)) static inline void
flow_doubt(struct flow *f, unsigned int protocol, uint32_t len,
    const uint8_t *field)
{
	if (f->has & FLOW_OFFLOADED || (protocol != 0 &&
	    checksum_is_partial(f, protocol, len, field)))
		f->has |= FLOW_OFFLOADED;
	else
		f->has |= FLOW_CHECKED | FLOW_BAD_CHECKSUM;
}

/* By the sum of len bytes and their pseudo header; see flow_checksum(). */
static inline void
flow_judge(struct flow *f, uint64_t sum, unsigned int protocol, uint32_t len,
    const uint8_t *field)
{
	if (checksum_is_right(sum))
		f->has |= FLOW_CHECKED;
	else
		flow_doubt(f, protocol, len, field);
}

/*
 * Judges a transport's checksum: c is the header and all behind it, the field
 * stands "at" bytes into it, and protocol is the pseudo header's, 0 when there
 * is none.  The answer are bits of flow.has.
 */
static inline void
flow_checksum(struct packet *p, const struct cursor *c, size_t at,
    unsigned int protocol)
{
	uint32_t len = (uint32_t)cursor_left(c);
	uint64_t sum;

	if (!checksum_is_judged(p, protocol))
		return;
	sum = protocol == 0 ? 0 : checksum_pseudo(&p->flow, protocol, len);
	flow_judge(&p->flow, checksum_add(sum, c->p, len), protocol, len,
	    c->p + at);
}

#endif
