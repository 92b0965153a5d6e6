/* test_savefile.c: the reader of pcap, and of what is no capture at all. */
#include "capfile.h"

/* The file header of pcap. */
static void
pcap(uint32_t magic, uint16_t major, uint16_t minor, uint32_t linktype)
{
	used = 0;
	u32(magic);
	u16(major);
	u16(minor);
	u32(0);			/* time zone */
	u32(0);			/* accuracy */
	u32(64);		/* snaplen */
	u32(linktype);
}

static void
record(uint32_t sec, uint32_t frac, uint32_t caplen, uint32_t len)
{
	u32(sec);
	u32(frac);
	u32(caplen);
	u32(len);
	fill(caplen);
}

static void
test_pcap_orders(void)
{
	static const struct {
		uint32_t magic;
		int swapped;
		int64_t ts;
	} kinds[] = {
		{ 0xa1b2c3d4, 0, 1000000007000 },
		{ 0xa1b2c3d4, 1, 1000000007000 },
		{ 0xa1b23c4d, 0, 1000000000007 },
		{ 0xa1b23c4d, 1, 1000000000007 },
	};
	size_t i;
	int end;

	for (i = 0; i < 4; i++) {
		swapped = kinds[i].swapped;
		/* 0xf8000000: the length of the FCS, to be masked */
		pcap(kinds[i].magic, 2, 4, 0xf8000001);
		record(1000, 7, 10, 60);
		record(4294967295u, 0, 200, 200); /* beyond snaplen */
		record(5, 0, 20, 3);		/* shorter than captured */
		record(6, 0, 0, 0);
		ok(load(used, NULL, &end) == 4 && end == CAPTURE_END,
		    "pcap %08x%s: all frames", kinds[i].magic,
		    swapped ? " swapped" : "");
		is_u64((uint64_t)frames[0].ts, (uint64_t)kinds[i].ts, "time");
		is_u64(frames[0].linktype, 1, "link type without FCS bits");
		is_u64(frames[0].caplen, 10, "caplen");
		is_u64(frames[0].len, 60, "len");
		is_u64(copies[0][0], 9, "data begins");
		is_u64(copies[0][9], 0, "data ends");
		is_u64((uint64_t)frames[1].ts, 4294967295000000000u,
		    "seconds are unsigned");
		is_u64(frames[1].caplen, 200, "caplen beyond snaplen");
		is_u64(frames[2].len, 20, "len is at least caplen");
		is_u64(frames[3].caplen, 0, "an empty frame");
	}
	ok(capture_interface(source, 0) != NULL &&
	    capture_interface(source, 0)->snaplen == 64, "interface 0");
	ok(capture_interface(source, 1) == NULL, "no interface 1");
	swapped = 0;
}

static void
test_pcap_oddities(void)
{
	int end;

	pcap(0xa1b2cd34, 2, 4, 1);
	u32(1);
	u32(0);
	u32(4);
	u32(60);
	u32(2);			/* ifindex */
	u16(0x0800);
	raw("\x04", 2);		/* PACKET_OUTGOING, padding */
	fill(4);
	ok(load(used, NULL, &end) == 1 && end == CAPTURE_END,
	    "modified pcap");
	is_u64(copies[0][0], 3, "data behind the longer header");
	ok(frames[0].flags & FRAME_OUTGOING, "outgoing");

	pcap(0xa1b2c3d4, 2, 2, 1);
	u32(1);
	u32(0);
	u32(60);		/* len and caplen the other way round */
	u32(4);
	fill(4);
	ok(load(used, NULL, &end) == 1 && frames[0].caplen == 4 &&
	    frames[0].len == 60, "version 2.2 exchanges the lengths");
	bytes[6] = 3;
	ok(load(used, NULL, &end) == 1 && frames[0].caplen == 4,
	    "version 2.3 does so at times");
	bytes[6] = 4;
	ok(load(used, NULL, &end) == 0 && end == CAPTURE_ERROR,
	    "version 2.4 does not");
	pcap(0xa1b2c3d4, 3, 0, 1);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "version 3.0") != NULL, "version 3 is refused");

	pcap(0xa1b2c3d4, 2, 4, 12);
	record(1, 1, 4, 4);
	ok(load(used, NULL, &end) == 1 && frames[0].linktype == 101,
	    "link type 12 is raw IP");
}

static void
test_pcap_lies(void)
{
	char text[256];
	int end;

	pcap(0xa1b2c3d4, 2, 4, 1);
	record(1, 0, 10, 10);
	record(2, 0, 10, 10);
	u32(3);
	u32(0);
	u32(0xfffffff0);
	u32(0xfffffff0);
	ok(load(used, NULL, &end) == 2 && end == CAPTURE_ERROR,
	    "caplen of 4 GiB: what stood before is lent");
	snprintf(text, sizeof(text), "%s: the file is damaged at packet 3 "
	    "(byte 76): it claims 4294967280 captured bytes", path);
	is_str(err.text, text, "message");
	/* 16 MiB are believed, but the file is short. */
	used -= 8;
	u32(16 << 20);
	u32(16 << 20);
	ok(load(used, NULL, &end) == 2 && end == CAPTURE_ERROR,
	    "caplen of 16 MiB");
	snprintf(text, sizeof(text), "%s: the file is cut short in the middle "
	    "of packet 3", path);
	is_str(err.text, text, "message");
}

