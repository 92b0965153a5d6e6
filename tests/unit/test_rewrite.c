/* test_rewrite.c: rewritten frames against frames that were made so. */
#include <stdlib.h>

#include "rewrite/rewrite.h"

#include "made.h"
#include "tap.h"

enum { FRAMES = 20000 };

static struct registry *registry;
static struct rules rules;
static struct rewriter *rewriter;
static struct made before, after;

static void
rule(int (*add)(struct rules *, const char *, struct errbuf *), const char *s)
{
	struct errbuf e;

	if (add(&rules, s, &e) == -1)
		printf("# %s\n", e.text);
}

static void
start(void)
{
	struct errbuf e;

	registry = registry_new(&e);
	rule(rules_add_ip, "10.1.0.0/16=172.20.0.0/16");
	rule(rules_add_ip, "2001:db8:1::/48=fd00:0:9::/48");
	rule(rules_add_port, "80=8080");
	rule(rules_add_port, "51000=1");
	rule(rules_add_port, "65535=0");
	rule(rules_add_mac, "02:00:5e:00:53:01=fe:ff:00:00:00:ff");
	rewriter = rewriter_new(&rules, registry, &e);
}

/* In memory of exactly its size. */
static const struct frame *
rewritten(const uint8_t *data, uint32_t caplen, uint32_t len)
{
	static uint8_t *copy;
	struct frame f = { .caplen = caplen, .len = len, .linktype = 1 };

	free(copy);
	copy = malloc(caplen + 1);
	memcpy(copy + 1, data, caplen);
	f.data = copy + 1;
	rewrite_frame(rewriter, &f);
	return rewrite_next(rewriter);
}

static void
make(uint32_t seed)
{
	made_frame(&before, seed, 0);
	made_frame(&after, seed, 1);
}

/* Are the first n bytes of "before", with so many on the wire, now those of
 * "after"? */
static int
same(uint32_t n, uint32_t len, const char *what, uint32_t seed)
{
	const struct frame *f = rewritten(before.buf + before.at, n, len);
	uint32_t i = 0;

	if (f == NULL || f->caplen != n || f->len != len)
		return 0;
	while (i < n && f->data[i] == after.buf[after.at + i])
		i++;
	if (i < n)
		printf("# %s, seed %u: byte %u of %u: %02x and not %02x\n",
		    what, seed, i, n, f->data[i], after.buf[after.at + i]);
	return i == n;
}

static void
test_whole(void)
{
	unsigned int wrong = 0, left = 0;

	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		make(seed);
		wrong += !same(made_len(&before), made_len(&before), "whole",
		    seed);
		left += memcmp(before.buf, after.buf, MADE_MAX) == 0;
		if (wrong > 3)
			break;
	}
	is_u64(wrong, 0, "every sum is what a sender makes of the datagram");
	ok(left < FRAMES / 4, "and most frames change");
}

/* As many bytes of a frame as there must be of it, when it is cut, so that all
 * is there that changes: ports, or a target; in tunnels checksums, too, since
 * those around have summed them up. */
static uint32_t
least(const struct made *m)
{
	unsigned int n = m->protocol == 58 || m->around > 0 ? 24 : 4;

	return m->inner - m->at + n;
}

/* What is there is as in the whole frame. */
static void
test_cut(void)
{
	unsigned int wrong = 0;

	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		uint32_t len, n, start;

		make(seed);
		start = before.inner - before.at;
		len = made_len(&before);
		n = least(&before);
		if (n > len || before.seems_left)
			continue;
		n += seed * 7919 % (len - n + 1);
		/* Of half a checksum nobody can tell what it was. */
		if (n < start + 20)
			n -= (n - start) % 4;
		wrong += !same(n, len, "cut", seed);
		if (wrong > 3)
			break;
	}
	is_u64(wrong, 0, "the same of frames that are cut anywhere");
}

/* A field that is wrong by "much" is wrong by as much afterwards. */
static void
test_wrong(void)
{
	unsigned int wrong = 0;

	for (uint32_t seed = 1; seed <= FRAMES / 4; seed++) {
		uint32_t field, is, was, much = 1 + seed * 31 % 65534;
		const struct frame *f;

		make(seed);
		/* The payload is part of every sum but IP's. */
		if (before.version != 4)
			continue;
		field = before.ip + 10;
		is = be16(before.buf + field);
		made_be16(before.buf + field, (is + much) % 65535);
		f = rewritten(before.buf + before.at, made_len(&before),
		    made_len(&before));
		field -= before.at;
		was = be16(after.buf + after.at + field);
		is = be16(f->data + field);
		wrong += is % 65535 != (was + much) % 65535;
	}
	is_u64(wrong, 0, "what was wrong is wrong by as much");
}

/* --- what is left to the hardware, and fragments -------------------------- */

