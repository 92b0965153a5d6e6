/* test_pcapng.c: the reader of pcapng. */
#include "capfile.h"

/* A block of pcapng; its body stands between begin and end. */
static size_t block;

static void
block_begin(uint32_t type)
{
	block = used;
	u32(type);
	u32(0);			/* length, below */
}

static void
block_end(void)
{
	uint32_t total;
	size_t after;

	while (used % 4 != 0)
		bytes[used++] = 0;
	total = (uint32_t)(used - block) + 4;
	u32(total);
	after = used;
	used = block + 4;
	u32(total);
	used = after;
}

static void
section(void)
{
	block_begin(0x0a0d0d0a);
	u32(0x1a2b3c4d);
	u16(1);
	u16(0);
	u64(12345);		/* a section length that lies */
	block_end();
}

static void
option(uint16_t code, const void *p, uint16_t n)
{
	u16(code);
	u16(n);
	raw(p, n);
	while (used % 4 != 0)
		bytes[used++] = 0;
}

static void
interface(uint16_t linktype, uint32_t snaplen, const char *name,
    int tsresol, int64_t offset)
{
	uint8_t resolution = (uint8_t)tsresol;

	block_begin(1);
	u16(linktype);
	u16(0);
	u32(snaplen);
	if (name != NULL)
		option(2, name, (uint16_t)strlen(name));
	if (tsresol >= 0)
		option(9, &resolution, 1);
	if (offset != 0) {
		u16(14);
		u16(8);
		u64((uint64_t)offset);
	}
	option(0, NULL, 0);
	block_end();
}

static void
enhanced(uint32_t number, uint64_t ts, uint32_t caplen, uint32_t len)
{
	block_begin(6);
	u32(number);
	u32((uint32_t)(ts >> 32));
	u32((uint32_t)ts);
	u32(caplen);
	u32(len);
	fill(caplen);
	block_end();
}

static void
test_pcapng_cuts(void)
{
	size_t ends[3];

	used = 0;
	section();
	interface(1, 64, "eth0", 9, 0);
	enhanced(0, 1, 10, 10);
	ends[0] = used;
	block_begin(0xbad);	/* custom: of no interest */
	fill(21);
	block_end();
	enhanced(0, 1, 31, 60);
	ends[1] = used;
	swapped = 1;
	section();
	interface(101, 64, NULL, -1, 0);
	enhanced(0, 1, 20, 60);
	ends[2] = used;
	swapped = 0;
	cut_everywhere("pcapng cut at every length", 28, ends, 3);
}

static void
test_pcapng_sections(void)
{
	const struct capture_interface *i;
	int end;

	used = 0;
	section();
	interface(1, 0, "eth0", -1, 0);
	interface(101, 50, NULL, 9, 0);
	enhanced(1, 77, 10, 60);
	enhanced(0, 77, 11, 11);
	swapped = 1;
	section();
	interface(113, 0, "any", -1, 0);
	enhanced(0, 5, 12, 12);
	swapped = 0;
	ok(load(used, NULL, &end) == 3 && end == CAPTURE_END,
	    "two sections of two byte orders");
	is_u64(source->linktype, 1, "link type of the first interface");
	is_u64(frames[0].linktype, 101, "of the second");
	is_u64(frames[0].ifindex, 1, "its number");
	is_u64((uint64_t)frames[0].ts, 77, "its clock");
	is_u64((uint64_t)frames[1].ts, 77000, "the first one's clock");
	is_u64(frames[2].linktype, 113, "of the other section");
	is_u64(frames[2].ifindex, 2, "numbers go on over sections");
	i = capture_interface(source, 2);
	is_str(i ? i->name : "", "any", "its name");
	i = capture_interface(source, 1);
	ok(i != NULL && i->name == NULL && i->snaplen == 50, "no name");
	ok(capture_interface(source, 3) == NULL, "no fourth interface");
}

static void
test_pcapng_clocks(void)
{
	static const struct {
		int tsresol;
		int64_t offset;
		uint64_t units;
		int64_t ns;
	} t[] = {
		{ -1, 0, 1500000, 1500000000 },
		{ 0, 0, 3, 3000000000 },
		{ 3, 0, 3, 3000000 },
		{ 9, 0, 3, 3 },
		{ 12, 0, 2999, 2 },
		{ 27, 0, UINT64_MAX, 18 },
		{ 29, 0, UINT64_MAX, 0 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0x80, 0, 3, 3000000000 },
		{ 0x80 | 1, 0, 3, 1500000000 },
		{ 0x80 | 20, 0, 1 << 19, 500000000 },
		{ 0x80 | 32, 0, 5ull << 31, 2500000000 },
		{ 0x80 | 64, 0, UINT64_MAX, 999999999 },
		{ 0x80 | 127, 0, UINT64_MAX, 0 },
		{ 6, 10, 0, 10000000000 },
		{ 6, 10, 1, 10000001000 },
		{ 6, -10, 1, -9999999000 },
		{ 6, 0, UINT64_MAX, FRAME_TS_MAX },
		{ 6, INT64_MAX, 1, FRAME_TS_MAX },
		{ 6, INT64_MIN, 1, -FRAME_TS_MAX },
		{ 0, INT64_MIN, UINT64_MAX, FRAME_TS_MAX },
	};
	char what[80];
	size_t i;
	int end;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		used = 0;
		section();
		interface(1, 0, NULL, t[i].tsresol, t[i].offset);
		enhanced(0, t[i].units, 4, 4);
		snprintf(what, sizeof(what), "tsresol %d, tsoffset %" PRId64
		    ", %" PRIu64, t[i].tsresol, t[i].offset, t[i].units);
		load(used, NULL, &end);
		is_u64((uint64_t)frames[0].ts, (uint64_t)t[i].ns, what);
	}
}

