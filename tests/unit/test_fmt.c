/* test_fmt.c: numbers, addresses, times and untrusted text. */
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "output/fmt.h"
#include "output/json.h"
#include "output/outbuf.h"

#include "tap.h"

static const char *
u64(uint64_t v)
{
	static char text[FMT_U64 + 1];

	*fmt_u64(text, v) = '\0';
	return text;
}

static const char *
ipv6(const char *s)
{
	static char text[FMT_ADDR + 1];
	uint8_t a[16];

	inet_pton(AF_INET6, s, a);
	*fmt_ipv6(text, a) = '\0';
	return text;
}

static const char *
timestamp(int64_t ns)
{
	static struct fmt_day day = { .start = FMT_NO_DAY };
	static char text[FMT_TIME + 1];

	*fmt_time(text, &day, ns) = '\0';
	return text;
}

static const char *
seconds(int64_t ns)
{
	static char text[FMT_SECONDS + 1];

	*fmt_seconds(text, ns) = '\0';
	return text;
}

static void
test_numbers(void)
{
	char want[32];

	for (uint64_t v = 1, i = 0; i < 20; v *= 10, i++) {
		snprintf(want, sizeof(want), "%" PRIu64, v - 1);
		is_str(u64(v - 1), want, "a digit before the next power");
		snprintf(want, sizeof(want), "%" PRIu64, v);
		is_str(u64(v), want, "a power of ten");
	}
	is_str(u64(UINT64_C(1) << 32), "4294967296", "2^32");
	is_str(u64(UINT64_MAX), "18446744073709551615", "the largest");
	is_str(seconds(0), "0.000000000", "no time");
	is_str(seconds(-1), "-0.000000001", "a little before");
	is_str(seconds(1234567890123), "1234.567890123", "some time");
	is_str(seconds(INT64_MIN), "-9223372036.854775808", "the earliest");
}

/* Against the C library: numbers of every length, and fractions. */
static void
test_many_numbers(void)
{
	char want[32], text[FMT_U64 + 1];
	uint64_t v = 88172645463325252;
	unsigned int wrong = 0, wrong_fraction = 0;

	for (unsigned int i = 0; i < 100000; i++) {
		uint64_t n = v >> i % 64;

		snprintf(want, sizeof(want), "%" PRIu64, n);
		wrong += strcmp(u64(n), want) != 0;
		snprintf(want, sizeof(want), "%09" PRIu64, n % 1000000000);
		want[3 + i % 3 * 3] = '\0';
		*fmt_fraction(text, (uint32_t)(n % 1000000000),
		    3 + i % 3 * 3) = '\0';
		wrong_fraction += strcmp(text, want) != 0;
		v ^= v << 13;
		v ^= v >> 7;
		v ^= v << 17;
	}
	is_u64(wrong, 0, "numbers are the C library's");
	is_u64(wrong_fraction, 0, "and fractions of a second");
}

static void
test_clock(void)
{
	unsigned int wrong = 0;
	char want[32], text[9];

	for (unsigned int s = 0; s < 86400; s++) {
		snprintf(want, sizeof(want), "%02u:%02u:%02u", s / 3600,
		    s / 60 % 60, s % 60);
		*fmt_clock(text, s) = '\0';
		wrong += strcmp(text, want) != 0;
	}
	is_u64(wrong, 0, "every second of a day");
}