/* The place of the checksum of TCP or UDP, in the outermost datagram; 0: it has
 * neither, or options that hide it. */
static uint32_t
field_of(const struct made *m)
{
	uint32_t header = m->version == 4 ? (m->buf[m->ip] & 15U) * 4 : 40;

	if (m->version == 6 && m->buf[m->ip + 6] != m->protocol)
		return 0;
	if (m->protocol == 6)
		return m->ip + header + 16;
	return m->protocol == 17 && be16(m->buf + m->ip + header + 6) != 0 ?
	    m->ip + header + 6 : 0;
}

static void
leave(struct made *m, uint32_t field)
{
	uint32_t start = field - (m->protocol == 6 ? 16U : 6U);

	/* The addresses are those of the outermost, made last. */
	made_be16(m->buf + field, made_pseudo(m, m->protocol,
	    MADE_MAX - start));
}

static void
test_left(void)
{
	unsigned int wrong = 0, wrong_cut = 0, n = 0;

	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		uint32_t field, len;

		make(seed);
		field = field_of(&before);
		len = made_len(&before);
		if (field == 0 || field + 2 - before.at == len)
			continue;
		n++;
		leave(&before, field);
		wrong += !same(len, len, "left", seed);
		leave(&after, field);
		wrong_cut += !same(field + 2 - before.at, len, "left and cut",
		    seed);
	}
	ok(n > FRAMES / 20, "there are segments of TCP and UDP: %u", n);
	is_u64(wrong, 0, "what was left to the hardware is filled in");
	is_u64(wrong_cut, 0, "or stays the pseudo header's, when the rest is "
	    "not there");
}

/* The first n bytes of what a datagram carries, with nothing said about the
 * rest but that there is more. */
static void
first_fragment(struct made *m, uint32_t n)
{
	uint8_t *p = m->buf + m->ip;
	uint32_t header = (p[0] & 15U) * 4;

	made_be16(p + 2, header + n);
	made_be16(p + 6, 0x2000);
	made_be16(p + 10, 0);
	made_be16(p + 10, ~made_sum(0, p, header) & 0xffff);
}

static void
test_first_fragment(void)
{
	unsigned int wrong = 0, n = 0;

	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		uint32_t header, carried, piece, len;

		make(seed);
		header = (before.buf[before.ip] & 15U) * 4;
		carried = MADE_MAX - before.ip - header;
		if (before.version != 4 || carried < 16 || before.has_sctp)
			continue;
		piece = 8 + seed * 8 % (carried - 8) / 8 * 8;
		if (before.ip + header + piece < least(&before) + before.at)
			continue;
		n++;
		first_fragment(&before, piece);
		first_fragment(&after, piece);
		len = before.ip - before.at + header + piece;
		wrong += !same(len, len, "first fragment", seed);
		if (wrong > 3)
			break;
	}
	ok(n > FRAMES / 4, "there are fragments: %u", n);
	is_u64(wrong, 0, "sums in first fragments are those of the whole");
}

/* --- anonymized ----------------------------------------------------------- */

/* Three bytes or more of an address that the frame had; 10.1.0.0 and 0s behind
 * a sum of 0x0a01 are none. */
static int
has_address(const uint8_t *p, uint32_t n)
{
	static const uint8_t prefix[][4] = { { 3, 10, 1, 0 },
		{ 3, 192, 0, 2 }, { 3, 0x20, 1, 0xd }, { 3, 0, 0x5e, 0 } };

	for (uint32_t i = 0; i + 3 <= n; i++)
		for (unsigned int k = 0; k < 4; k++)
			if (memcmp(p + i, prefix[k] + 1, prefix[k][0]) == 0 &&
			    (i + 4 > n || p[i + 3] != 0))
				return 1;
	return 0;
}

/* What is cut anywhere shows no address, nor a part of one. */
static void
test_anonymized(void)
{
	struct rules u = { .anonymize = 1, .cut = 1, .key = { 1 } };
	unsigned int had = 0, has = 0, longer = 0;
	struct errbuf e;
	struct rewriter *r = rewriter_new(&u, registry, &e);

	if (r == NULL) {
		printf("ok %d # SKIP built without nettle\n", ++tap_count);
		return;
	}
	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		struct frame f = { .linktype = 1 };
		const struct frame *out;

		made_frame(&before, seed, 0);
		f.data = before.buf + before.at;
		f.len = made_len(&before);
		f.caplen = 1 + seed * 7919 % f.len;
		had += has_address(f.data, f.caplen);
		rewrite_frame(r, &f);
		out = rewrite_next(r);
		longer += out->caplen > f.caplen || out->len != f.len;
		if (!has_address(out->data, out->caplen))
			continue;
		has++;
		printf("# seed %u, %u bytes\n", seed, f.caplen);
	}
	ok(had > FRAMES * 3 / 4, "there are addresses: in %u frames", had);
	is_u64(has, 0, "and none when they are anonymized");
	is_u64(longer, 0, "no frame gets longer, and lengths stay");
	rewriter_free(r);
}

