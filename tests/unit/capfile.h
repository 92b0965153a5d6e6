/*
 * capfile.h: for the tests of the capture file readers: writes a file of
 * annotated bytes and reads it back.
 */
#ifndef TESTS_CAPFILE_H
#define TESTS_CAPFILE_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "core/losses.h"
#include "tap.h"

enum { MAX = 128 * 1024 };

/* The file under construction. */
static uint8_t bytes[MAX];
static size_t used;
static int swapped;		/* write in the order that is not ours */

static char path[] = "/tmp/sessdump_test.XXXXXX";

static void
raw(const void *p, size_t n)
{
	if (n > 0)
		memcpy(bytes + used, p, n);
	used += n;
}

__attribute__((unused)) static void
u16(uint16_t v)
{
	v = swapped ? __builtin_bswap16(v) : v;
	raw(&v, 2);
}

static void
u32(uint32_t v)
{
	v = swapped ? __builtin_bswap32(v) : v;
	raw(&v, 4);
}

__attribute__((unused)) static void
u64(uint64_t v)
{
	v = swapped ? __builtin_bswap64(v) : v;
	raw(&v, 8);
}

static void
fill(size_t n)
{
	while (n-- > 0)
		bytes[used++] = (uint8_t)n;
}

static void
save(size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (fd == -1 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
}

/* What came of reading the file. */
static struct frame frames[64];
static uint8_t copies[64][256];
static struct errbuf err;
static struct capture *source;
static struct losses losses;

static void
forget(void)
{
	if (source != NULL)
		capture_close(source);
	source = NULL;
	losses_fini(&losses);
	losses_init(&losses);
}

/* How many frames; the last answer of read() goes to *end. */
static int
load(size_t n, const char *filter, int *end)
{
	struct capture_options o = {
		.filter = filter, .linktype = -1, .optimize = 1,
		.losses = &losses
	};
	struct frame f[CAPTURE_BATCH];
	int i, r, k = 0;

	forget();
	save(n);
	memset(&err, 0, sizeof(err));
	*end = CAPTURE_ERROR;
	source = capture_open_savefile(path, &o, &err);
	if (source == NULL)
		return -1;
	while ((r = capture_read(source, f, CAPTURE_BATCH, &err)) >= 0) {
		for (i = 0; i < r && k < 64; i++, k++) {
			frames[k] = f[i];
			memcpy(copies[k], f[i].data, f[i].caplen < 256 ?
			    f[i].caplen : 256);
		}
	}
	*end = r;
	return k;
}

/* Reads every beginning of the file: ends[k] is where frame k is whole. */
__attribute__((unused)) static void
cut_everywhere(const char *what, size_t header, const size_t *ends, int count)
{
	size_t n, total = used;
	int bad = 0, mute = 0, k, want, end;

	for (n = 0; n < total; n++) {
		k = load(n, NULL, &end);
		for (want = 0; want < count && ends[want] <= n; want++)
			;
		if (n < header)
			want = -1;
		bad += k != want;
		mute += end == CAPTURE_ERROR && (err.text[0] == '\0' ||
		    (n >= header && strstr(err.text, "cut short") == NULL));
		bad += end == CAPTURE_IDLE;
	}
	is_u64((uint64_t)bad, 0, what);
	is_u64((uint64_t)mute, 0, "each cut is named");
}

static void
start(void)
{
	int fd = mkstemp(path);

	if (fd == -1)
		abort();
	close(fd);
	losses_init(&losses);
}

/* Removes the file; the exit status. */
static int
finish(void)
{
	forget();
	unlink(path);
	return done();
}

#endif