/* The numbers of bytes that are copied in one way or in another. */
static void
test_copies(void)
{
	static const char from[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const struct fmt_word word = WORD("a word");
	unsigned int wrong = 0;
	char text[FMT_WORD + FMT_PAD + 1];

	for (size_t n = 0; n < sizeof(from); n++) {
		*fmt_few(text, from, n) = '\0';
		wrong += strlen(text) != n || memcmp(text, from, n) != 0;
	}
	is_u64(wrong, 0, "few bytes are copied, and more");
	*fmt_word(text, &word) = '\0';
	is_str(text, "a word", "a word");
	*fmt_pad(PUT(text, "abc"), text, 6) = '\0';
	is_str(text, "abc   ", "padding");
	*fmt_pad_few(PUT(text, "abc"), text, 6) = '\0';
	is_str(text, "abc   ", "a little of it");
	*fmt_pad_few(PUT(text, "abcdefg"), text, 6) = '\0';
	is_str(text, "abcdefg", "and where it is none");
	*fmt_pad(PUT(text, "abcdef"), text, 6) = '\0';
	is_str(text, "abcdef", "none where the width is there");
	*fmt_pad(PUT(text, "abcdefg"), text, 6) = '\0';
	is_str(text, "abcdefg", "nor where it is exceeded");
}

/* The words that are copied whole say what the states are called. */
static void
test_states(void)
{
	unsigned int wrong = 0;
	char want[64], text[FMT_WORD];

	for (unsigned int i = 0; i < 2 * TCP_STATES; i++) {
		const struct fmt_word *w = &json_states[i / 2][i % 2];

		snprintf(want, sizeof(want),
		    ",\"state\":\"%s\",\"confirmed\":%s",
		    tcp_state_name[i / 2], i % 2 ? "true" : "false");
		*fmt_word(text, w) = '\0';
		wrong += strcmp(text, want) != 0;
	}
	is_u64(wrong, 0, "the states' names in JSON");
}

static void
test_bytes(void)
{
	unsigned int wrong = 0;
	uint8_t a[16] = { 0 };
	char want[64], text[FMT_ADDR + 1];

	for (unsigned int i = 0; i < 256; i++) {
		a[0] = (uint8_t)i;
		a[1] = (uint8_t)(i * 7);
		a[2] = (uint8_t)(i * 11);
		a[3] = (uint8_t)(255 - i);
		inet_ntop(AF_INET, a, want, sizeof(want));
		*fmt_ipv4(text, a) = '\0';
		wrong += strcmp(text, want) != 0;
		snprintf(want, sizeof(want), "%02x:%02x:%02x:%02x:00:00",
		    a[0], a[1], a[2], a[3]);
		*fmt_mac(text, a) = '\0';
		wrong += strcmp(text, want) != 0;
	}
	is_u64(wrong, 0, "IPv4 and MAC addresses of every byte");
}

/* Every choice of groups that are zero, against the C library, which does the
 * same but for the addresses that begin with 80 or 96 zero bits. */
static void
test_zero_groups(void)
{
	unsigned int wrong = 0;
	char want[64], text[FMT_ADDR + 1];

	for (unsigned int i = 0; i < 4 * 256; i++) {
		static const uint16_t group[] = { 0xabcd, 0x0bc, 0xd, 0x1000 };
		uint8_t a[16];

		if ((i & 0x1f) == 0)
			continue;
		for (unsigned int g = 0; g < 8; g++) {
			unsigned int v = i >> g & 1 ? group[i >> 8] : 0;

			a[2 * g] = (uint8_t)(v >> 8);
			a[2 * g + 1] = (uint8_t)v;
		}
		inet_ntop(AF_INET6, a, want, sizeof(want));
		*fmt_ipv6(text, a) = '\0';
		wrong += strcmp(text, want) != 0;
	}
	is_u64(wrong, 0, "IPv6 addresses of every pattern of zeros");
}

/* RFC 5952, with its own examples. */
static void
test_ipv6(void)
{
	static const char *const same[] = { "::", "::1", "1::", "2001:db8::1",
	    "2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1", "fe80::1:2:3:4",
	    "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "1:0:0:2::",
	    "::1:0:0:0:1" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		is_str(ipv6(same[i]), same[i], same[i]);
	is_str(ipv6("2001:0db8::0001"), "2001:db8::1", "leading zeros go");
	is_str(ipv6("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1",
	    "the first of two equal runs is cut");
	is_str(ipv6("2001:DB8::A"), "2001:db8::a", "lower case");
	is_str(ipv6("2001:db8:0:1::1"), "2001:db8:0:1::1",
	    "one zero is no run where there is a longer one");
}

/* Against the C library, over the days of a few centuries. */
static void
test_times(void)
{
	unsigned int wrong = 0;
	char want[64];

	for (int64_t s = -9000000000; s < 9000000000; s += 7654321) {
		time_t t = (time_t)s;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000042Z",
		    &tm);
		wrong += strcmp(timestamp(s * 1000000000 + 42), want) != 0;
	}
	is_u64(wrong, 0, "times from 1684 to 2255 are the C library's");
	is_str(timestamp(0), "1970-01-01T00:00:00.000000000Z", "the epoch");
	is_str(timestamp(-1), "1969-12-31T23:59:59.999999999Z", "before it");
	is_str(timestamp(951782400000000000), "2000-02-29T00:00:00.000000000Z",
	    "a leap day");
	is_str(timestamp(INT64_MAX), "2262-04-11T23:47:16.854775807Z",
	    "the last one");
	is_str(timestamp(INT64_MIN), "1677-09-21T00:12:43.145224192Z",
	    "the first one");
}

static const char *
json(const char *s, size_t n)
{
	static char text[256];
	struct outbuf o;

	outbuf_init(&o, -1);
	outbuf_json(&o, s, n);
	snprintf(text, sizeof(text), "%.*s", (int)(o.p - o.data), o.data);
	outbuf_fini(&o);
	return text;
}

static void
test_json(void)
{
#define JSON(s) json(s, sizeof(s) - 1)
	is_str(JSON("a\"b\\c"), "\"a\\\"b\\\\c\"", "quote and backslash");
	is_str(JSON("\0\n\x1f\x7f"), "\"\\u0000\\u000a\\u001f\\u007f\"",
	    "control characters");
	is_str(JSON("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "UTF-8 passes");
	is_str(JSON("\xff"), "\"\xef\xbf\xbd\"", "a stray byte is replaced");
	is_str(JSON("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", "overlong");
	is_str(JSON("\xed\xa0\x80"),
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", "a surrogate");
	is_str(JSON("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", "cut short");
#undef JSON
}

/* What is looked at eight bytes at a time, against what each byte is by
 * itself: every byte at every place of texts of several lengths. */
static void
test_json_places(void)
{
	char text[19], one[16], want[64];
	unsigned int wrong = 0;

	for (size_t n = 1; n < sizeof(text); n++)
		for (size_t at = 0; at < n; at++)
			for (unsigned int c = 0; c < 256; c++) {
				char byte = (char)c;

				memset(text, 'a', n);
				snprintf(one, sizeof(one), "%s",
				    json(&byte, 1));
				one[strlen(one) - 1] = '\0';
				snprintf(want, sizeof(want), "\"%.*s%s%.*s\"",
				    (int)at, text, one + 1, (int)(n - at - 1),
				    text);
				text[at] = byte;
				wrong += strcmp(json(text, n), want) != 0;
			}
	is_u64(wrong, 0, "every byte at every place");
}

/* A second's text serves all times in it, and no other. */
static void
test_seconds(void)
{
	struct fmt_second s;
	char text[FMT_SECOND + 1];
	uint32_t ns;

	memset(&s, 0, sizeof(s));
	ok(!fmt_second_is(&s, 0, &ns) && !fmt_second_is(&s, INT64_MAX, &ns) &&
	    !fmt_second_is(&s, INT64_MIN, &ns), "no second yet");
	fmt_second_set(&s, -1000000000, PUT(s.text, "23:59:59."));
	ok(fmt_second_is(&s, -1, &ns) && ns == 999999999, "its last time");
	ok(fmt_second_is(&s, -1000000000, &ns) && ns == 0, "its first");
	ok(!fmt_second_is(&s, 0, &ns) && !fmt_second_is(&s, -1000000001, &ns),
	    "the times next to them");
	*fmt_second(text, &s) = '\0';
	is_str(text, "23:59:59.", "its text");
}

static void
test_outbuf(void)
{
	char name[] = "/tmp/sessdump-test.XXXXXX", *read_back;
	int fd = mkstemp(name);
	size_t n = 3 * OUTBUF_SIZE + 17;
	char *data = malloc(n);
	struct outbuf o;

	for (size_t i = 0; i < n; i++)
		data[i] = (char)('a' + i % 26);
	outbuf_init(&o, fd);
	outbuf_add(&o, data, n);
	ok(outbuf_flush(&o) == 0, "more than the buffer holds");
	read_back = malloc(n);
	ok(pread(fd, read_back, n, 0) == (ssize_t)n &&
	    memcmp(data, read_back, n) == 0, "arrives whole");
	outbuf_fini(&o);
	close(fd);
	unlink(name);
	fd = open("/dev/full", O_WRONLY);
	outbuf_init(&o, fd);
	outbuf_add(&o, data, n);
	ok(outbuf_flush(&o) == -1 && o.error == ENOSPC,
	    "a full disk is told");
	outbuf_fini(&o);
	close(fd);
	free(read_back);
	free(data);
}

int
main(void)
{
	test_numbers();
	test_many_numbers();
	test_clock();
	test_copies();
	test_states();
	test_bytes();
	test_ipv6();
	test_zero_groups();
	test_times();
	test_json();
	test_json_places();
	test_seconds();
	test_outbuf();
	return done();
}
