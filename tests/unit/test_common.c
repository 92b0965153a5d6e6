/*
 * test_common.c: the short cut of common.h against the long way.
 *
 * The frames of the captures that we recorded, and random ones, have the bytes
 * of their headers changed, with the IPv4 header's checksum made right again
 * and without, and are cut at every length: both ways must leave the same
 * packet, to the last byte.
 */
#include <glob.h>
#include <stdlib.h>

#include "capture/capture.h"
#include "core/losses.h"
#include "dissect/common.h"
#include "dissect/dissect.h"

#include "made.h"
#include "tap.h"

enum {
	HEADERS = 110,		/* bytes that are changed */
	MADE = 150,
	FRAMES = 200,		/* of a capture */
	FRAME_MAX = 9000,
};

static struct registry *cut, *lengthy;
static unsigned int wrong, whole, begun, left;

/* How far does the short cut come? */
static void
count(const struct frame *f)
{
	struct packet p;
	struct cursor c;

	common_headers(cut, f, &p, &c);
	if (p.flow.has & FLOW_TRANSPORT)
		whole++;
	else if (p.nlayers > 0)
		begun++;
	else
		left++;
}

/* In memory of just that size, so that what is read behind it is found. */
static void
compare(const struct frame *frame, const uint8_t *bytes, size_t n)
{
	static const uint16_t flags[] = { 0, 0, 0, FRAME_NO_CSUM,
	    FRAME_CSUM_GOOD };
	static struct packet one, other;
	static unsigned int turn;
	uint8_t *p = malloc(n > 0 ? n : 1);
	struct frame f = *frame;

	memcpy(p, bytes, n);
	f.data = p;
	f.caplen = (uint32_t)n;
	f.flags = flags[turn++ % 5];
	memset(&one, 0xa5, sizeof(one));
	memset(&other, 0xa5, sizeof(other));
	dissect(cut, NULL, &f, &one);
	dissect(lengthy, NULL, &f, &other);
	wrong += memcmp(&one, &other, sizeof(one)) != 0;
	count(&f);
	free(p);
}

/* Makes the checksum of an IPv4 header right, wherever it stands. */
static void
mend(uint8_t *p, size_t n)
{
	size_t at = 14;

	for (int i = 0; i < 2 && at < n && p[at - 2] != 8; i++)
		at += 4;
	if (at + 20 > n || p[at] >> 4 != 4)
		return;
	made_be16(p + at + 10, 0);
	made_be16(p + at + 10, ~made_sum(0, p + at, 20));
}

static void
change(const struct frame *f, uint8_t *copy, size_t i)
{
	const uint8_t is = f->data[i];
	const uint8_t value[] = { 0, 0xff, 0x11, (uint8_t)(is + 1),
	    (uint8_t)(is - 1), is ^ 0x10, is ^ 0x40, is ^ 0x80 };

	for (size_t v = 0; v < sizeof(value); v++) {
		memcpy(copy, f->data, f->caplen);
		copy[i] = value[v];
		compare(f, copy, f->caplen);
		mend(copy, f->caplen);
		compare(f, copy, f->caplen);
	}
}

static void
test_frame(const struct frame *frame)
{
	uint8_t copy[FRAME_MAX];
	struct frame f = *frame;
	size_t n = f.caplen < HEADERS ? f.caplen : HEADERS;

	if (f.caplen > FRAME_MAX)
		return;
	compare(&f, f.data, f.caplen);
	for (size_t i = 0; i < n; i++)
		change(frame, copy, i);
	for (size_t i = 0; i < f.caplen; i++) {
		f.len = frame->len;
		compare(&f, f.data, i);
		f.len = (uint32_t)i;
		compare(&f, f.data, i);
	}
}

static void
test_made(void)
{
	static struct made m;

	for (uint32_t seed = 0; seed < MADE; seed++) {
		struct frame f = { .linktype = 1 };

		made_frame(&m, seed, 0);
		f.data = m.buf + m.at;
		f.caplen = f.len = MADE_MAX - m.at;
		test_frame(&f);
	}
}

static void
test_capture(const char *path, struct losses *losses)
{
	struct capture_options o = { .linktype = -1, .losses = losses };
	struct frame f[CAPTURE_BATCH];
	struct errbuf e;
	struct capture *c = capture_open_savefile(path, &o, &e);
	int n, seen = 0;

	if (c == NULL)
		return;
	while (seen < FRAMES && (n = capture_read(c, f, CAPTURE_BATCH,
	    &e)) > 0)
		for (int i = 0; i < n; i++, seen++)
			test_frame(&f[i]);
	capture_close(c);
}

static void
test_captures(void)
{
	const char *srcdir = getenv("srcdir");
	char pattern[4096];
	struct losses losses;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/pcaps/*.pcap*",
	    srcdir != NULL ? srcdir : ".");
	if (!ok(glob(pattern, 0, NULL, &found) == 0, "%s", pattern))
		return;
	losses_init(&losses);
	for (size_t i = 0; i < found.gl_pathc; i++)
		test_capture(found.gl_pathv[i], &losses);
	losses_fini(&losses);
	globfree(&found);
}

static void
report(const char *what)
{
	ok(whole > 10000, "%s: %u taken to the end", what, whole);
	ok(begun > 500, "%s: %u to the transport", what, begun);
	ok(left > 10000, "%s: %u not at all", what, left);
	is_u64(wrong, 0, "the long way comes to the same");
	whole = begun = left = wrong = 0;
}

/* Who owns a key is asked. */
static void
test_owner(void)
{
	uint8_t *key = &lengthy->key[TABLE_IP_PROTOCOL][HEADS_UDP];
	uint8_t was = *key;

	ok(common_is_known(cut), "it is known who owns the keys");
	*key = lengthy->key[TABLE_IP_PROTOCOL][HEADS_TCP];
	ok(!common_is_known(lengthy), "but for one");
	*key = was;
}

int
main(void)
{
	struct errbuf e;

	cut = registry_new(&e);
	lengthy = registry_new(&e);
	if (cut == NULL || lengthy == NULL)
		return 99;
	ok(cut->common, "the short cut may be taken");
	lengthy->common = 0;
	test_owner();
	test_made();
	report("made frames");
	test_captures();
	report("captures");
	registry_free(lengthy);
	registry_free(cut);
	return done();
}
