/* test_snoop.c: the reader of captures of Solaris snoop. */
#include "capfile.h"

static void
snoop(uint32_t version, uint32_t type)
{
	used = 0;
	swapped = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	raw("snoop\0\0", 8);
	u32(version);
	u32(type);
}

static void
record(uint32_t caplen, uint32_t len, uint32_t length)
{
	u32(len);
	u32(caplen);
	u32(length);
	u32(77);		/* drops */
	u32(4294967295u);
	u32(999999);
	fill(caplen);
}

static void
test_records(void)
{
	int end;

	snoop(2, 4);
	record(10, 60, 36);
	fill(2);
	record(60, 60, 84);
	record(20, 3, 64);	/* len lies; 20 bytes of padding */
	fill(20);
	record(0, 0, 24);
	ok(load(used, NULL, &end) == 4 && end == CAPTURE_END, "four frames");
	is_u64((uint64_t)frames[0].ts, 4294967295999999000u, "time");
	is_u64(frames[0].linktype, 1, "link type");
	is_u64(frames[0].caplen, 10, "caplen");
	is_u64(frames[0].len, 60, "len");
	ok(copies[0][0] == 9 && copies[0][9] == 0, "data");
	ok(copies[1][0] == 59 && copies[1][59] == 0, "behind the padding");
	is_u64(frames[2].len, 20, "len is at least caplen");
	is_u64(frames[3].caplen, 0, "an empty frame");
	is_u64(source->linktype, 1, "link type of the source");
	ok(capture_interface(source, 0) != NULL &&
	    capture_interface(source, 0)->linktype == 1, "interface 0");
	ok(capture_interface(source, 1) == NULL, "no interface 1");
	ok(load(used, "greater 50", &end) == 2 && end == CAPTURE_END,
	    "with a filter");
	snoop(2, 4);
	ok(load(used, NULL, &end) == 0 && end == CAPTURE_END, "no frames");
}

static void
test_types(void)
{
	static const struct {
		uint32_t type, linktype;
	} t[] = {
		{ 0, 1 }, { 2, 6 }, { 4, 1 }, { 8, 10 }, { 16, 122 },
		{ 18, 123 }, { 26, 242 }, { 0x80000005, 226 },
	};
	size_t i;
	int end;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snoop(2, t[i].type);
		record(4, 4, 28);
		ok(load(used, NULL, &end) == 1 &&
		    frames[0].linktype == t[i].linktype,
		    "medium %u is link type %u", t[i].type, t[i].linktype);
	}
	snoop(2, 1);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "medium, 1") != NULL, "%s", err.text);
	snoop(2, UINT32_MAX);
	ok(load(used, NULL, &end) == -1, "%s", err.text);
	snoop(3, 4);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "version 3") != NULL, "%s", err.text);
}

/* A good record, one with these numbers, a good one again. */
static void
lie(const char *what, uint32_t caplen, uint32_t length, const char *message)
{
	int end;

	snoop(2, 4);
	record(8, 8, 32);
	record(8, 8, 32);
	used -= 28;
	u32(caplen);
	u32(length);
	used += 20;
	record(8, 8, 32);
	ok(load(used, NULL, &end) == 1 && end == CAPTURE_ERROR &&
	    strstr(err.text, message) != NULL, "%s: %s", what, err.text);
}

static void
test_lies(void)
{
	int end;

	lie("caplen of 4 GiB", UINT32_MAX, 32, "damaged at packet 2");
	lie("the sum wraps", UINT32_MAX - 23, 0, "damaged at packet 2");
	lie("caplen of 16 MiB", 16 << 20, (16 << 20) + 24,
	    "in the middle of packet 2");
	lie("a frame beyond its record", 9, 32, "9 captured bytes in a record "
	    "of 32");
	lie("a record shorter than its header", 0, 23, "damaged at packet 2");
	lie("a record of 0 bytes", 8, 0, "damaged at packet 2");
	lie("a record of 4 GiB", 8, UINT32_MAX, "record of 4294967295");

	snoop(2, 4);
	record(8, 8, 1 << 20);	/* believed, but the file is short */
	ok(load(used, NULL, &end) == 1 && end == CAPTURE_ERROR,
	    "1 MiB of padding: %s", err.text);
}

static void
test_cuts(void)
{
	size_t ends[3];

	snoop(2, 4);
	record(10, 10, 36);
	ends[0] = used;
	fill(2);
	record(33, 60, 60);
	ends[1] = used;
	fill(3);
	record(1, 1, 25);
	ends[2] = used;
	cut_everywhere("snoop cut at every length", 16, ends, 3);
}

int
main(void)
{
	start();
	test_records();
	test_types();
	test_lies();
	test_cuts();
	return finish();
}
