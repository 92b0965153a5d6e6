/*
 * fmt.h: numbers, addresses and times as text, without the printf family.
 *
 * Each one writes at p, without a terminating NUL, and answers the place
 * behind.  The caller has made room: FMT_... bytes are always enough.
 */
#ifndef SRC_OUTPUT_FMT_H
#define SRC_OUTPUT_FMT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sessdump/packet.h>

enum {
	FMT_U64		= 20,
	FMT_HEX		= 16,
	FMT_MAC		= 17,
	FMT_ADDR	= 45,	/* IPv6 with an IPv4 tail */
	FMT_TIME	= 40,	/* RFC 3339 with nanoseconds, any int64 */
	FMT_SECONDS	= 31,	/* decimal seconds */
};

char *fmt_u64(char *p, uint64_t);
/* Lower-case, at least "digits" of them. */
char *fmt_hex(char *p, uint64_t, unsigned int digits);
char *fmt_mac(char *p, const uint8_t *);
char *fmt_ipv4(char *p, const uint8_t *);
char *fmt_ipv6(char *p, const uint8_t *);	/* RFC 5952 */
/* By ip_version; "?" for anything but 4 and 6. */
char *fmt_addr(char *p, const union addr *, unsigned int ip_version);
/* n digits of the fraction of a second, 1 to 9. */
char *fmt_fraction(char *p, uint32_t ns, unsigned int digits);
/* "-1.000000042": nanoseconds as decimal seconds with nine digits. */
char *fmt_seconds(char *p, int64_t ns);
/* "2026-01-02T03:04:05.123456789Z". */
char *fmt_time(char *p, int64_t ns);

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

/* Exactly two decimal digits. */
static inline char *
fmt_2(char *p, unsigned int v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

static inline char *
fmt_bytes(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

#endif
