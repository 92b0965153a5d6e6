/* fmt.c: numbers, addresses and times as text, without the printf family. */
#include <sessdump/wire.h>

#include "output/fmt.h"

static const char pairs[201] =
    "00010203040506070809101112131415161718192021222324252627282930313233"
    "34353637383940414243444546474849505152535455565758596061626364656667"
    "6869707172737475767778798081828384858687888990919293949596979899";
static const char hex_digits[17] = "0123456789abcdef";

char *
fmt_u64(char *p, uint64_t v)
{
	char tmp[FMT_U64], *q = tmp + sizeof(tmp);

	while (v >= 100) {
		q -= 2;
		memcpy(q, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		q -= 2;
		memcpy(q, pairs + v * 2, 2);
	} else {
		*--q = (char)('0' + v);
	}
	return fmt_bytes(p, q, (size_t)(tmp + sizeof(tmp) - q));
}

char *
fmt_hex(char *p, uint64_t v, unsigned int digits)
{
	unsigned int n = digits > 1 ? digits : 1;

	while (n < 16 && v >> (4 * n) != 0)
		n++;
	while (n-- > 0)
		*p++ = hex_digits[v >> (4 * n) & 0xf];
	return p;
}

char *
fmt_mac(char *p, const uint8_t *m)
{
	for (unsigned int i = 0; i < 6; i++) {
		*p++ = hex_digits[m[i] >> 4];
		*p++ = hex_digits[m[i] & 0xf];
		*p++ = ':';
	}
	return p - 1;
}

static char *
fmt_octet(char *p, unsigned int v)
{
	if (v >= 100) {
		*p++ = (char)('0' + v / 100);
		return fmt_2(p, v % 100);
	}
	if (v >= 10)
		return fmt_2(p, v);
	*p++ = (char)('0' + v);
	return p;
}

char *
fmt_ipv4(char *p, const uint8_t *a)
{
	p = fmt_octet(p, a[0]);
	*p++ = '.';
	p = fmt_octet(p, a[1]);
	*p++ = '.';
	p = fmt_octet(p, a[2]);
	*p++ = '.';
	return fmt_octet(p, a[3]);
}

/* The longest run of zero groups, at least two, leftmost: section 4.2. */
static unsigned int
longest_run(const uint16_t *g, unsigned int *length)
{
	unsigned int best = 8, best_n = 1;

	for (unsigned int i = 0; i < 8; i++) {
		unsigned int n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
		i += n;
	}
	*length = best < 8 ? best_n : 0;
	return best;
}

char *
fmt_ipv6(char *p, const uint8_t *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int run, n, i = 0;
	uint16_t g[8];

	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		return fmt_ipv4(fmt_bytes(p, "::ffff:", 7), a + 12);
	for (i = 0; i < 8; i++)
		g[i] = be16(a + 2 * i);
	run = longest_run(g, &n);
	for (i = 0; i < 8; i++) {
		if (i == run) {
			*p++ = ':';
			*p++ = ':';
			i += n - 1;
			continue;
		}
		if (i > 0 && i != run + n)
			*p++ = ':';
		p = fmt_hex(p, g[i], 1);
	}
	return p;
}

char *
fmt_addr(char *p, const union addr *a, unsigned int ip_version)
{
	if (ip_version == 4)
		return fmt_ipv4(p, a->b);
	if (ip_version == 6)
		return fmt_ipv6(p, a->b);
	*p++ = '?';
	return p;
}

char *
fmt_fraction(char *p, uint32_t ns, unsigned int digits)
{
	uint32_t v = ns;

	for (unsigned int i = digits; i < 9; i++)
		v /= 10;
	for (unsigned int i = digits; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + digits;
}

char *
fmt_seconds(char *p, int64_t ns)
{
	uint64_t v = (uint64_t)ns;

	if (ns < 0) {
		*p++ = '-';
		v = -v;
	}
	p = fmt_u64(p, v / 1000000000);
	*p++ = '.';
	return fmt_fraction(p, (uint32_t)(v % 1000000000), 9);
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
static char *
fmt_second(char *p, int64_t s)
{
	int64_t days = s / 86400, in_day = s % 86400, year;
	unsigned int month, day, t;

	if (in_day < 0) {
		in_day += 86400;
		days--;
	}
	fmt_civil(days, &year, &month, &day);
	t = (unsigned int)in_day;
	p = fmt_2(p, (unsigned int)year / 100);
	p = fmt_2(p, (unsigned int)year % 100);
	*p++ = '-';
	p = fmt_2(p, month);
	*p++ = '-';
	p = fmt_2(p, day);
	*p++ = 'T';
	p = fmt_2(p, t / 3600);
	*p++ = ':';
	p = fmt_2(p, t / 60 % 60);
	*p++ = ':';
	return fmt_2(p, t % 60);
}

char *
fmt_time(char *p, int64_t ns)
{
	uint32_t rest;

	p = fmt_second(p, fmt_split(ns, &rest));
	*p++ = '.';
	p = fmt_fraction(p, rest, 9);
	*p++ = 'Z';
	return p;
}
