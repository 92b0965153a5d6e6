/* decompress.c: a compressed file as a pipe that holds what was in it. */
#include "capture/file/decompress.h"
#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/thread.h"

enum {
	DECOMPRESS_BLOCK = 64 * 1024,
	DECOMPRESS_PIPE	= 1024 * 1024,	/* fewer changes between threads */
	DECOMPRESS_GZIP	= 16,		/* to inflateInit2: gzip, not zlib */
	GZIP_MAGIC	= 0x1f,		/* its first byte */
};

/* What the thread does, until the end or until nobody reads the pipe. */
struct codec {
	void (*run)(struct decompress *);
	int filter;			/* libarchive's code */
};

struct decompress {
	const char *path;
	const struct codec *codec;
	int from, to;			/* to: the thread's to close */
	pthread_t thread;
	uint8_t running;		/* the thread is still to be joined */
	int error;			/* errno of reading the file */
	char why[256];			/* what is wrong with it, or "" */
	uint64_t bytes;			/* written to the pipe */
	uint8_t *start;			/* what was read before, or NULL */
	size_t start_length;
	uint8_t in[DECOMPRESS_BLOCK], out[DECOMPRESS_BLOCK];
};

static void
decompress_fail(struct decompress *d, const char *why)
{
	if (d->why[0] == '\0')
		snprintf(d->why, sizeof(d->why), "%s", why);
}

/* The next bytes of the file.  How many; 0 at its end, -1 to give up. */
static ssize_t
decompress_take(struct decompress *d, const void **p)
{
	struct pollfd fds[] = {
		{ .fd = d->from, .events = POLLIN },
		{ .fd = d->to },	/* tells when the reader is gone */
	};
	ssize_t n;

	if (d->start_length > 0) {
		*p = d->start;
		n = (ssize_t)d->start_length;
		d->start_length = 0;
		return n;
	}
	*p = d->in;
	for (;;) {
		n = poll(fds, 2, -1);
		if (n > 0 && fds[1].revents != 0)
			return -1;
		if (n > 0)
			n = read(d->from, d->in, sizeof(d->in));
		if (n >= 0)
			return n;
		if (errno == EINTR || errno == EAGAIN)
			continue;
		d->error = errno;
		return -1;
	}
}

/* -1 when nobody wants it. */
static int
decompress_give(struct decompress *d, const void *p, size_t n)
{
	const uint8_t *at = p;
	ssize_t r;

	while (n > 0) {
		r = write(d->to, at, n);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return -1;
		at += r;
		n -= (size_t)r;
		d->bytes += (uint64_t)r;
	}
	return 0;
}

/*
 * Behind the end of a member.  1: another one follows, 0: nothing yet, -1:
 * something that is neither a member nor padding of a tape's block.
 */
static int
gzip_between(struct decompress *d, z_stream *z)
{
	while (z->avail_in > 0 && *z->next_in == 0) {
		z->next_in++;
		z->avail_in--;
	}
	if (z->avail_in == 0)
		return 0;
	if (*z->next_in == GZIP_MAGIC && inflateReset(z) == Z_OK)
		return 1;
	decompress_fail(d, "garbage behind the gzip data");
	return -1;
}

/* Decompresses what is in z.  Z_OK when it is all used up, Z_STREAM_END when
 * moreover a member ended with it; else it is damaged, or unwanted. */
static int
gzip_chunk(struct decompress *d, z_stream *z, int state)
{
	while (z->avail_in > 0 || z->avail_out == 0) {
		if (state == Z_STREAM_END) {
			state = gzip_between(d, z);
			if (state != 1)
				return state == 0 ? Z_STREAM_END : Z_DATA_ERROR;
		}
		z->next_out = d->out;
		z->avail_out = sizeof(d->out);
		state = inflate(z, Z_NO_FLUSH);
		if (decompress_give(d, d->out, sizeof(d->out) - z->avail_out))
			return Z_ERRNO;
		if (state == Z_BUF_ERROR)
			state = Z_OK;	/* it wants more, no more than that */
		if (state != Z_OK && state != Z_STREAM_END) {
			decompress_fail(d, z->msg != NULL ? z->msg :
			    zError(state));
			return state;
		}
	}
	return state;
}

/*
 * Not through libarchive: that checks no sums of gzip, and keeps up to 64 KiB
 * to itself of a file that is cut, or of a pipe that is slow.
 */
static void
gzip_run(struct decompress *d)
{
	z_stream z = { .avail_out = 1 };
	int state = Z_OK;
	const void *p;
	ssize_t n;

	if (inflateInit2(&z, MAX_WBITS + DECOMPRESS_GZIP) != Z_OK) {
		decompress_fail(d, "no memory");
		return;
	}
	while ((n = decompress_take(d, &p)) > 0) {
		z.next_in = (z_const Bytef *)p;
		z.avail_in = (uInt)n;
		state = gzip_chunk(d, &z, state);
		if (state != Z_OK && state != Z_STREAM_END)
			break;
	}
	if (n == 0 && state != Z_STREAM_END)
		decompress_fail(d, "the gzip data is cut short");
	inflateEnd(&z);
}

