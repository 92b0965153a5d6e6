/* test_plan.c: which frames are to be sent, by whom, and over and over; no
 * interface is needed for it. */
#include <stdlib.h>

#include "replay/plan.h"
#include "replay/repeat.h"

#include "tap.h"

enum { FRAMES = 8, LONG = 1600 };

static struct sender ethernet = { .name = "a", .linktype = LINKTYPE_ETHERNET,
    .mtu = 1500, .least = LINKTYPE_HEADER };
static struct sender small = { .name = "b", .linktype = LINKTYPE_ETHERNET,
    .mtu = 576, .least = LINKTYPE_HEADER };
static struct sender bare = { .name = "c", .linktype = LINKTYPE_RAW,
    .mtu = 1500, .least = 20 };
static const struct link_header no_header;

static uint8_t bytes[LONG];

static struct frame
frame_of(uint32_t n, uint8_t from)
{
	bytes[12] = bytes[13] = 0x88;
	bytes[11] = from;
	return (struct frame){ .data = bytes, .caplen = n, .len = n,
	    .linktype = LINKTYPE_ETHERNET };
}

static int
take(struct plan *p, uint64_t number, const struct frame *f,
    const struct session *s)
{
	struct packet k = { .frame = f };
	struct errbuf e;

	if (s != NULL) {
		k.flow.src = s->key.addr[f->data[11] & 1];
		k.flow.sport = s->key.port[f->data[11] & 1];
	}
	return plan_take(p, number, f, &k, s, &e);
}

static void
test_verdicts(void)
{
	static const struct {
		const char *what;
		uint32_t caplen, len;
		uint16_t linktype, ethertype;
		struct sender *to[2];
		enum plan_verdict want;
	} t[] = {
		{ "fits", 1514, 1514, 1, 0x0800, { &ethernet, NULL },
		    PLAN_SEND },
		{ "too long", 1515, 1515, 1, 0x0800, { &ethernet, NULL },
		    PLAN_LONG },
		{ "fits with a tag", 1518, 1518, 1, 0x8100,
		    { &ethernet, NULL }, PLAN_SEND },
		{ "too long with a tag", 1519, 1519, 1, 0x8100,
		    { &ethernet, NULL }, PLAN_LONG },
		{ "with another tag", 1518, 1518, 1, 0x88a8,
		    { &ethernet, NULL }, PLAN_LONG },
		{ "cut", 100, 101, 1, 0x0800, { &ethernet, NULL }, PLAN_CUT },
		{ "a header", 14, 14, 1, 0x0800, { &ethernet, NULL },
		    PLAN_SEND },
		{ "less than a header", 13, 13, 1, 0x0800, { &ethernet, NULL },
		    PLAN_SHORT },
		{ "nothing", 0, 0, 1, 0x0800, { &ethernet, NULL },
		    PLAN_SHORT },
		{ "the smaller of two", 591, 591, 1, 0x0800,
		    { &ethernet, &small }, PLAN_LONG },
		{ "both of two", 590, 590, 1, 0x0800, { &ethernet, &small },
		    PLAN_SEND },
		{ "another link type", 100, 100, 113, 0, { &ethernet, NULL },
		    PLAN_LINK },
		{ "Ethernet onto bare IP", 100, 100, 1, 0x0800,
		    { &bare, NULL }, PLAN_LINK },
		{ "bare IP", 1500, 1500, 101, 0, { &bare, NULL }, PLAN_SEND },
		{ "bare IP, too long", 1501, 1501, 101, 0, { &bare, NULL },
		    PLAN_LONG },
		{ "bare IP, too short", 19, 19, 101, 0, { &bare, NULL },
		    PLAN_SHORT },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct plan p = { .to = { t[i].to[0], t[i].to[1] },
		    .nto = t[i].to[1] != NULL ? 2 : 1, .header = &no_header };
		struct frame f = frame_of(t[i].caplen, 1);
		struct errbuf e;
		int r;

		f.len = t[i].len;
		f.linktype = t[i].linktype;
		bytes[12] = (uint8_t)(t[i].ethertype >> 8);
		bytes[13] = (uint8_t)t[i].ethertype;
		r = take(&p, 1, &f, NULL);
		ok(r == (t[i].want == PLAN_SEND) &&
		    p.frames[t[i].want] == 1 && plan_has(&p, 1) == r &&
		    plan_fits(&p, &f) == r &&
		    plan_refused(&p) == (uint64_t)!r, "%s", t[i].what);
		ok(plan_settle(&p, &e) == (t[i].want == PLAN_LINK ? -1 : 0),
		    "%s: nothing is sent only where it does not belong",
		    t[i].what);
		plan_fini(&p);
	}
}

/* Who was client turns out at the end; what is in no session goes with its
 * address. */
