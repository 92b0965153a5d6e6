/* fmt.c: numbers, addresses and times as text, without the printf family. */
#include <sessdump/wire.h>

#include "output/fmt.h"

#define HEX16(d) d "0", d "1", d "2", d "3", d "4", d "5", d "6", d "7", \
	d "8", d "9", d "a", d "b", d "c", d "d", d "e", d "f"
#define OCTET10(d) d "0.", d "1.", d "2.", d "3.", d "4.", d "5.", d "6.", \
	d "7.", d "8.", d "9."

#define DIGIT10(d, z) d "0" z, d "1" z, d "2" z, d "3" z, d "4" z, d "5" z, \
	d "6" z, d "7" z, d "8" z, d "9" z
#define DIGIT100(d, z) DIGIT10(d "0", z), DIGIT10(d "1", z), \
	DIGIT10(d "2", z), DIGIT10(d "3", z), DIGIT10(d "4", z), \
	DIGIT10(d "5", z), DIGIT10(d "6", z), DIGIT10(d "7", z), \
	DIGIT10(d "8", z), DIGIT10(d "9", z)
#define TIMES10(n) n, n, n, n, n, n, n, n, n, n

const char fmt_hex_pair[256][2] = {
	HEX16("0"), HEX16("1"), HEX16("2"), HEX16("3"), HEX16("4"),
	HEX16("5"), HEX16("6"), HEX16("7"), HEX16("8"), HEX16("9"),
	HEX16("a"), HEX16("b"), HEX16("c"), HEX16("d"), HEX16("e"),
	HEX16("f"),
};

const char fmt_octet[256][4] = {
	OCTET10(""), OCTET10("1"), OCTET10("2"), OCTET10("3"), OCTET10("4"),
	OCTET10("5"), OCTET10("6"), OCTET10("7"), OCTET10("8"), OCTET10("9"),
	OCTET10("10"), OCTET10("11"), OCTET10("12"), OCTET10("13"),
	OCTET10("14"), OCTET10("15"), OCTET10("16"), OCTET10("17"),
	OCTET10("18"), OCTET10("19"), OCTET10("20"), OCTET10("21"),
	OCTET10("22"), OCTET10("23"), OCTET10("24"),
	"250.", "251.", "252.", "253.", "254.", "255.",
};

const uint8_t fmt_octet_bits[256] = {
	TIMES10(16), TIMES10(24), TIMES10(24), TIMES10(24), TIMES10(24),
	TIMES10(24), TIMES10(24), TIMES10(24), TIMES10(24), TIMES10(24),
	TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32),
	TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32),
	TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32), TIMES10(32),
	32, 32, 32, 32, 32, 32,
};

const char fmt_thousand[1000][4] = {
	DIGIT100("0", ""), DIGIT100("1", ""), DIGIT100("2", ""),
	DIGIT100("3", ""), DIGIT100("4", ""), DIGIT100("5", ""),
	DIGIT100("6", ""), DIGIT100("7", ""), DIGIT100("8", ""),
	DIGIT100("9", ""),
};

const char fmt_small[1000][4] = {
	DIGIT10("", "\0\0\1"), DIGIT10("1", "\0\2"), DIGIT10("2", "\0\2"),
	DIGIT10("3", "\0\2"), DIGIT10("4", "\0\2"), DIGIT10("5", "\0\2"),
	DIGIT10("6", "\0\2"), DIGIT10("7", "\0\2"), DIGIT10("8", "\0\2"),
	DIGIT10("9", "\0\2"),
	DIGIT100("1", "\3"), DIGIT100("2", "\3"), DIGIT100("3", "\3"),
	DIGIT100("4", "\3"), DIGIT100("5", "\3"), DIGIT100("6", "\3"),
	DIGIT100("7", "\3"), DIGIT100("8", "\3"), DIGIT100("9", "\3"),
};

char *
fmt_digits(char *p, uint64_t v)
{
	uint64_t m;

	if (v < 1000000)
		return fmt_below_million(p, (uint32_t)v);
	m = v / 1000000;
	return fmt_6(fmt_u64(p, m), (uint32_t)(v - m * 1000000));
}

char *
fmt_hex(char *p, uint64_t v, unsigned int digits)
{
	unsigned int n = digits > 1 ? digits : 1;

	while (n < 16 && v >> (4 * n) != 0)
		n++;
	while (n-- > 0)
		*p++ = fmt_hex_pair[v >> (4 * n) & 0xf][1];
	return p;
}

/* Bit i: the i-th of four groups is zero. */
static unsigned int
zero_groups(uint64_t w)
{
	uint64_t low = UINT64_C(0x7fff7fff7fff7fff);
	uint64_t zero = ~(((w & low) + low) | w) & ~low;

	/* The first group stands at the top. */
	return (unsigned int)(zero >> 63 | (zero >> 47 & 1) << 1 |
	    (zero >> 31 & 1) << 2 | (zero >> 15 & 1) << 3);
}

/* The longest run of zero groups, at least two, leftmost (RFC 5952 section
 * 4.2): where it begins, 8 when there is none, and how long it is. */