static void
test_pcap_cuts(void)
{
	size_t ends[3];

	pcap(0xa1b2c3d4, 2, 4, 1);
	record(1, 0, 10, 10);
	ends[0] = used;
	record(2, 0, 33, 60);
	ends[1] = used;
	record(3, 0, 1, 1);
	ends[2] = used;
	cut_everywhere("pcap cut at every length", 24, ends, 3);
}

static void
test_filter(void)
{
	int i, end;

	pcap(0xa1b2c3d4, 2, 4, 1);
	for (i = 0; i < 60; i++)
		record((uint32_t)i, 0, 20, i % 3 == 0 ? 90 : 60);
	ok(load(used, "greater 80", &end) == 20 && end == CAPTURE_END,
	    "refused frames are not lent");
	is_u64((uint64_t)frames[1].ts, 3000000000, "and the order is kept");
	ok(load(used, "less 10", &end) == 0 && end == CAPTURE_END, "none");
	ok(load(used, "tcp prot 80", &end) == -1, "a bad expression");
	is_str(err.text, "filter expression: syntax error", "message");
	is_str(err.hint, "tcp prot 80\n    ^", "caret");
}

static void
test_not_captures(void)
{
	static const struct {
		const char *start;
		size_t n;
		const char *message;
	} t[] = {
		{ "", 0, "an empty file" },
		{ "\xd4\xc3", 2, "only 2 bytes" },
		{ "\xd4\xc3\xb2\xa1", 4, "file header" },
#ifdef HAVE_LIBARCHIVE
		{ "\x1f\x8b\x08\x00", 4, "damaged compressed" },
		{ "\x28\xb5\x2f\xfd", 4, "damaged compressed" },
		{ "\xfd" "7zXZ\0", 6, "damaged compressed" },
		{ "BZh91AY", 7, "damaged compressed" },
		{ "\x04\x22\x4d\x18", 4, "damaged compressed" },
#else
		{ "\x1f\x8b\x08\x00", 4, "gzip" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "\xfd" "7zXZ\0", 6, "xz" },
		{ "BZh91AY", 7, "bzip2" },
		{ "\x04\x22\x4d\x18", 4, "lz4" },
#endif
		{ "snoop\0\0\0", 8, "file header" },
		{ "snoo", 4, "not a capture file" },
		{ "PK\x03\x04", 4, "zip" },
		{ "<html><body>", 12, "not a capture file" },
	};
	struct capture_options o = { .linktype = -1 };
	size_t i;
	int end;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		used = 0;
		raw(t[i].start, t[i].n);
		ok(load(used, NULL, &end) == -1 &&
		    strstr(err.text, t[i].message) != NULL &&
		    strstr(err.text, path) == err.text, "%s", err.text);
		if (strcmp(t[i].message, "zip") == 0)
			ok(strncmp(err.hint, "unzip -p /tmp/", 14) == 0,
			    "hint: %s", err.hint);
	}
	ok(capture_open_savefile("/tmp", &o, &err) == NULL &&
	    strstr(err.text, "a directory") != NULL, "%s", err.text);
	ok(capture_open_savefile("/nonexistent/x", &o, &err) == NULL,
	    "%s", err.text);
}

/* A frame of 1 MiB in a pipe that brings some bytes at a time. */
static void
test_pipe(void)
{
	struct capture_options o = { .linktype = -1 };
	struct frame f[CAPTURE_BATCH];
	static uint8_t big[1 << 20];
	int fds[2], r, n = 0, old = dup(STDIN_FILENO);
	uint32_t caplen = 0;

	if (pipe(fds) == -1)
		abort();
	if (fork() == 0) {
		pcap(0xa1b2c3d4, 2, 4, 1);
		record(1, 0, 10, 10);
		u32(2);
		u32(0);
		u32(sizeof(big));
		u32(sizeof(big));
		r = write(fds[1], bytes, used) != (ssize_t)used ||
		    usleep(250000) != 0 ||
		    write(fds[1], big, sizeof(big)) != sizeof(big);
		_exit(r);
	}
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	close(fds[1]);
	forget();
	source = capture_open_savefile("-", &o, &err);
	r = source == NULL ? -1 : 0;
	ok(r == 0 && source->stream, "standard input, a stream");
	if (r == 0)
		ok(capture_read(source, f, CAPTURE_BATCH, &err) == 1,
		    "what is there is lent");
	if (r == 0)
		ok(capture_read(source, f, CAPTURE_BATCH, &err) ==
		    CAPTURE_IDLE, "idle while nothing comes");
	while (r >= 0) {
		r = capture_read(source, f, CAPTURE_BATCH, &err);
		if (r > 0) {
			n += r;
			caplen = f[0].caplen;
		}
	}
	ok(r == CAPTURE_END && n == 1 && caplen == sizeof(big),
	    "a frame larger than the window");
	forget();
	dup2(old, STDIN_FILENO);
	close(old);
}

int
main(void)
{
	start();
	test_pcap_orders();
	test_pcap_oddities();
	test_pcap_lies();
	test_pcap_cuts();
	test_filter();
	test_not_captures();
	test_pipe();
	return finish();
}
