/*
 * fmt.h: numbers, addresses and times as text, without the printf family.
 *
 * Each one writes at p, without a terminating NUL, and answers the place
 * behind.  The caller has made room: FMT_... bytes are always enough, and what
 * of them is behind the answer may be overwritten, too, for words are stored
 * whole.
 */
#ifndef SRC_OUTPUT_FMT_H
#define SRC_OUTPUT_FMT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sessdump/packet.h>

enum {
	FMT_U64		= 21,
	FMT_HEX		= 16,
	FMT_MAC		= 18,
	FMT_ADDR	= 45,	/* IPv6 with an IPv4 tail */
	FMT_DATE	= 10,
	FMT_SECOND	= 24,	/* date and clock, and a dot */
	FMT_TIME	= 40,	/* RFC 3339 with nanoseconds, any int64 */
	FMT_SECONDS	= 31,	/* decimal seconds */
	FMT_WORD	= 48,
	FMT_PAD		= 64,	/* spaces that one fmt_pad() writes, */
	FMT_PAD_FEW	= 16,	/* and one fmt_pad_few() */
};

/* A text that is copied whole, so that nobody asks for its length. */
struct fmt_word {
	char text[FMT_WORD - 1];
	uint8_t len;
};

#define WORD(literal) { (literal), sizeof(literal) - 1 }

/* The date of the last time that was formatted: most come on the same day. */
struct fmt_day {
	int64_t start;		/* seconds since 1970, or FMT_NO_DAY */
	char text[16];		/* "2026-01-02T" */
};

#define FMT_NO_DAY	INT64_MIN

/* What stands before the fraction of a second, and is the same for all packets
 * in it.  All zero: there was none yet. */
struct fmt_second {
	int64_t start;		/* ns since 1970 */
	uint32_t span;		/* of it: a second, or 0 */
	uint32_t len;
	char text[FMT_SECOND];
};

/* Two digits of each byte. */
extern const char fmt_hex_pair[256][2];
/* "255.": what an address has of each byte, and how many bits that is. */
extern const char fmt_octet[256][4];
extern const uint8_t fmt_octet_bits[256];
/* "042", and "42" with its length behind: 4 KB each, where a table of four
 * digits would push all else out of the cache. */
extern const char fmt_thousand[1000][4], fmt_small[1000][4];

char *fmt_digits(char *p, uint64_t);	/* fmt_u64(), where numbers are large */
/* Lower-case, at least "digits" of them. */
char *fmt_hex(char *p, uint64_t, unsigned int digits);
char *fmt_ipv6(char *p, const uint8_t *);	/* RFC 5952 */
/* "-1.000000042": nanoseconds as decimal seconds with nine digits. */
char *fmt_seconds(char *p, int64_t ns);
/* "2026-01-02", of days since 1970-01-01. */
char *fmt_date(char *p, int64_t days);
/* The date of a second; "in_day" gets what is left of it, 0 to 86399. */
char *fmt_day(char *p, struct fmt_day *, int64_t s, unsigned int *in_day);
/* "2026-01-02T03:04:05.123456789Z". */
char *fmt_time(char *p, struct fmt_day *, int64_t ns);

static inline int
fmt_is_on(const struct fmt_day *d, int64_t s)
{
	return (uint64_t)s - (uint64_t)d->start < 86400;
}