static unsigned int
longest_run(unsigned int zero, unsigned int *length)
{
	unsigned int last = 0, n = 0;

	for (; zero != 0; n++) {
		last = zero;
		zero &= zero >> 1;	/* runs are one shorter now */
	}
	if (n < 2)
		n = 0;
	*length = n;
	return n > 0 ? (unsigned int)__builtin_ctz(last) : 8;
}

/* Groups that stand side by side. */
static char *
put_groups(char *p, const uint8_t *a, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		uint32_t g = be16(a + 2 * i), text;
		unsigned int digits = (35U -
		    (unsigned int)__builtin_clz(g | 1)) / 4;

		text = le16((const uint8_t *)fmt_hex_pair[g >> 8]) |
		    (uint32_t)le16((const uint8_t *)fmt_hex_pair[g & 0xff]) <<
		    16;
		text = htole32(text >> 8 * (4 - digits));
		memcpy(p, &text, sizeof(text));
		p += digits;
		*p++ = ':';
	}
	return to > from ? p - 1 : p;
}

static char *
put_ipv6(char *p, const uint8_t *a)
{
	uint64_t high = be64(a), low = be64(a + 8);
	unsigned int run, n;

	if (high == 0 && low >> 32 == 0xffff)
		return fmt_ipv4(PUT(p, "::ffff:"), a + 12);
	run = longest_run(zero_groups(high) | zero_groups(low) << 4, &n);
	p = put_groups(p, a, 0, run);
	if (run == 8)
		return p;
	p = PUT(p, "::");
	return put_groups(p, a, run + n, 8);
}

/* A packet's addresses stand in its record several times, and in the next
 * ones, too: the last texts are kept, a cache line each. */
struct known_ipv6 {
	uint64_t w[2];
	char text[FMT_ADDR];
	uint8_t len;		/* 0: none */
};

enum { KNOWN_IPV6 = 64 };	/* by six bits of a hash */

char *
fmt_ipv6(char *p, const uint8_t *a)
{
	static _Thread_local struct known_ipv6 known[KNOWN_IPV6];
	struct known_ipv6 *k;
	uint64_t w[2], hash;

	memcpy(w, a, sizeof(w));
	hash = w[0] ^ w[1];
	hash = (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	k = &known[hash >> 58];
	if (k->w[0] != w[0] || k->w[1] != w[1] || k->len == 0) {
		k->w[0] = w[0];
		k->w[1] = w[1];
		k->len = (uint8_t)(put_ipv6(k->text, a) - k->text);
	}
	memcpy(p, k->text, sizeof(k->text));
	return p + k->len;
}

/* Apart from what most spans of time need. */
static __attribute__((noinline)) char *
put_seconds(char *p, int64_t ns)
{
	uint64_t v = (uint64_t)ns, s;

	if (ns < 0) {
		*p++ = '-';
		v = -v;
	}
	s = v / 1000000000;
	p = fmt_u64(p, s);
	*p++ = '.';
	return fmt_9(p, (uint32_t)(v - s * 1000000000));
}

char *
fmt_seconds(char *p, int64_t ns)
{
	if ((uint64_t)ns >= 1000000000)
		return put_seconds(p, ns);
	return fmt_9(PUT(p, "0."), (uint32_t)ns);
}

void
fmt_civil(int64_t days, int64_t *year, unsigned int *month, unsigned int *day)
{
	/* Years begin in March here, so that the leap day comes last; an era
	 * is 400 years. */
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned int doe = (unsigned int)(z - era * 146097);
	unsigned int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) /
	    365;
	unsigned int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned int m = (5 * doy + 2) / 153;

	*day = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (int64_t)yoe + era * 400 + (*month <= 2);
}

/* int64 nanoseconds reach from 1677 to 2262: four digits are enough. */
char *
fmt_date(char *p, int64_t days)
{
	unsigned int month, day;
	int64_t year;

	fmt_civil(days, &year, &month, &day);
	p = fmt_2(p, (unsigned int)year / 100);
	p = fmt_2(p, (unsigned int)year % 100);
	*p++ = '-';
	p = fmt_2(p, month);
	*p++ = '-';
	return fmt_2(p, day);
}

static void
day_turn(struct fmt_day *d, int64_t s)
{
	int64_t days = s / 86400 - (s % 86400 < 0);

	d->start = days * 86400;
	*fmt_date(d->text, days) = 'T';
}

char *
fmt_day(char *p, struct fmt_day *d, int64_t s, unsigned int *in_day)
{
	if (!fmt_is_on(d, s))
		day_turn(d, s);
	*in_day = (unsigned int)(s - d->start);
	return fmt_bytes(p, d->text, FMT_DATE);
}

/* Apart from what almost all times need. */
static __attribute__((noinline)) char *
put_other_day(char *p, struct fmt_day *d, int64_t ns)
{
	uint32_t rest;

	day_turn(d, fmt_split(ns, &rest));
	return fmt_time(p, d, ns);
}

char *
fmt_time(char *p, struct fmt_day *d, int64_t ns)
{
	uint32_t rest;
	int64_t s = fmt_split(ns, &rest);

	if (!fmt_is_on(d, s))
		return put_other_day(p, d, ns);
	memcpy(p, d->text, sizeof(d->text));
	p = fmt_clock(p + FMT_DATE + 1, (unsigned int)(s - d->start));
	*p++ = '.';
	p = fmt_9(p, rest);
	*p++ = 'Z';
	return p;
}