/* What is left of a frame whose first n bytes were captured, without its
 * payload. */
static uint32_t
left_of(struct rewriter *r, uint32_t n)
{
	struct frame f = { .linktype = 1, .caplen = n,
	    .len = made_len(&before), .data = before.buf + before.at };

	rewrite_frame(r, &f);
	return rewrite_next(r)->caplen;
}

/* Without payload headers stay whole, and as far as they were captured. */
static void
test_headers(void)
{
	struct rules u = { .cut = 1 };
	unsigned int wrong = 0, n = 0;
	struct errbuf e;
	struct rewriter *r = rewriter_new(&u, registry, &e);

	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		uint32_t start, header;

		made_frame(&before, seed, 0);
		start = before.inner - before.at;
		/* The innermost, where it stands in no error. */
		if (before.has_error || before.around > 0 ||
		    (before.protocol != 6 && before.protocol != 17))
			continue;
		n++;
		header = start + (before.protocol == 6 ? 20U : 8U);
		wrong += left_of(r, made_len(&before)) != header;
		wrong += left_of(r, header - 2) != header - 2;
		wrong += left_of(r, start + 4) != start + 4;
		wrong += left_of(r, start) != start;
	}
	ok(n > FRAMES / 20, "there are headers of TCP and UDP: %u", n);
	is_u64(wrong, 0, "they stay, as far as they are there");
	rewriter_free(r);
}

/* --- rules ---------------------------------------------------------------- */

static void
test_rules(void)
{
	static const char *const bad_ip[] = {
		"", "=", "10.0.0.1", "10.0.0.1=", "=10.0.0.1",
		"10.0.0.0/33=10.0.0.0/8", "10.0.0.0/=10.0.0.0/8",
		"10.0.0.0/8=2001:db8::/32", "10.0.0.0/8 =11.0.0.0/8",
		"10.0.0.0/-1=10.0.0.0/8", "::/129=::/1", "a=b",
	};
	static const char *const bad_port[] = {
		"", "80", "80=", "=80", "80=65536", "-1=80", "80=81x", "+1=2",
	};
	static const char *const bad_mac[] = {
		"", "02:00:5e:00:53:01", "02:00:5e:00:53:01=02:00:5e:00:53",
		"02:00:5e:00:53:01=02:00:5e:00:53:01:02", "0x:1:1:1:1:1=1:1",
		"02:00:5e:00:53:-1=02:00:5e:00:53:01",
	};
	struct rules r = { .nip = 0 };
	struct errbuf e;
	unsigned int refused = 0;
	uint8_t a[4] = { 10, 9, 8, 7 }, b[4] = { 10, 9, 8, 7 };

	for (unsigned int i = 0; i < sizeof(bad_ip) / sizeof(bad_ip[0]); i++)
		refused += rules_add_ip(&r, bad_ip[i], &e) == -1;
	is_u64(refused, sizeof(bad_ip) / sizeof(bad_ip[0]), "no addresses");
	refused = 0;
	for (unsigned int i = 0; i < sizeof(bad_port) / sizeof(bad_port[0]);
	    i++)
		refused += rules_add_port(&r, bad_port[i], &e) == -1;
	is_u64(refused, sizeof(bad_port) / sizeof(bad_port[0]), "no ports");
	refused = 0;
	for (unsigned int i = 0; i < sizeof(bad_mac) / sizeof(bad_mac[0]);
	    i++)
		refused += rules_add_mac(&r, bad_mac[i], &e) == -1;
	is_u64(refused, sizeof(bad_mac) / sizeof(bad_mac[0]), "no link "
	    "addresses");

	ok(rules_add_ip(&r, "10.8.0.0/13=192.168.0.1/20", &e) == 0 &&
	    rules_map_ip(&r, a, 4) == 1 &&
	    memcmp(a, "\xc0\xa8\x08\x07", 4) == 0,
	    "the bits behind the new prefix are the old ones");
	ok(rules_map_ip(&r, a, 4) == 0, "an address that no rule names stays");
	ok(rules_add_ip(&r, "10.9.0.0/16=1.1.1.1", &e) == 0 &&
	    rules_map_ip(&r, b, 4) == 1 && b[0] == 192,
	    "the first rule that fits counts");
	for (refused = 2; rules_add_ip(&r, "::=::1", &e) == 0; refused++)
		;
	is_u64(refused, RULES_MAX, "rules have a number at most");
}

int
main(void)
{
	start();
	test_rules();
	test_whole();
	test_cut();
	test_wrong();
	test_left();
	test_first_fragment();
	test_anonymized();
	test_headers();
	rewriter_free(rewriter);
	registry_free(registry);
	return done();
}
