/* test_fit.c: frames with other tags, in fragments, or left out. */
#include <stdlib.h>

#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "rewrite/rewrite.h"

#include "made.h"
#include "tap.h"

enum { FRAMES = 10000, MTUS = 3, HEADER = 14, TAG = 4 };

static struct registry *registry;
static struct made made;

static struct rewriter *
rewriter_of(struct rules *u)
{
	struct errbuf e;

	return rewriter_new(u, registry, &e);
}

static struct frame
frame_of(const uint8_t *data, uint32_t n)
{
	return (struct frame){ .data = data, .caplen = n, .len = n,
	    .linktype = 1, .ts = 1 };
}

/* --- fragments ------------------------------------------------------------ */

struct seen {
	unsigned int frames, whole, too_long, wrong;
	uint8_t payload[MADE_MAX];
	uint32_t payload_len;
	struct flow flow;
};

static uint32_t
tags(const uint8_t *data)
{
	uint32_t n = 0;

	while (be16(data + 12 + n * TAG) == 0x8100)
		n++;
	return n;
}

/* What a receiver makes of it. */
static void
receive(struct seen *s, struct defrag *defrag, const struct frame *f,
    uint32_t mtu)
{
	struct packet p;

	s->frames++;
	s->too_long += f->len > HEADER + mtu + (tags(f->data) > 0 ? TAG : 0U);
	s->wrong += f->caplen != f->len;
	dissect(registry, defrag, f, &p);
	s->wrong += (p.flags & (PACKET_TRUNCATED | PACKET_MALFORMED |
	    PACKET_LYING_LEN)) != 0;
	if (p.flags & PACKET_HELD)
		return;
	s->whole++;
	s->flow = p.flow;
	s->payload_len = p.flow.payload_caplen;
	memcpy(s->payload, p.flow.payload, s->payload_len);
}

static int
same(const struct seen *a, const struct seen *b)
{
	return memcmp(&a->flow.src, &b->flow.src, 16) == 0 &&
	    memcmp(&a->flow.dst, &b->flow.dst, 16) == 0 &&
	    a->flow.sport == b->flow.sport && a->flow.dport == b->flow.dport &&
	    a->flow.protocol == b->flow.protocol &&
	    (a->flow.has & FLOW_BAD_CHECKSUM) ==
	    (b->flow.has & FLOW_BAD_CHECKSUM) &&
	    a->payload_len == b->payload_len &&
	    memcmp(a->payload, b->payload, a->payload_len) == 0;
}

/* In pieces of the first size, each of which may go on in smaller ones. */
static void
send_on(struct rewriter *const *r, unsigned int n, const struct frame *f,
    const uint32_t *mtu, struct seen *s, struct defrag *defrag)
{
	const struct frame *out;

	rewrite_frame(r[0], f);
	while ((out = rewrite_next(r[0])) != NULL)
		if (n > 1)
			send_on(r + 1, n - 1, out, mtu + 1, s, defrag);
		else
			receive(s, defrag, out, mtu[0]);
}

