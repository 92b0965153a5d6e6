/* test_cryptopan.c: addresses that stand for others. */
#include <arpa/inet.h>

#include <stdlib.h>
#include <unistd.h>

#include "rewrite/anonymize.h"
#include "rewrite/key.h"

#include "tap.h"

#ifdef HAVE_NETTLE

/* The key and addresses of the sample that came with Crypto-PAn 1.0. */
static const uint8_t key[CRYPTOPAN_KEY] = {
	21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
	216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
};

static const char *const sample[][2] = {
	{ "128.11.68.132", "135.242.180.132" },
	{ "129.118.74.4", "134.136.186.123" },
	{ "130.132.252.244", "133.68.164.234" },
	{ "141.223.7.43", "141.167.8.160" },
	{ "141.233.145.108", "141.129.237.235" },
	{ "152.163.225.39", "151.140.114.167" },
	{ "156.29.3.236", "147.225.12.42" },
	{ "165.247.96.84", "162.9.99.234" },
	{ "192.41.57.43", "252.222.221.184" },
	{ "202.49.198.20", "245.206.7.234" },
	{ "216.227.10.221", "235.28.253.36" },
	{ "24.0.250.221", "100.15.198.226" },
	{ "4.3.88.225", "124.60.155.63" },
	{ "63.97.7.140", "95.97.9.123" },
	{ "64.39.15.238", "0.219.7.41" },
	{ "10.185.25.118", "117.161.29.118" },
	/* As others extend it. */
	{ "::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed" },
	{ "::2", "78ff:f001:9fc0:20df:8380:b1f1:704:ef" },
	{ "::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838" },
	{ "2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e" },
	{ "2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c" },
};

enum { SAMPLES = sizeof(sample) / sizeof(sample[0]), RANDOM = 20000 };

static int
parse(const char *s, uint8_t a[16])
{
	memset(a, 0, 16);
	return inet_pton(AF_INET, s, a) == 1 ? 4 :
	    inet_pton(AF_INET6, s, a) == 1 ? 6 : 0;
}

static const char *
format(const uint8_t *a, int version)
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(version == 4 ? AF_INET : AF_INET6, a, text,
	    sizeof(text));
}

static void
test_published(void)
{
	struct cryptopan *c = cryptopan_new(key);
	uint8_t a[16];

	for (unsigned int i = 0; i < SAMPLES; i++) {
		int version = parse(sample[i][0], a);

		cryptopan_map(c, a, version == 4 ? 4 : 16, 0);
		is_str(format(a, version), sample[i][1], sample[i][0]);
	}
	cryptopan_free(c);
}

static struct anonymizer *
anonymizer(void)
{
	struct errbuf e;

	return anonymizer_new(key, &e);
}

/* --- what stays ----------------------------------------------------------- */

static void
test_kept(void)
{
	static const char *const same[] = {
		"0.0.0.0", "127.0.0.1", "224.0.0.251", "239.255.255.250",
		"255.255.255.255", "240.0.0.1", "::", "::1", "ff02::1",
		"ff02::fb", "ff0e::101", "ff05::1:3",
	};
	static const struct {
		const char *from, *prefix;
		unsigned int bits;
	} scope[] = {
		{ "10.1.2.3", "8.0.0.0", 5 }, { "192.168.1.1", "192.0.0.0", 3 },
		{ "172.16.0.1", "128.0.0.0", 2 },
		{ "126.0.0.1", "126.0.0.0", 8 },
		{ "2001:db8::1", "2000::", 3 }, { "fd00:1::1", "fc00::", 7 },
		{ "fe80::1", "fe80::", 64 }, { "ff02::1:ff12:3456",
		    "ff02::1:ff00:0", 104 }, { "ff15::abcd", "ff15::", 16 },
		{ "64:ff9b::1", "0::", 9 },
	};
	struct anonymizer *a = anonymizer();
	unsigned int changed = 0;
	uint8_t b[16], prefix[16];

	for (unsigned int i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		int version = parse(same[i], b);

		anonymize_ip(a, b, (unsigned int)version);
		is_str(format(b, version), same[i], same[i]);
	}
	for (unsigned int i = 0; i < sizeof(scope) / sizeof(scope[0]); i++) {
		int version = parse(scope[i].from, b);

		anonymize_ip(a, b, (unsigned int)version);
		parse(scope[i].prefix, prefix);
		changed += strcmp(format(b, version), scope[i].from) != 0;
		for (unsigned int k = scope[i].bits; k < 128; k++)
			b[k / 8] &= (uint8_t)~(0x80 >> k % 8);
		ok(memcmp(b, prefix, 16) == 0, "%s stays in %s/%u, not %s",
		    scope[i].from, scope[i].prefix, scope[i].bits,
		    format(b, version));
	}
	is_u64(changed, sizeof(scope) / sizeof(scope[0]), "but they change");
	anonymizer_free(a);
}

/* --- prefixes ------------------------------------------------------------- */

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x = x * 1664525 + 1013904223;
	return x >> 8;
}

