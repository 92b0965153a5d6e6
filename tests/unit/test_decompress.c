/* test_decompress.c: capture files that are compressed. */
#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "capfile.h"

enum {
	FRAMES	= 3,
	STORED	= 15,	/* gzip's header, and deflate's of a stored block */
};

/* A pcap file, and where in it each frame is whole. */
static uint8_t plain[4096];
static size_t plain_length, ends[FRAMES];

static void
make_plain(void)
{
	uint32_t i;

	used = 0;
	u32(0xa1b2c3d4);
	u16(2);
	u16(4);
	u64(0);
	u32(64);
	u32(1);
	for (i = 0; i < FRAMES; i++) {
		u32(i);
		u32(0);
		u32(60);
		u32(60);
		fill(60);
		ends[i] = used;
	}
	memcpy(plain, bytes, used);
	plain_length = used;
}

/* How many frames the first n bytes hold; -1 without the file header. */
static int
frames_in(size_t n)
{
	int k = 0;

	while (k < FRAMES && ends[k] <= n)
		k++;
	return n < 24 ? -1 : k;
}

/* Appends n bytes to the file, as a member of gzip with one stored block. */
static void
gzip_stored(const uint8_t *p, size_t n)
{
	raw("\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
	u16((uint16_t)n);
	u16((uint16_t)~n);
	raw(p, n);
	u32((uint32_t)crc32(0, p, (uInt)n));
	u32((uint32_t)n);
}

/* The same as zlib compresses best. */
static void
gzip_best(const uint8_t *p, size_t n)
{
	z_stream z = {
		.next_in = (z_const Bytef *)p, .avail_in = (uInt)n,
		.next_out = bytes + used, .avail_out = (uInt)(MAX - used)
	};

	if (deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK || deflate(&z, Z_FINISH) !=
	    Z_STREAM_END)
		abort();
	used += z.total_out;
	deflateEnd(&z);
}

/* The plain file through one of libarchive's filters; 0 when it has none. */
static int
filtered(int filter)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t n = 0;
	int done = 0;

	used = 0;
	if (archive_write_add_filter(a, filter) != ARCHIVE_OK)
		goto out;
	archive_write_set_format_raw(a);
	archive_write_set_bytes_in_last_block(a, 1);
	archive_entry_set_filetype(e, AE_IFREG);
	if (archive_write_open_memory(a, bytes, MAX, &n) != ARCHIVE_OK ||
	    archive_write_header(a, e) != ARCHIVE_OK ||
	    archive_write_data(a, plain, plain_length) !=
	    (la_ssize_t)plain_length || archive_write_close(a) != ARCHIVE_OK)
		abort();
	used = n;
	done = 1;
out:
	archive_entry_free(e);
	archive_write_free(a);
	return done;
}

/* Whether it failed as a compressed file that is damaged does. */
static int
told(int end)
{
	return end == CAPTURE_ERROR && strstr(err.text, path) == err.text &&
	    strstr(err.text, ": damaged compressed data after ") != NULL;
}

static void
test_gzip(void)
{
	int end;

	make_plain();
	used = 0;
	gzip_stored(plain, plain_length);
	ok(load(used, NULL, &end) == FRAMES && end == CAPTURE_END, "stored");
	ok(!source->stream, "a file is no stream, compressed or not");
	ok(copies[2][0] == 59 && copies[2][59] == 0, "data");

	used = 0;
	gzip_best(plain, 30);
	gzip_stored(plain + 30, 0);
	gzip_stored(plain + 30, 71);
	gzip_best(plain + 101, plain_length - 101);
	ok(load(used, NULL, &end) == FRAMES && end == CAPTURE_END,
	    "several members");
	memset(bytes + used, 0, 512);
	used += 512;
	ok(load(used, NULL, &end) == FRAMES && end == CAPTURE_END,
	    "padded with zeros");
	fill(3);
	ok(load(used, NULL, &end) == FRAMES && told(end) &&
	    strstr(err.text, "garbage") != NULL, "%s", err.text);
}

static void
test_gzip_cuts(void)
{
	size_t n, total;
	int k, end, last = -1, bad = 0;
	char text[256];

	make_plain();
	used = 0;
	gzip_stored(plain, plain_length);
	total = used;
	for (n = STORED; n < total; n++) {
		k = load(n, NULL, &end);
		bad += k != frames_in(n - STORED) || !told(end);
	}
	is_u64((uint64_t)bad, 0, "cut at every length: each byte counts");
	load(STORED + 100, NULL, &end);
	snprintf(text, sizeof(text), "%s: damaged compressed data after 100 "
	    "bytes: the gzip data is cut short", path);
	is_str(err.text, text, "message");

	make_plain();
	used = 0;
	gzip_best(plain, plain_length);
	total = used;
	for (bad = 0, n = 4; n < total; n++) {
		k = load(n, NULL, &end);
		bad += k < last || k > FRAMES || !told(end);
		last = k;
	}
	is_u64((uint64_t)bad, 0, "well compressed, cut at every length");
	is_u64((uint64_t)last, FRAMES, "and only its sum missing");
}