static void
test_fragments(void)
{
	static const uint32_t mtu[MTUS] = { 300, 180, 128 };
	struct rules u[MTUS] = { { .nip = 0 } };
	struct rewriter *r[MTUS];
	unsigned int wrong = 0, cut = 0;
	static struct seen before, after;

	for (unsigned int i = 0; i < MTUS; i++) {
		u[i] = (struct rules){ .fit = MTU_FRAGMENT, .mtu = mtu[i] };
		r[i] = rewriter_of(&u[i]);
	}
	for (uint32_t seed = 1; seed <= FRAMES; seed++) {
		struct defrag *defrag = defrag_new();
		unsigned int n = 1 + seed % MTUS;
		struct frame f;

		made_frame(&made, seed, 0);
		/* May not be fragmented by others: we are its sender. */
		if (made.version == 4 && seed % 2) {
			made.buf[made.ip + 6] = 0x40;
			made_be16(made.buf + made.ip + 10, 0);
			made_be16(made.buf + made.ip + 10, 0xffff & ~made_sum(0,
			    made.buf + made.ip,
			    (made.buf[made.ip] & 15U) * 4));
		}
		f = frame_of(made.buf + made.at, made_len(&made));
		memset(&before, 0, sizeof(before));
		memset(&after, 0, sizeof(after));
		receive(&before, defrag, &f, MADE_MAX);
		send_on(r, n, &f, mtu, &after, defrag);
		cut += after.frames > 1;
		if (after.whole != 1 || after.too_long > 0 ||
		    after.wrong > before.wrong || !same(&before, &after)) {
			wrong++;
			printf("# seed %u: %u frames, %u whole, %u too long, "
			    "%u wrong\n", seed, after.frames, after.whole,
			    after.too_long, after.wrong);
		}
		defrag_free(defrag);
		if (wrong > 3)
			break;
	}
	ok(cut > FRAMES / 4, "many go out in fragments: %u", cut);
	is_u64(wrong, 0, "a receiver makes of them what was sent");
	for (unsigned int i = 0; i < MTUS; i++)
		rewriter_free(r[i]);
}

/* Options that are to be in each fragment, and those that are not. */
static void
test_options(void)
{
	struct rules u = { .fit = MTU_FRAGMENT, .mtu = 100 };
	struct rewriter *r = rewriter_of(&u);
	uint8_t b[HEADER + 32 + 200] = { [12] = 8, [HEADER] = 0x48,
	    [HEADER + 2] = 0, [HEADER + 3] = 232, [HEADER + 9] = 254,
	    [HEADER + 20] = 7, 3, 4, 1, 148, 4, 0, 0, 1, 1, 1, 0 };
	struct frame f = frame_of(b, sizeof(b));
	const struct frame *out;
	unsigned int n = 0, right = 0;

	rewrite_frame(r, &f);
	for (; (out = rewrite_next(r)) != NULL; n++)
		right += n == 0 ? out->data[HEADER] == 0x48 &&
		    memcmp(out->data + HEADER + 20, b + HEADER + 20, 12) == 0 :
		    out->data[HEADER] == 0x46 &&
		    memcmp(out->data + HEADER + 20, "\224\4\0\0", 4) == 0;
	is_u64(n, 3, "200 bytes in fragments of 64, 72 and 64");
	is_u64(right, 3, "only options that say so are in all");
	is_u64(rewrite_stats(r)->pieces, 3, "they are counted");
	rewriter_free(r);
}

/* What cannot be cut, with the reason. */
static void
test_unfit(void)
{
	struct rules u = { .fit = MTU_FRAGMENT, .mtu = 100 };
	struct rewriter *r = rewriter_of(&u);
	static uint8_t b[HEADER + 40 + 1000];
	struct frame f = frame_of(b, sizeof(b));

	b[12] = 0x88;
	b[13] = 0xcc;
	rewrite_frame(r, &f);
	ok(rewrite_next(r) == NULL, "no IP: left out");
	b[12] = 0x86;
	b[13] = 0xdd;
	b[HEADER] = 0x60;
	made_be16(b + HEADER + 4, 1000);
	b[HEADER + 6] = 254;
	f.len++;
	f.caplen--;
	rewrite_frame(r, &f);
	ok(rewrite_next(r) == NULL, "cut by the snapshot length: left out");
	f = frame_of(b, HEADER + 40 + 20);
	f.len = f.caplen;
	made_be16(b + HEADER + 4, 20);
	rewrite_frame(r, &f);
	ok(rewrite_next(r) != NULL && rewrite_next(r) == NULL,
	    "what fits comes as it is");
	f = frame_of(b, HEADER + 40 + 70);
	rewrite_frame(r, &f);
	ok(rewrite_next(r) != NULL && rewrite_next(r) == NULL,
	    "and so does what only has a trailer behind it");
	is_u64(rewrite_stats(r)->unfit, 2, "the others are counted");
	rewriter_free(r);
}