static unsigned int
common(const uint8_t *a, const uint8_t *b)
{
	unsigned int n = 0;

	while (n < 128 && ((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8) == 0)
		n++;
	return n;
}

/* An address near one that stays, another that shares so many bits with it,
 * and both anonymized. */
static unsigned int
pair(struct anonymizer *a, unsigned int version)
{
	static const char *const near[][2] = {
		{ "0.0.0.1", "::" }, { "127.0.0.1", "::1" },
		{ "224.0.0.1", "fe80::1" }, { "255.255.255.255",
		    "ff02::1:ff00:1" }, { "10.0.0.1", "ff02::1" },
		{ "192.0.2.1", "ff15::1" }, { "8.8.8.8", "2001:db8::1" },
	};
	const unsigned int size = version == 4 ? 32 : 128;
	unsigned int n = rnd() % size, before;
	uint8_t x[16], y[16];

	parse(near[rnd() % 7][version == 6], x);
	for (unsigned int i = 1 + rnd() % size; i < size; i++)
		if (rnd() % 2)
			x[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	memcpy(y, x, 16);
	y[n / 8] ^= (uint8_t)(0x80 >> n % 8);
	for (unsigned int i = n + 1; i < size; i++)
		if (rnd() % 2)
			y[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	before = common(x, y);
	anonymize_ip(a, x, version);
	anonymize_ip(a, y, version);
	return before != common(x, y);
}

static void
test_prefixes(void)
{
	struct anonymizer *a = anonymizer();
	unsigned int wrong4 = 0, wrong6 = 0;

	for (unsigned int i = 0; i < RANDOM; i++) {
		wrong4 += pair(a, 4);
		wrong6 += i % 4 == 0 && pair(a, 6);
	}
	is_u64(wrong4, 0, "IPv4: as many leading bits are shared as before");
	is_u64(wrong6, 0, "IPv6: likewise");
	anonymizer_free(a);
}

/* --- the link layer ------------------------------------------------------- */

static void
test_macs(void)
{
	static const uint8_t same[][6] = { { 0 }, { 1, 0, 0x5e, 0, 0, 0xfb },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0x33, 0x33, 0, 0, 0,
		    1 } };
	uint8_t m[6], n[6] = { 0, 0, 0x5e, 0, 0x53, 1 }, group[16];
	struct anonymizer *a = anonymizer();
	unsigned int kept = 0;

	for (unsigned int i = 0; i < 4; i++) {
		memcpy(m, same[i], 6);
		anonymize_mac(a, m);
		kept += memcmp(m, same[i], 6) == 0;
	}
	is_u64(kept, 4, "none, groups and broadcast stay");
	memcpy(m, n, 6);
	anonymize_mac(a, m);
	ok((m[0] & 3) == 2 && memcmp(m + 1, n + 1, 5) != 0,
	    "another one is a local one");
	anonymize_mac(a, n);
	ok(memcmp(m, n, 6) == 0, "always the same");
	n[5] ^= 1;
	anonymize_mac(a, n);
	ok(memcmp(m, n, 5) != 0, "without any prefix");
	memcpy(m, "\x33\x33\xff\x12\x34\x56", 6);
	parse("ff02::1:ff12:3456", group);
	anonymize_mac(a, m);
	anonymize_ip(a, group, 6);
	ok(memcmp(m, "\x33\x33\xff", 3) == 0 && memcmp(m + 3, group + 13,
	    3) == 0 && memcmp(m + 3, "\x12\x34\x56", 3) != 0,
	    "a solicited node's is that of its group");
	anonymizer_free(a);
}

/* --- keys ----------------------------------------------------------------- */

static int
key_of(const char *text, size_t n, uint8_t k[CRYPTOPAN_KEY])
{
	char path[] = "/tmp/sessdump.XXXXXX", arg[64];
	struct errbuf e;
	int fd = mkstemp(path), r;

	r = write(fd, text, n) == (ssize_t)n;
	close(fd);
	snprintf(arg, sizeof(arg), "@%s", path);
	r = r && key_read(k, arg, &e) == 0;
	unlink(path);
	return r;
}

static void
test_keys(void)
{
#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
	uint8_t k[CRYPTOPAN_KEY], other[CRYPTOPAN_KEY];
	char raw[CRYPTOPAN_KEY];
	struct errbuf e;
	int right;

	for (int i = 0; i < CRYPTOPAN_KEY; i++)
		raw[i] = (char)i;
	right = key_read(k, HEX, &e) == 0 && memcmp(k, raw, sizeof(k)) == 0;
	ok(right, "64 digits");
	ok(key_of(HEX "\n", 65, k) && memcmp(k, raw, sizeof(k)) == 0 &&
	    key_of(HEX, 64, k), "a file of them");
	memset(k, 0, sizeof(k));
	ok(key_of(raw, sizeof(raw), k) && memcmp(k, raw, sizeof(k)) == 0,
	    "a file of 32 bytes");
	ok(!key_of(HEX, 63, k) && !key_of(HEX "0", 65, k) &&
	    !key_of("", 0, k) && !key_of(raw, 31, k), "no other files");
	ok(key_read(k, "@/nonexistent", &e) == -1 &&
	    strstr(e.text, "No such file") != NULL, "no file at all");
	ok(key_read(k, "secret", &e) == -1 && key_read(k, "", &e) == -1 &&
	    key_read(k, HEX "0", &e) == -1, "no words");
	ok(strstr(e.text, HEX) == NULL, "what may be a key is not shown");
	ok(key_read(k, "random", &e) == 0 && key_read(other, "random", &e) ==
	    0 && memcmp(k, other, sizeof(k)) != 0, "one that nobody knows");
}

int
main(void)
{
	test_published();
	test_kept();
	test_prefixes();
	test_macs();
	test_keys();
	return done();
}

#else

int
main(void)
{
	uint8_t k[CRYPTOPAN_KEY];
	struct errbuf e;

	ok(key_read(k, "random", &e) == -1, "without AES it is refused");
	return done();
}

#endif