/* One byte after the other is changed; how often that ended badly. */
static int
damage(size_t from, int must_fail)
{
	size_t n, total = used;
	int end, bad = 0;

	for (n = from; n < total; n++) {
		bytes[n] ^= 0x15;
		load(total, NULL, &end);
		bytes[n] ^= 0x15;
		bad += end == CAPTURE_ERROR ? err.text[0] == '\0' : must_fail;
	}
	return bad;
}

static void
test_gzip_damage(void)
{
	int end;

	make_plain();
	used = 0;
	gzip_stored(plain, plain_length);
	is_u64((uint64_t)damage(10, 1), 0, "a changed byte is noticed");
	bytes[STORED + ends[1] + 20] ^= 1;
	ok(load(used, NULL, &end) == FRAMES && told(end),
	    "within a frame, after it: %s", err.text);
	make_plain();
	used = 0;
	gzip_best(plain, plain_length);
	is_u64((uint64_t)damage(10, 1), 0, "well compressed, too");
}

static void
test_filters(void)
{
	static const struct {
		int filter;
		const char *name;
	} t[] = {
		{ ARCHIVE_FILTER_ZSTD, "zstd" },
		{ ARCHIVE_FILTER_XZ, "xz" },
		{ ARCHIVE_FILTER_BZIP2, "bzip2" },
		{ ARCHIVE_FILTER_LZ4, "lz4" },
	};
	size_t i, n, total;
	int k, end, bad;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		make_plain();
		if (!filtered(t[i].filter)) {
			ok(1, "%s # SKIP libarchive is without it", t[i].name);
			continue;
		}
		total = used;
		ok(load(total, NULL, &end) == FRAMES && end == CAPTURE_END,
		    "%s", t[i].name);
		for (bad = 0, n = 6; n < total; n++) {
			k = load(n, NULL, &end);
			bad += k > FRAMES || !told(end);
		}
		is_u64((uint64_t)bad, 0, "cut at every length");
		used = total;
		is_u64((uint64_t)damage(0, 0), 0, "a changed byte");
	}
}

static void
test_contents(void)
{
	uint8_t inner[4096];
	size_t n;
	int end;

	make_plain();
	used = 0;
	gzip_best(plain, plain_length);
	memcpy(inner, bytes, n = used);
	used = 0;
	gzip_best(inner, n);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "only one layer") != NULL, "%s", err.text);
	ok(strncmp(err.hint, "zcat /tmp/", 10) == 0, "hint: %s", err.hint);
	used = 0;
	gzip_best(plain, 0);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "empty file") != NULL, "%s", err.text);
	used = 0;
	gzip_best((const uint8_t *)"<html><body>", 12);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "not a capture file") != NULL, "%s", err.text);
	used = 0;
	gzip_best(plain, 20);
	ok(load(used, NULL, &end) == -1 &&
	    strstr(err.text, "file header") != NULL, "%s", err.text);
	used = 0;
	gzip_best(plain, ends[1] + 7);
	ok(load(used, NULL, &end) == 2 &&
	    strstr(err.text, "middle of packet 3") != NULL, "%s", err.text);
	used = 0;
	gzip_best((const uint8_t *)"snoop\0\0\0\0\0\0\2\0\0\0\4", 16);
	ok(load(used, NULL, &end) == 0 && end == CAPTURE_END, "snoop");
}

/* A pipe whose writer waits for the reader, with two frames in it. */
static void
test_pipe(void)
{
	struct capture_options o = { .linktype = -1 };
	struct frame f[CAPTURE_BATCH];
	int fds[2], r, n = 0, old = dup(STDIN_FILENO);

	make_plain();
	used = 0;
	gzip_stored(plain, plain_length);
	if (pipe(fds) == -1 || write(fds[1], bytes, STORED + ends[1]) == -1)
		abort();
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	forget();
	source = capture_open_savefile("-", &o, &err);
	ok(source != NULL && source->stream, "standard input, a stream");
	while (source != NULL && n < 2 &&
	    (r = capture_read(source, f, CAPTURE_BATCH, &err)) >= 0)
		n += r;
	is_u64((uint64_t)n, 2, "what is there is lent");
	ok(source != NULL && capture_read(source, f, CAPTURE_BATCH, &err) ==
	    CAPTURE_IDLE, "idle while nothing comes");
	forget();
	ok(1, "closed, while the other end is open");
	dup2(old, STDIN_FILENO);
	close(old);
	close(fds[1]);
}

int
main(void)
{
	alarm(300);		/* a thread that is not to be joined */
	start();
	test_gzip();
	test_gzip_cuts();
	test_gzip_damage();
	test_filters();
	test_contents();
	test_pipe();
	return finish();
}
#else
#include <stdio.h>

int
main(void)
{
	puts("1..0 # SKIP built without libarchive");
	return 0;
}
#endif
