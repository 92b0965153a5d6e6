/* packer.c: compressed files, written through libarchive. */
#include <string.h>
#include <strings.h>

#include "write/packer.h"

static const struct {
	const char *suffix;
	const char *filter;
} methods[PACKER_METHODS] = {
	[PACKER_GZIP] = { ".gz", "gzip" },
	[PACKER_ZSTD] = { ".zst", "zstd" },
	[PACKER_LZ4] = { ".lz4", "lz4" },
	[PACKER_XZ] = { ".xz", "xz" },
	[PACKER_BZIP2] = { ".bz2", "bzip2" },
};

enum packer_method
packer_by_suffix(const char *name, size_t *stem)
{
	size_t n = strlen(name), len;

	for (int i = PACKER_NONE + 1; i < PACKER_METHODS; i++) {
		len = strlen(methods[i].suffix);
		if (n <= len || strcasecmp(name + n - len,
		    methods[i].suffix) != 0)
			continue;
		*stem = n - len;
		return (enum packer_method)i;
	}
	*stem = n;
	return PACKER_NONE;
}

#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum {
	LAST_WAIT_MS	= 1000,		/* as outflush.c's */
};

static void
packer_fail(struct packer *k, int error)
{
	if (k->error == 0)
		k->error = error != 0 ? error : EIO;
}

/* A pipe has room, or -1: nobody reads it, and we were told to stop. */
static int
wait_reader(const struct packer *k)
{
	struct pollfd p = { .fd = k->fd, .events = POLLOUT };

	for (;;) {
		if (poll(&p, 1, LAST_WAIT_MS) > 0)
			return 0;
		if (k->stop != NULL && *k->stop) {
			errno = EINTR;
			return -1;
		}
	}
}

static la_ssize_t
part_write(struct archive *a, void *arg, const void *p, size_t n)
{
	struct packer *k = arg;
	ssize_t r = -1;

	if (k->pipe && n > PIPE_BUF)
		n = PIPE_BUF;
	if (!k->pipe || wait_reader(k) == 0) {
		do {
			r = write(k->fd, p, n);
		} while (r == -1 && errno == EINTR);
	}
	if (r == -1) {
		packer_fail(k, errno);
		archive_set_error(a, errno, "write");
		return -1;
	}
	k->written += r;
	return r;
}

static int
part_filter(struct archive *a, enum packer_method method, int live)
{
	int r = archive_write_add_filter_by_name(a, methods[method].filter);

	/* The same input gives the same file. */
	if (r == ARCHIVE_OK)
		(void)archive_write_set_filter_option(a, "gzip", "timestamp",
		    NULL);
	if (r == ARCHIVE_OK && live)
		(void)archive_write_set_filter_option(a, NULL,
		    "compression-level", "1");
	return r;
}

/* An archive of one nameless member is what the filter makes of its bytes. */
static int
part_begin(struct packer *k)
{
	struct archive_entry *entry = archive_entry_new();
	struct archive *a = archive_write_new();
	int r = ARCHIVE_FATAL;

	k->archive = a;
	if (a != NULL && entry != NULL) {
		archive_entry_set_filetype(entry, AE_IFREG);
		r = part_filter(a, k->method, k->live);
		if (r == ARCHIVE_OK)
			r = archive_write_set_format_raw(a);
		if (r == ARCHIVE_OK)
			r = archive_write_set_bytes_per_block(a, 0);
		if (r == ARCHIVE_OK)
			r = archive_write_open(a, k, NULL, part_write, NULL);
		if (r == ARCHIVE_OK)
			r = archive_write_header(a, entry);
	}
	archive_entry_free(entry);
	return r == ARCHIVE_OK ? 0 : -1;
}

/* What is not whole can be read by nobody. */
static void
part_drop(struct packer *k)
{
	archive_write_fail(k->archive);
	archive_write_free(k->archive);
	k->archive = NULL;
	packer_fail(k, ENOMEM);
	if (ftruncate(k->fd, k->whole) == 0)
		k->written = k->whole;
}

void
packer_cut(struct packer *k)
{
	if (k->archive == NULL)
		return;
	if (archive_write_close(k->archive) != ARCHIVE_OK) {
		part_drop(k);
		return;
	}
	archive_write_free(k->archive);
	k->archive = NULL;
	k->whole = k->written;
}

void
packer_add(struct packer *k, const char *p, size_t n)
{
	if (k->error != 0)
		return;
	if ((k->archive == NULL && part_begin(k) == -1) ||
	    archive_write_data(k->archive, p, n) != (la_ssize_t)n)
		part_drop(k);
}

void
packer_begin(struct packer *k, int fd)
{
	struct stat st;

	k->fd = fd;
	k->pipe = fstat(fd, &st) == -1 || !S_ISREG(st.st_mode);
	k->written = k->whole = 0;
}

void
packer_end(struct packer *k, int dir, const char *from, const char *to)
{
	packer_cut(k);
	if (close(k->fd) == -1)
		packer_fail(k, errno);
	if (to != NULL && renameat(dir, from, dir, to) == -1)
		packer_fail(k, errno);
}

/* Some methods libarchive would call a program for. */
int
packer_init(struct packer *k, enum packer_method method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *e)
{
	struct archive *a = archive_write_new();
	int r = a != NULL ? part_filter(a, method, 0) : ARCHIVE_FATAL;

	archive_write_free(a);
	if (r != ARCHIVE_OK)
		return err_set(e, "%s: %s", methods[method].filter, a == NULL ?
		    "no memory" : "this build of libarchive has it not");
	*k = (struct packer){ .method = method, .live = live != 0,
	    .stop = stop, .fd = -1 };
	return 0;
}
#else
void
packer_cut(struct packer *k)
{
	(void)k;
}

void
packer_add(struct packer *k, const char *p, size_t n)
{
	(void)k, (void)p, (void)n;
}

void
packer_begin(struct packer *k, int fd)
{
	(void)k, (void)fd;
}

void
packer_end(struct packer *k, int dir, const char *from, const char *to)
{
	(void)k, (void)dir, (void)from, (void)to;
}

int
packer_init(struct packer *k, enum packer_method method, int live,
    const volatile sig_atomic_t *stop, struct errbuf *e)
{
	(void)k, (void)live, (void)stop;
	err_set(e, "%s: not in this build, which has no libarchive",
	    methods[method].filter);
	return err_hint(e, "sessdump -w - ... | %s >FILE",
	    methods[method].filter);
}
#endif