static void
test_pcapng_blocks(void)
{
	uint32_t out = 2, in = 1;
	int end;

	used = 0;
	section();
	interface(1, 20, NULL, -1, 0);
	block_begin(3);		/* simple: 60 bytes long, 20 captured */
	u32(60);
	fill(20);
	block_end();
	block_begin(3);		/* shorter than snaplen, padded */
	u32(9);
	fill(9);
	block_end();
	block_begin(2);		/* the obsolete packet block */
	u16(0);
	u16(7);			/* drops */
	u32(0);
	u32(1000000);
	u32(5);
	u32(50);
	fill(5);
	block_end();
	block_begin(6);		/* with options */
	u32(0);
	u64(0);
	u32(3);
	u32(3);
	fill(4);
	option(1, "a comment", 9);
	option(2, &out, 4);
	option(0, NULL, 0);
	block_end();
	block_begin(6);
	u32(0);
	u64(0);
	u32(4);
	u32(4);
	fill(4);
	option(2, &in, 4);	/* not closed by an end of options */
	block_end();
	block_begin(6);
	u32(0);
	u64(0);
	u32(4);
	u32(4);
	fill(4);
	u16(2);			/* an option longer than the block */
	u16(400);
	block_end();
	ok(load(used, NULL, &end) == 6 && end == CAPTURE_END, "six packets");
	ok(frames[0].caplen == 20 && frames[0].len == 60, "simple packet");
	is_u64((uint64_t)frames[0].ts, 0, "has no time");
	ok(frames[1].caplen == 9 && frames[1].len == 9, "short simple packet");
	ok(frames[2].caplen == 5 && frames[2].len == 50, "obsolete packet");
	is_u64((uint64_t)frames[2].ts, 1000000000, "has a time");
	is_u64(frames[3].flags, FRAME_OUTGOING, "outbound by its flags");
	is_u64(frames[4].flags, FRAME_INCOMING, "inbound by its flags");
	is_u64(frames[5].flags, 0, "an option that lies");
}

/* A good packet, then one that is spoilt, then a good one again. */
static void
spoilt(const char *what, uint32_t type, size_t at, uint32_t value,
    const char *message)
{
	size_t start;
	int end;

	used = 0;
	section();
	interface(1, 0, NULL, -1, 0);
	enhanced(0, 1, 8, 8);
	start = used;
	if (type == 6) {
		enhanced(0, 1, 8, 8);
	} else {
		block_begin(type);
		fill(24);
		block_end();
	}
	memcpy(bytes + start + at, &value, 4);
	enhanced(0, 1, 8, 8);
	ok(load(used, NULL, &end) == 1 && end == CAPTURE_ERROR &&
	    strstr(err.text, message) != NULL, "%s: %s", what, err.text);
}

static void
test_pcapng_lies(void)
{
	int end;

	spoilt("length 0", 6, 4, 0, "damaged at packet 2");
	spoilt("length 8", 6, 4, 8, "damaged at packet 2");
	spoilt("odd length", 6, 4, 41, "damaged at packet 2");
	spoilt("length 4 GiB", 6, 4, 0xfffffff0, "claims 4294967280 bytes");
	spoilt("length 1 MiB", 6, 4, 1 << 20, "cut short");
	spoilt("other length at the end", 6, 36, 44, "end with its length");
	spoilt("no such interface", 6, 8, 1, "interface 1 of 1");
	spoilt("caplen beyond the block", 6, 20, 9, "claims 9 captured");
	spoilt("caplen 4 GiB", 6, 20, UINT32_MAX, "captured bytes");
	spoilt("unknown block of 4 GiB", 0x99, 4, 0xfffffff0, "cut short");
	spoilt("unknown block of length 4", 0x99, 4, 4, "damaged");
	spoilt("unknown block ends otherwise", 0x99, 32, 0, "end with");
	spoilt("section without byte order", 0x0a0d0d0a, 8, 7, "byte-order");

	used = 0;
	section();
	block_begin(3);
	u32(4);
	fill(4);
	block_end();
	ok(load(used, NULL, &end) == 0 && end == CAPTURE_ERROR,
	    "simple packet without an interface");
	used = 0;
	section();
	ok(load(used, NULL, &end) == 0 && end == CAPTURE_END,
	    "a section and nothing else");
}

static void
test_pcapng_filter(void)
{
	int end;

	used = 0;
	section();
	interface(1, 0, NULL, -1, 0);
	interface(101, 0, NULL, -1, 0);
	enhanced(0, 1, 8, 8);
	enhanced(1, 1, 8, 8);
	ok(load(used, "ether host 1:2:3:4:5:6", &end) == 0 &&
	    end == CAPTURE_ERROR, "no such test for raw IP: %s", err.text);
}

int
main(void)
{
	start();
	test_pcapng_cuts();
	test_pcapng_sections();
	test_pcapng_clocks();
	test_pcapng_blocks();
	test_pcapng_lies();
	test_pcapng_filter();
	return finish();
}
