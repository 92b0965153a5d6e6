/*
 * tcpoption.h: the options of a TCP header.
 */
#ifndef SESSDUMP_TCPOPTION_H
#define SESSDUMP_TCPOPTION_H

#include <sessdump/cursor.h>
#include <sessdump/packet.h>
#include <sessdump/wire.h>

/* Kinds, as IANA numbers them. */
enum {
	TCP_OPTION_END	= 0,
	TCP_OPTION_NOP	= 1,
	TCP_OPTION_MSS	= 2,
	TCP_OPTION_SCALE = 3,
	TCP_OPTION_SACK_OK = 4,
	TCP_OPTION_SACK	= 5,
	TCP_OPTION_TIMES = 8,
	TCP_OPTION_FAST_OPEN = 34,
	TCP_OPTION_COUNT,

	TCP_OPTION_EXPERIMENT = 254,		/* RFC 6994 */
	TCP_EXPERIMENT_FAST_OPEN = 0xf989,

	TCP_MAX_SHIFT	= 14,			/* RFC 7323 section 2.3 */
	TCP_SACK_BLOCK	= 8,			/* two numbers, RFC 2018 */
	TCP_TIMES_ALIGNED = 12,			/* RFC 7323 appendix A: */
	TCP_TIMES_PREFIX = 0x0101080a,		/* NOP NOP TIMESTAMPS */

	TCP_SYN_ALIGNED	= 20,			/* as Linux has them: */
	TCP_SYN_MSS	= 0x0204,		/* MSS */
	TCP_SYN_TIMES	= 0x0402080a,		/* SACK_OK TIMESTAMPS */
	TCP_SYN_SCALE	= 0x010303,		/* NOP SCALE */
};

/* The lengths that an option may have, and how it is noted; without a name it
 * is not known. */
static const struct tcp_option {
	uint8_t min, max, has;
	const char *name;
} tcp_option[TCP_OPTION_COUNT] = {
	[TCP_OPTION_MSS] = { 4, 4, TCP_HAS_MSS, "mss" },
	[TCP_OPTION_SCALE] = { 3, 3, TCP_HAS_WINDOW_SCALE, "window_scale" },
	[TCP_OPTION_SACK_OK] = { 2, 2, TCP_HAS_SACK_PERMITTED,
	    "sack_permitted" },
	[TCP_OPTION_SACK] = { 10, 34, TCP_HAS_SACK, "sack" },
	[TCP_OPTION_TIMES] = { 10, 10, TCP_HAS_TIMESTAMPS, "timestamps" },
	[19] = { 18, 18, 0, "md5" },			/* RFC 2385 */
	[28] = { 4, 4, 0, "user_timeout" },		/* RFC 5482 */
	[29] = { 4, 40, 0, "ao" },			/* RFC 5925 */
	[30] = { 3, 40, 0, "mptcp" },			/* RFC 8684 */
	[TCP_OPTION_FAST_OPEN] = { 2, 18, TCP_HAS_FAST_OPEN, "fast_open" },
};

/* The next option; NULL at the end, and where a length cannot be (*bad). */
static inline const uint8_t *
tcp_option_next(struct cursor *c, unsigned int *len, int *bad)
{
	size_t left = cursor_left(c);
	const uint8_t *o;

	for (o = c->p; left > 0 && o[0] == TCP_OPTION_NOP; o++)
		left--;
	if (left == 0 || o[0] == TCP_OPTION_END)
		return NULL;
	*bad = left < 2 || o[1] < 2 || o[1] > left;
	if (*bad)
		return NULL;
	*len = o[1];
	c->p = o + *len;
	return o;
}

static inline void
tcp_option_sack(struct flow *f, const uint8_t *o, unsigned int len)
{
	unsigned int n = (len - 2) / TCP_SACK_BLOCK;

	f->tcp.sacks = (uint8_t)n;
	for (unsigned int i = 0; i < n && i < 2; i++) {
		f->tcp.sack[i][0] = be32(o + 2 + i * TCP_SACK_BLOCK);
		f->tcp.sack[i][1] = be32(o + 6 + i * TCP_SACK_BLOCK);
	}
}

/* The shift that a window scale stands for. */
static inline uint8_t
tcp_option_shift(uint8_t scale)
{
	return scale < TCP_MAX_SHIFT ? scale : TCP_MAX_SHIFT;
}

/* Notes an option; what flow.tcp.options has to say of it. */
static inline unsigned int
tcp_option_note(struct flow *f, const uint8_t *o, unsigned int len)
{
	unsigned int kind = o[0];
	const struct tcp_option *known;

	if (kind >= TCP_OPTION_COUNT)
		return kind == TCP_OPTION_EXPERIMENT && len >= 4 &&
		    be16(o + 2) == TCP_EXPERIMENT_FAST_OPEN ?
		    TCP_HAS_FAST_OPEN : 0;
	known = &tcp_option[kind];
	if (len < known->min || len > known->max)
		return known->name != NULL ? TCP_BAD_OPTIONS : 0;
	if (kind == TCP_OPTION_MSS)
		f->tcp.mss = be16(o + 2);
	else if (kind == TCP_OPTION_SCALE)
		f->tcp.window_scale = tcp_option_shift(o[2]);
	else if (kind == TCP_OPTION_SACK)
		tcp_option_sack(f, o, len);
	else if (kind == TCP_OPTION_TIMES) {
		f->tcp.tsval = be32(o + 2);
		f->tcp.tsecr = be32(o + 6);
	}
	return known->has;
}

/* Those of most SYNs, at one go: what the loop would have noted.  0: they are
 * others. */
static inline int
tcp_options_of_syn(struct flow *f, const uint8_t *o, size_t n)
{
	uint32_t mss, scale;

	if (n != TCP_SYN_ALIGNED)
		return 0;
	mss = be32(o);
	scale = be32(o + 16);
	if (mss >> 16 != TCP_SYN_MSS || be32(o + 4) != TCP_SYN_TIMES ||
	    scale >> 8 != TCP_SYN_SCALE)
		return 0;
	f->tcp.options = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED |
	    TCP_HAS_TIMESTAMPS | TCP_HAS_WINDOW_SCALE;
	f->tcp.mss = (uint16_t)mss;
	f->tcp.tsval = be32(o + 8);
	f->tcp.tsecr = be32(o + 12);
	f->tcp.window_scale = tcp_option_shift((uint8_t)scale);
	return 1;
}

__attribute__((noinline, unused)) static void
tcp_options_walk(struct flow *f, struct cursor c)
{
	unsigned int len, has = 0;
	const uint8_t *o;
	int bad = 0;

	if (tcp_options_of_syn(f, c.p, cursor_left(&c)))
		return;
	while ((o = tcp_option_next(&c, &len, &bad)) != NULL)
		has |= tcp_option_note(f, o, len);
	f->tcp.options = (uint8_t)(has | (bad ? TCP_BAD_OPTIONS : 0));
}

/* Notes those in n bytes, where none was noted before; mostly they are
 * timestamps. */
static inline void
tcp_options_note(struct flow *f, const uint8_t *o, size_t n)
{
	if (n != TCP_TIMES_ALIGNED || be32(o) != TCP_TIMES_PREFIX) {
		tcp_options_walk(f, (struct cursor){ o, o + n });
		return;
	}
	f->tcp.options = TCP_HAS_TIMESTAMPS;
	f->tcp.tsval = be32(o + 4);
	f->tcp.tsecr = be32(o + 8);
}

#endif
