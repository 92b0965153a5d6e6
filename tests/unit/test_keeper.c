/*
 * test_keeper.c: frames that stay behind the next read.
 *
 * A file is read to its end first, and then every frame that was lent is looked
 * at: its bytes say which one it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/file/merge.h"
#include "tap.h"

enum {
	FRAMES	= 4000,
	LARGE	= 700 * 1024,	/* more than a block */
};

static char path[] = "/tmp/sessdump_test.XXXXXX";
static struct frame frames[2 * FRAMES];
static struct capture_block *kept;
static unsigned int blocks, most;	/* exchanged, and allowed */

static struct capture_block *
exchange(void *arg, struct capture_block *old, size_t size)
{
	struct capture_block *b;

	(void)arg;
	if (blocks == most) {
		errno = ENOMEM;
		return NULL;
	}
	b = malloc(sizeof(*b) + size);
	b->size = size;
	old->next = kept;
	kept = old;
	blocks++;
	return b;
}

static const struct capture_keeper keeper = { exchange, NULL };

/* The length of frame i, one of which is larger than a block. */
static size_t
length(uint32_t i)
{
	return i == FRAMES / 2 ? LARGE : 60 + i * 37 % 1400;
}

static void
put(FILE *to, const uint32_t *v, size_t n)
{
	fwrite(v, sizeof(*v), n, to);
}

static void
write_file(FILE *to)
{
	const uint32_t header[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262144, 1 };
	uint8_t *bytes = malloc(LARGE);

	put(to, header, 6);
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint32_t n = (uint32_t)length(i);
		const uint32_t record[] = { i, 0, n, n };

		memset(bytes, (int)(i & 0xff), n);
		memcpy(bytes, &i, sizeof(i));
		put(to, record, 4);
		fwrite(bytes, 1, n, to);
	}
	free(bytes);
	fclose(to);
}

static int
is_whole(const struct frame *f)
{
	uint32_t i;

	memcpy(&i, f->data, sizeof(i));
	if (f->ts != (int64_t)i * 1000000000 || f->caplen != length(i))
		return 0;
	for (uint32_t k = sizeof(i); k < f->caplen; k++)
		if (f->data[k] != (i & 0xff))
			return 0;
	return 1;
}

static struct capture *
open_fd(int fd)
{
	struct capture_options o = { .linktype = -1, .optimize = 1 };
	struct errbuf e;

	return capture_open_file(path, fd, &o, &e);
}

/* The last answer of read(); how many frames were lent goes to *n. */
static int
read_all(struct capture *c, unsigned int *n, struct errbuf *e)
{
	int r;

	*n = 0;
	while ((r = capture_read(c, frames + *n, CAPTURE_BATCH, e)) >= 0)
		*n += (unsigned int)r;
	return r;
}

static void
forget(struct capture *c)
{
	capture_close(c);
	while (kept != NULL) {
		struct capture_block *next = kept->next;

		free(kept);
		kept = next;
	}
	blocks = 0;
}

static void
test_stays(const char *what, struct capture *c, unsigned int want)
{
	struct errbuf e;
	unsigned int n, bad = 0;
	int r;

	most = 10000;
	ok(capture_keep(c, &keeper) == 0, "%s: frames are kept", what);
	r = read_all(c, &n, &e);
	ok(r == CAPTURE_END && n == want, "%s: all %u are read", what, want);
	for (unsigned int i = 0; i < n; i++)
		bad += !is_whole(&frames[i]);
	is_u64(bad, 0, "each one is there at the end");
	ok(blocks >= 5 && blocks < 40, "in %u blocks", blocks);
	forget(c);
}

static void *
feed(void *arg)
{
	write_file(fdopen(*(int *)arg, "w"));
	return NULL;
}

/* Which gives little at a time: that must not take a block each. */
static void
test_pipe(void)
{
	pthread_t writer;
	int p[2];

	if (pipe(p) == -1 || pthread_create(&writer, NULL, feed, &p[1]) != 0)
		exit(99);
	test_stays("a pipe", open_fd(p[0]), FRAMES);
	pthread_join(writer, NULL);
}

static void
no_failure(void *arg, const struct errbuf *e)
{
	(void)arg;
	ok(0, "%s", e->text);
}

static void
test_merged(void)
{
	struct capture *v[] = { open_fd(open(path, O_RDONLY)),
	    open_fd(open(path, O_RDONLY)) };
	struct errbuf e;

	test_stays("two files", merge_open(v, 2, no_failure, NULL, &e),
	    2 * FRAMES);
}

static void
test_no_memory(void)
{
	struct capture *c = open_fd(open(path, O_RDONLY));
	struct errbuf e;
	unsigned int n, bad = 0;

	most = 3;
	capture_keep(c, &keeper);
	ok(read_all(c, &n, &e) == CAPTURE_ERROR &&
	    strstr(e.text, strerror(ENOMEM)) != NULL, "no memory: %s", e.text);
	for (unsigned int i = 0; i < n; i++)
		bad += !is_whole(&frames[i]);
	is_u64(bad, 0, "what came before is there");
	ok(n > 0 && n < FRAMES, "%u frames", n);
	forget(c);
}

/* A source that keeps nothing. */
static int
end_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	(void)c, (void)f, (void)n, (void)e;
	return CAPTURE_END;
}

static void
end_close(struct capture *c)
{
	(void)c;
}

static void
test_refused(void)
{
	static const struct capture_ops ops = {
		.name = "end", .read = end_read, .close = end_close
	};
	static struct capture end = { .ops = &ops, .name = "end" };
	struct capture *v[] = { open_fd(open(path, O_RDONLY)), &end }, *c;
	struct errbuf e;
	unsigned int n;

	ok(capture_keep(&end, &keeper) == -1, "a source that keeps nothing");
	c = merge_open(v, 2, no_failure, NULL, &e);
	most = 10000;
	ok(capture_keep(c, &keeper) == -1, "and with it the whole");
	ok(read_all(c, &n, &e) == CAPTURE_END && n == FRAMES && blocks == 0,
	    "nothing is exchanged then");
	forget(c);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd == -1)
		return 99;
	write_file(fdopen(fd, "w"));
	test_stays("a file", open_fd(open(path, O_RDONLY)), FRAMES);
	test_pipe();
	test_merged();
	test_no_memory();
	test_refused();
	unlink(path);
	return done();
}