static la_ssize_t
archive_take(struct archive *a, void *arg, const void **p)
{
	ssize_t n = decompress_take(arg, p);

	if (n == -1)
		archive_set_error(a, EIO, "no more input");
	return n;
}

/* The file as an archive of one nameless member, behind that filter alone. */
static int
archive_begin(struct decompress *d, struct archive *a)
{
	struct archive_entry *entry;
	int r;

	r = archive_read_append_filter(a, d->codec->filter);
	if (r == ARCHIVE_WARN) {
		archive_set_error(a, ENOSYS, "libarchive would need a program "
		    "for this");
		return ARCHIVE_FATAL;
	}
	if (r == ARCHIVE_OK)
		r = archive_read_set_format(a, ARCHIVE_FORMAT_RAW);
	if (r == ARCHIVE_OK)
		r = archive_read_open(a, d, NULL, archive_take, NULL);
	return r == ARCHIVE_OK ? archive_read_next_header(a, &entry) : r;
}

static void
archive_run(struct decompress *d)
{
	struct archive *a = archive_read_new();
	la_int64_t offset;
	const void *p;
	size_t n = 0;
	int r;

	if (a == NULL) {
		decompress_fail(d, "no memory");
		return;
	}
	for (r = archive_begin(d, a); r == ARCHIVE_OK; ) {
		r = archive_read_data_block(a, &p, &n, &offset);
		if (r == ARCHIVE_OK && decompress_give(d, p, n) == -1)
			break;
	}
	/* A file that is cut in its header is an empty one to some filters. */
	if (r == ARCHIVE_EOF && d->bytes == 0)
		decompress_fail(d, "it is empty or cut short");
	else if (r != ARCHIVE_OK && r != ARCHIVE_EOF)
		decompress_fail(d, archive_error_string(a) != NULL ?
		    archive_error_string(a) : "libarchive does not say why");
	archive_read_free(a);
}

static const struct codec codecs[MAGICS] = {
	[MAGIC_GZIP] = { gzip_run, 0 },
	[MAGIC_ZSTD] = { archive_run, ARCHIVE_FILTER_ZSTD },
	[MAGIC_XZ] = { archive_run, ARCHIVE_FILTER_XZ },
	[MAGIC_BZIP2] = { archive_run, ARCHIVE_FILTER_BZIP2 },
	[MAGIC_LZ4] = { archive_run, ARCHIVE_FILTER_LZ4 },
};

int
decompress_knows(enum magic magic)
{
	return codecs[magic].run != NULL;
}

static void *
decompress_thread(void *arg)
{
	struct decompress *d = arg;

	d->codec->run(d);
	close(d->to);
	return NULL;
}

/* Without SIGPIPE, write() says that the reader is gone. */
static int
decompress_run(struct decompress *d)
{
	int r = thread_start(&d->thread, decompress_thread, d);

	d->running = r == 0;
	return r;
}

struct decompress *
decompress_open(const char *path, enum magic magic, int from, const void *p,
    size_t n, int *out, struct errbuf *e)
{
	struct decompress *d = calloc(1, sizeof(*d));
	int fds[2], r;

	if (d != NULL)
		d->start = malloc(n);
	if (d == NULL || d->start == NULL) {
		err_set(e, "%s: no memory", path);
		free(d);
		return NULL;
	}
	memcpy(d->start, p, n);
	d->start_length = n;
	d->path = path;
	d->codec = &codecs[magic];
	d->from = from;
	r = pipe2(fds, O_CLOEXEC) == -1 ? errno : 0;
	if (r == 0) {
		(void)fcntl(fds[1], F_SETPIPE_SZ, DECOMPRESS_PIPE);
		d->to = fds[1];
		r = decompress_run(d);
		if (r != 0) {
			close(fds[0]);
			close(fds[1]);
		}
	}
	if (r != 0) {
		err_set(e, "%s: decompress: %s", path, strerror(r));
		free(d->start);
		free(d);
		return NULL;
	}
	*out = fds[0];
	return d;
}

static void
decompress_join(struct decompress *d)
{
	if (d->running)
		pthread_join(d->thread, NULL);
	d->running = 0;
}

int
decompress_end(struct decompress *d, struct errbuf *e)
{
	decompress_join(d);
	if (d->error != 0)
		return err_set(e, "%s: read: %s", d->path, strerror(d->error));
	if (d->why[0] != '\0')
		return err_set(e, "%s: damaged compressed data after %llu "
		    "bytes: %s", d->path, (unsigned long long)d->bytes, d->why);
	return 0;
}

void
decompress_close(struct decompress *d)
{
	if (d == NULL)
		return;
	decompress_join(d);
	if (d->from > STDIN_FILENO)
		close(d->from);
	free(d->start);
	free(d);
}
#else
int
decompress_knows(enum magic magic)
{
	(void)magic;
	return 0;
}

struct decompress *
decompress_open(const char *path, enum magic magic, int from, const void *p,
    size_t n, int *out, struct errbuf *e)
{
	(void)magic, (void)from, (void)p, (void)n, (void)out;
	err_set(e, "%s: not in this build", path);
	return NULL;
}

int
decompress_end(struct decompress *d, struct errbuf *e)
{
	(void)d, (void)e;
	return 0;
}

void
decompress_close(struct decompress *d)
{
	(void)d;
}
#endif