static inline char *
fmt_bytes(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

/* A literal: as many stores as it has words. */
#define PUT(p, literal) fmt_bytes((p), (literal), sizeof(literal) - 1)

/* A short text of unknown length. */
static inline char *
fmt_str(char *p, const char *s)
{
	while (*s != '\0')
		*p++ = *s++;
	return p;
}

static inline char *
fmt_word(char *p, const struct fmt_word *w)
{
	memcpy(p, w, sizeof(*w));
	return p + w->len;
}

/* fmt_bytes() of a few bytes, without a call: as words that overlap. */
static inline char *
fmt_few(char *p, const char *s, size_t n)
{
	if (n >= 8) {
		memcpy(p, s, 8);
		for (size_t i = 8; i + 8 < n; i += 8)
			memcpy(p + i, s + i, 8);
		memcpy(p + n - 8, s + n - 8, 8);
	} else if (n >= 4) {
		memcpy(p, s, 4);
		memcpy(p + n - 4, s + n - 4, 4);
	} else if (n >= 2) {
		memcpy(p, s, 2);
		memcpy(p + n - 2, s + n - 2, 2);
	} else if (n > 0) {
		*p = *s;
	}
	return p + n;
}

/* Spaces, until what begins at "from" is as wide as "column", which is at most
 * so many wider than what is there: they are written in any case. */
static inline char *
fmt_spaces(char *p, const char *from, size_t column, size_t most)
{
	size_t width = (size_t)(p - from);

	memset(p, ' ', most);
	return width < column ? p + (column - width) : p;
}

static inline char *
fmt_pad(char *p, const char *from, size_t column)
{
	return fmt_spaces(p, from, column, FMT_PAD);
}

static inline char *
fmt_pad_few(char *p, const char *from, size_t column)
{
	return fmt_spaces(p, from, column, FMT_PAD_FEW);
}

/* Eight characters, the first in the lowest byte. */
static inline void
fmt_store8(char *p, uint64_t text)
{
	text = htole64(text);
	memcpy(p, &text, sizeof(text));
}

/* "02:00:5e" in one store. */
static inline char *
fmt_half_mac(char *p, const uint8_t *m)
{
	fmt_store8(p, le16((const uint8_t *)fmt_hex_pair[m[0]]) |
	    (uint64_t)le16((const uint8_t *)fmt_hex_pair[m[1]]) << 24 |
	    (uint64_t)le16((const uint8_t *)fmt_hex_pair[m[2]]) << 48 |
	    UINT64_C(0x00003a00003a0000));
	return p + 8;
}

static inline char *
fmt_mac(char *p, const uint8_t *m)
{
	p = fmt_half_mac(p, m);
	*p++ = ':';
	return fmt_half_mac(p, m + 3);
}

/* "192.168." in one store: a byte at a time costs twice as much. */
static inline char *
fmt_octets(char *p, unsigned int v, unsigned int w)
{
	unsigned int bits = fmt_octet_bits[v];

	fmt_store8(p, le32((const uint8_t *)fmt_octet[v]) |
	    (uint64_t)le32((const uint8_t *)fmt_octet[w]) << bits);
	return p + (bits + fmt_octet_bits[w]) / 8;
}

static inline char *
fmt_ipv4(char *p, const uint8_t *a)
{
	p = fmt_octets(p, a[0], a[1]);
	return fmt_octets(p, a[2], a[3]) - 1;
}

/* Three digits, with zeros before them, six, and nine. */
static inline char *
fmt_3(char *p, uint64_t v)
{
	memcpy(p, fmt_thousand[v], 4);
	return p + 3;
}

static inline char *
fmt_6(char *p, uint32_t v)
{
	uint32_t k = v / 1000;

	return fmt_3(fmt_3(p, k), v - k * 1000);
}

static inline char *
fmt_9(char *p, uint32_t v)
{
	uint32_t m = v / 1000000;

	return fmt_6(fmt_3(p, m), v - m * 1000000);
}

/* Three without zeros before them. */
static inline char *
fmt_below_1000(char *p, uint64_t v)
{
	memcpy(p, fmt_small[v], 4);
	return p + fmt_small[v][3];
}

/* Of 1000 <= v < 1000000. */
static inline char *
fmt_below_million(char *p, uint32_t v)
{
	uint32_t k = v / 1000;

	return fmt_3(fmt_below_1000(p, k), v - k * 1000);
}

/* Without a call. */
static inline char *
fmt_u32(char *p, uint32_t v)
{
	uint32_t m;

	if (v < 1000)
		return fmt_below_1000(p, v);
	if (v < 1000000)
		return fmt_below_million(p, v);
	m = v / 1000000;
	p = m < 1000 ? fmt_below_1000(p, m) : fmt_below_million(p, m);
	return fmt_6(p, v - m * 1000000);
}

static inline char *
fmt_u64(char *p, uint64_t v)
{
	return v < 1000 ? fmt_below_1000(p, v) : fmt_digits(p, v);
}

/* By ip_version; "?" for anything but 4 and 6. */
static inline char *
fmt_addr(char *p, const union addr *a, unsigned int ip_version)
{
	if (ip_version == 4)
		return fmt_ipv4(p, a->b);
	if (ip_version == 6)
		return fmt_ipv6(p, a->b);
	*p++ = '?';
	return p;
}

/* Two digits of a byte. */
static inline char *
fmt_hex2(char *p, uint8_t v)
{
	memcpy(p, fmt_hex_pair[v], 2);
	return p + 2;
}

/* 3, 6 or 9 digits of the fraction of a second, and a byte behind. */
static inline char *
fmt_fraction(char *p, uint32_t ns, unsigned int digits)
{
	return digits == 9 ? fmt_9(p, ns) : digits == 6 ?
	    fmt_6(p, ns / 1000) : fmt_3(p, ns / 1000000);
}

/* "HH:MM:SS", of less than 100 hours. */
static inline char *
fmt_clock(char *p, unsigned int s)
{
	uint64_t x = s / 3600 | (uint64_t)(s / 60 % 60) << 24 |
	    (uint64_t)(s % 60) << 48, q;

	q = (x * 103 >> 10) & UINT64_C(0x000f00000f00000f);
	fmt_store8(p, (q | (x - q * 10) << 8) + UINT64_C(0x30303a30303a3030));
	return p + 8;
}

/* Exactly two decimal digits. */
static inline char *
fmt_2(char *p, unsigned int v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

/* Is it the same second as the last time?  "rest" gets the nanoseconds. */
static inline int
fmt_second_is(const struct fmt_second *s, int64_t ns, uint32_t *rest)
{
	uint64_t since = (uint64_t)ns - (uint64_t)s->start;

	*rest = (uint32_t)since;
	return since < s->span;
}

/* From its start, in ns, to "end", which is behind its text. */
static inline void
fmt_second_set(struct fmt_second *s, int64_t start, const char *end)
{
	s->start = start;
	s->span = 1000000000;
	s->len = (uint32_t)(end - s->text);
}

static inline char *
fmt_second(char *p, const struct fmt_second *s)
{
	memcpy(p, s->text, FMT_SECOND);
	return p + s->len;
}

/* Days since 1970-01-01 to a civil date, proleptic Gregorian calendar. */
void fmt_civil(int64_t days, int64_t *year, unsigned int *month,
    unsigned int *day);

/* Whole seconds, rounded down, and what is left: 0 to 999999999 ns. */
static inline int64_t
fmt_split(int64_t ns, uint32_t *rest)
{
	int64_t s = ns / 1000000000, r = ns % 1000000000;

	if (r < 0) {
		s--;
		r += 1000000000;
	}
	*rest = (uint32_t)r;
	return s;
}

#endif