static void
test_sides(void)
{
	struct session a = { .id = 1 }, b = { .id = 4 };
	struct session *const of[FRAMES] = { &a, &a, NULL, &b, &b, NULL, NULL,
	    &a };
	static const uint8_t from[FRAMES] = { 0, 1, 1, 2, 3, 2, 9, 0 };
	/* 0 and 2 turn out to be servers. */
	static const unsigned int want[FRAMES] = { 1, 0, 0, 1, 0, 1, 0, 1 };
	struct plan p = { .to = { &ethernet, &ethernet }, .nto = 2,
	    .header = &no_header };
	struct frame f;
	struct errbuf e;

	a.key.port[0] = b.key.port[0] = 80;
	a.key.port[1] = b.key.port[1] = 4000;
	for (unsigned int i = 0; i < FRAMES; i++) {
		f = frame_of(60 + i, from[i]);
		(void)take(&p, i + 1, &f, of[i]);
	}
	a.client = b.client = 1;
	plan_ended(&p, &a);
	plan_ended(&p, &b);
	ok(plan_settle(&p, &e) == 0, "two sides");
	for (unsigned int i = 0; i < FRAMES; i++)
		ok(plan_side(&p, i) == want[i], "frame %u has its side", i);
	is_u64(p.side[0].frames, 4, "frames of clients");
	is_u64(p.side[1].bytes, 60 + 63 + 65 + 67, "bytes of servers");
	is_u64(p.sides.alone, 3, "frames in no session");
	plan_fini(&p);
}

/* A file of FRAMES frames, that is damaged behind them. */
struct file {
	struct capture head;
	unsigned int at;
};

static unsigned int opened;

static int
file_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct file *p = (struct file *)c;
	int k;

	for (k = 0; k < n && k < 3 && p->at < FRAMES; k++) {
		f[k] = frame_of(60 + p->at, 1);
		f[k].ts = 100 * p->at++;
	}
	return k > 0 ? k : err_set(e, "damaged");
}

static int
file_stats(struct capture *c, struct capture_stats *st)
{
	(void)c;
	memset(st, 0, sizeof(*st));
	return 0;
}

static void
file_close(struct capture *c)
{
	free(c);
}

static const struct capture_ops file_ops = {
	.name = "test", .read = file_read, .stats = file_stats,
	.close = file_close,
};

static struct capture *
file_open(void *arg)
{
	struct file *p = calloc(1, sizeof(*p));

	(void)arg;
	opened++;
	p->head.ops = &file_ops;
	p->head.name = "test";
	return &p->head;
}

/* All that it lends: lengths and times, as text. */
static const char *
all(struct repeat_options *o, struct capture *first)
{
	static char text[1024];
	struct frame f[CAPTURE_BATCH];
	struct errbuf e;
	struct capture *c = repeat_open(first, o, &e);
	int n;

	text[0] = '\0';
	while ((n = capture_read(c, f, 2, &e)) != CAPTURE_END)
		for (int i = 0; i < n; i++)
			snprintf(text + strlen(text), sizeof(text) -
			    strlen(text), " %u@%lld", f[i].caplen,
			    (long long)f[i].ts);
	capture_close(c);
	return text;
}

static void
test_repeat(void)
{
	struct plan p = { .to = { &ethernet, NULL }, .nto = 1,
	    .header = &no_header };
	struct store s = { 0 };
	struct repeat_options o = { .plan = &p, .open = file_open };
	struct capture *first = file_open(NULL);
	struct frame f;

	o.loops = 2;
	is_str(all(&o, first), "",
	    "nothing is planned");
	/* The second, the fourth and the eighth of the file. */
	for (unsigned int i = 1; i < FRAMES; i += i < 3 ? 2 : 4) {
		f = frame_of(60 + i, 1);
		f.ts = 100 * i;
		(void)take(&p, i + 1, &f, NULL);
		(void)store_add(&s, &f);
	}
	opened = 0;
	is_str(all(&o, first), " 61@100 63@300 67@700 61@1000 63@1200"
	    " 67@1600",
	    "from the file, twice");
	is_u64(opened, 2, "it is opened for each round");
	memset(bytes, 0xff, sizeof(bytes));
	o.store = &s;
	o.loops = 3;
	is_str(all(&o, first), " 61@100 63@300 67@700 61@1000 63@1200"
	    " 67@1600 61@1900 63@2100 67@2500",
	    "from memory, three times");
	ok(s.n == 3 && s.frame[2].data[11] == 1 && s.bytes == 191,
	    "bytes in memory are a copy");
	store_fini(&s);
	plan_fini(&p);
	capture_close(first);
}

static void
test_alone(void)
{
	struct plan p = { .to = { &ethernet, NULL }, .nto = 1,
	    .header = &no_header };
	struct store s = { 0 };
	struct repeat_options o = { .plan = &p, .store = &s, .loops = 3 };
	struct capture *first = file_open(NULL);
	struct frame f = frame_of(60, 1);

	(void)take(&p, 1, &f, NULL);
	(void)store_add(&s, &f);
	is_str(all(&o, first), " 60@0 60@1000000000 60@2000000000",
	    "one frame, each second");
	f.ts = s.frame[0].ts = FRAME_TS_MAX;
	p.first = -FRAME_TS_MAX;
	p.latest = FRAME_TS_MAX;
	p.frames[PLAN_SEND] = 2;
	is_str(all(&o, first), " 60@4611686018427387903"
	    " 60@4611686018427387903 60@4611686018427387903",
	    "time has an end");
	store_fini(&s);
	plan_fini(&p);
	capture_close(first);
}

static void
test_store(void)
{
	struct store s = { 0 };
	struct frame f = { .caplen = 16 << 20 };
	uint8_t *data = calloc(1, f.caplen);
	unsigned int n = 0;

	f.data = data;
	while (data != NULL && n < 32 && store_add(&s, &f) == 0)
		n++;
	is_u64(n, 15, "frames of 16 MiB that fit into memory, with the rest");
	store_fini(&s);
	free(data);
}

int
main(void)
{
	test_verdicts();
	test_sides();
	test_repeat();
	test_alone();
	test_store();
	return done();
}