static void
test_drop(void)
{
	struct rules u = { .fit = MTU_DROP, .mtu = 100 };
	struct rewriter *r = rewriter_of(&u);
	static uint8_t b[HEADER + 2 * TAG + 101] = { [12] = 0x81,
	    [16] = 0x08 };
	struct frame f = frame_of(b, HEADER + TAG + 100);

	rewrite_frame(r, &f);
	ok(rewrite_next(r) != NULL, "a tag is not counted");
	f = frame_of(b, HEADER + TAG + 101);
	rewrite_frame(r, &f);
	ok(rewrite_next(r) == NULL, "what is longer is left out");
	b[16] = 0x81;
	f = frame_of(b, HEADER + 2 * TAG + 100);
	rewrite_frame(r, &f);
	ok(rewrite_next(r) == NULL, "a second tag is counted");
	is_u64(rewrite_stats(r)->unfit, 2, "they are counted");
	rewriter_free(r);
}

/* --- tags ----------------------------------------------------------------- */

/* The frame in hex, as it is written with that option. */
static const char *
tagged(const char *option, const char *hex)
{
	static char text[256];
	struct rules u = { .nip = 0 };
	struct rewriter *r;
	struct frame f;
	const struct frame *out;
	struct errbuf e;
	uint8_t b[64];
	unsigned int byte;
	uint32_t n = 0;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		b[n++] = (uint8_t)byte;
	f = frame_of(b, n);
	if (rules_set_vlan(&u, option, &e) == -1)
		return "refused";
	r = rewriter_of(&u);
	rewrite_frame(r, &f);
	out = rewrite_next(r);
	text[0] = '\0';
	for (uint32_t i = 12; i < out->caplen; i++)
		snprintf(text + 2 * (i - 12), 3, "%02x", out->data[i]);
	if (out->caplen != out->len)
		snprintf(text, sizeof(text), "lengths");
	rewriter_free(r);
	return text;
}

static void
test_tags(void)
{
#define ADDRESSES "ffffffffffff020000000001"
#define BARE	ADDRESSES "88b50102"
#define ONE	ADDRESSES "8100600588b50102"
#define TWO	ADDRESSES "88a800078100600588b50102"
	is_str(tagged("9", BARE), "8100000988b50102", "a first tag");
	is_str(tagged("9", ONE), "8100600988b50102",
	    "another VLAN, of the same priority");
	is_str(tagged("9", TWO), "88a800098100600588b50102",
	    "of two the outer one");
	is_str(tagged("add=9", BARE), "8100000988b50102", "one more");
	is_str(tagged("add=9", ONE), "88a800098100600588b50102",
	    "one in front of another");
	is_str(tagged("del", BARE), "88b50102", "none to be taken");
	is_str(tagged("del", ONE), "88b50102", "one taken");
	is_str(tagged("del", TWO), "8100600588b50102", "one of two");
	is_str(tagged("add=4096", BARE), "refused", "no such VLAN");
	is_str(tagged("add=", BARE), "refused", "no VLAN");
	is_str(tagged("delete", BARE), "refused", "another word");
}

static void
test_sizes(void)
{
	static const char *const bad[] = { "", "67", "65536", "1500x", "-1" };
	struct rules u = { .nip = 0 };
	struct errbuf e;
	unsigned int refused = 0;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused += rules_set_mtu(&u, MTU_DROP, bad[i], &e) == -1;
	is_u64(refused, sizeof(bad) / sizeof(bad[0]), "no sizes");
	ok(rules_set_mtu(&u, MTU_DROP, "68", &e) == 0 && u.mtu == 68,
	    "the least");
	ok(rules_set_mtu(&u, MTU_FRAGMENT, "68", &e) == -1,
	    "one of the two only");
}

int
main(void)
{
	struct errbuf e;

	registry = registry_new(&e);
	test_fragments();
	test_options();
	test_unfit();
	test_drop();
	test_tags();
	test_sizes();
	registry_free(registry);
	return done();
}
