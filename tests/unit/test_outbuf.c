/* test_outbuf.c: what becomes of output that nobody reads. */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/outbuf.h"
#include "tap.h"

enum { LINE = 100, LONG = 3 * OUTBUF_HELD / 2 };

static volatile sig_atomic_t stop;
static char *got;		/* what a reader took */
static size_t ngot;

/* Records of LINE bytes that say their number; how many began. */
static unsigned int
say(struct outbuf *o, unsigned int from, unsigned int n)
{
	char line[LINE + 1];
	unsigned int said = 0;

	for (unsigned int i = from; i < from + n; i++)
		if (outbuf_admits(o)) {
			snprintf(line, sizeof(line), "%0*u\n", LINE - 1, i);
			outbuf_line(o);
			outbuf_add(o, line, LINE / 2);
			outbuf_add(o, line + LINE / 2, LINE - LINE / 2);
			said++;
		}
	return said;
}

/* Takes what can be had without waiting. */
static void
take(int fd)
{
	ssize_t n;

	while ((n = recv(fd, got + ngot, 1 << 16, MSG_DONTWAIT)) > 0 ||
	    (n == -1 && errno == ENOTSOCK &&
	    (n = read(fd, got + ngot, 1 << 16)) > 0))
		ngot += (size_t)n;
}

/* Are they whole, and in order? */
static int
whole(void)
{
	long before = -1;

	for (size_t at = 0; at < ngot; at += LINE) {
		if (ngot - at < LINE || got[at + LINE - 1] != '\n' ||
		    atol(got + at) <= before)
			return 0;
		before = atol(got + at);
	}
	return 1;
}

static void
drain(struct outbuf *o, int reader)
{
	do {
		take(reader);
		outbuf_flush(o);
	} while (o->blocked);
	take(reader);
}

static void
test_reader(const char *what, int reader, int writer)
{
	const unsigned int n = 2 * OUTBUF_HELD / LINE;
	unsigned int said;
	struct outbuf o;

	printf("# %s\n", what);
	ngot = 0;
	outbuf_init(&o, writer);
	outbuf_hold(&o);
	said = say(&o, 0, 10);
	ok(outbuf_flush(&o) == 0 && !o.blocked, "there is room for some");
	said += say(&o, 10, n);
	ok(outbuf_flush(&o) == 0 && o.blocked, "then it is blocked");
	ok(said > OUTBUF_HELD / LINE && said < n, "what is held has a bound");
	is_u64(said + o.lost, n + 10, "each record is said or lost");
	ok(say(&o, 0, 1) == 0, "no record begins behind that");
	drain(&o, reader);
	is_u64(ngot, (uint64_t)said * LINE, "what was held is there, later");
	said += say(&o, n + 10, 5);
	drain(&o, reader);
	is_u64(ngot, (uint64_t)said * LINE, "it goes on");
	ok(whole(), "with whole records, in order");
	ok((fcntl(writer, F_GETFL) & O_NONBLOCK) == 0,
	    "the descriptor that others have blocks as before");
	/* A record that has begun is held, however long it is. */
	ngot = 0;
	ok(outbuf_admits(&o), "a long one begins");
	for (unsigned int i = 0; i < LONG / LINE; i++)
		outbuf_add(&o, "0123456789012345678901234567890123456789"
		    "01234567890123456789012345678901234567890123456789012"
		    "345678\n", LINE);
	drain(&o, reader);
	is_u64(ngot, LONG / LINE * LINE, "and is written as a whole");
	/* The end: what is held waits for a reader, but not for ever. */
	ngot = 0;
	say(&o, 0, n);
	outbuf_flush(&o);
	outbuf_wait(&o);
	stop = 1;
	o.stop = &stop;
	ok(outbuf_flush(&o) == -1 && o.error == EINTR,
	    "a reader who takes nothing at the end");
	stop = 0;
	outbuf_fini(&o);
	close(writer);
	close(reader);
}

/* A reader who is there at the end gets all that is held. */
static void
test_end(void)
{
	const unsigned int n = OUTBUF_HELD / LINE;
	struct outbuf o;
	int p[2], status = 0;
	pid_t child;
	char c;

	if (pipe(p) == -1 || (child = fork()) == -1)
		return;
	if (child == 0) {
		close(p[1]);
		while (usleep(10), read(p[0], got, 1 << 16) > 0)
			;
		_exit(0);
	}
	outbuf_init(&o, p[1]);
	outbuf_hold(&o);
	say(&o, 0, n);
	outbuf_wait(&o);
	stop = 1;
	o.stop = &stop;
	ok(outbuf_flush(&o) == 0 && o.p == o.from && o.lost == 0,
	    "a slow reader at the end gets all");
	stop = 0;
	outbuf_fini(&o);
	close(p[1]);
	waitpid(child, &status, 0);
	ok(read(p[0], &c, 1) == 0, "nothing is left");
	close(p[0]);
}

static void
test_closed(void)
{
	struct outbuf o;
	int p[2];

	if (pipe(p) == -1)
		return;
	outbuf_init(&o, p[1]);
	outbuf_hold(&o);
	say(&o, 0, OUTBUF_HELD / LINE);
	outbuf_flush(&o);
	close(p[0]);
	ok(outbuf_flush(&o) == -1 && o.error == EPIPE && !o.blocked,
	    "a reader who leaves");
	outbuf_fini(&o);
	close(p[1]);
}

static void
test_file(void)
{
	char path[] = "/tmp/sessdump_test.XXXXXX";
	const unsigned int n = 2 * OUTBUF_HELD / LINE;
	struct outbuf o;
	int fd = mkstemp(path);

	outbuf_init(&o, fd);
	outbuf_hold(&o);
	ok(!o.hold && say(&o, 0, n) == n && outbuf_flush(&o) == 0 &&
	    lseek(fd, 0, SEEK_CUR) == (off_t)n * LINE && o.lost == 0,
	    "a file loses nothing");
	outbuf_fini(&o);
	close(fd);
	unlink(path);
}

static void
gather(struct outbuf *o, struct outbuf_gather *g, char *s, size_t n,
    unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		outbuf_gather(o, g, s, n);
	outbuf_put(o, g);
}

/* Pieces are written from where they stand, or copied: they come in their
 * place. */
static void
test_gather(void)
{
	static const struct {
		size_t size;
		unsigned int times;
	} step[] = {
		{ 5, 3 }, { OUTBUF_MANY - 1, 1 }, { OUTBUF_MANY, 1 },
		{ 100, OUTBUF_PIECES }, { 100, 3 * OUTBUF_PIECES + 1 },
		{ 0, 1 }, { 3 * OUTBUF_SIZE, 4 }, { 1, OUTBUF_MANY }, { 7, 1 },
	};
	const size_t steps = sizeof(step) / sizeof(step[0]);
	char path[] = "/tmp/sessdump_test.XXXXXX";
	char *s = malloc(3 * OUTBUF_SIZE), *at, *back;
	static struct outbuf_gather g;
	size_t total = 0, n = 0;
	struct outbuf o;
	int fd = mkstemp(path), good = 1;

	for (size_t i = 0; i < 3 * OUTBUF_SIZE; i++)
		s[i] = (char)(i * 31 >> 3);
	outbuf_init(&o, fd);
	for (size_t i = 0; i < steps; i++) {
		outbuf_char(&o, '<');
		gather(&o, &g, s, step[i].size, step[i].times);
		total += 1 + step[i].size * step[i].times;
	}
	outbuf_flush(&o);
	at = back = malloc(total + 1);
	n = (size_t)pread(fd, back, total + 1, 0);
	for (size_t i = 0; n == total && i < steps; i++) {
		good &= *at++ == '<';
		for (unsigned int k = 0; k < step[i].times; k++) {
			good &= memcmp(at, s, step[i].size) == 0;
			at += step[i].size;
		}
	}
	ok(n == total && good && o.written == total, "pieces, in order");
	outbuf_fini(&o);
	close(fd);
	unlink(path);

	outbuf_init(&o, -1);
	gather(&o, &g, s, OUTBUF_SIZE, 2);
	ok(o.error == EBADF && g.n == 0, "a descriptor that takes nothing");
	outbuf_fini(&o);
	outbuf_init_memory(&o, OUTBUF_SIZE);
	outbuf_gather(&o, &g, s, 3 * OUTBUF_SIZE);
	ok(o.p - o.data == 3 * OUTBUF_SIZE && g.n == 0 &&
	    memcmp(o.data, s, 3 * OUTBUF_SIZE) == 0, "in memory");
	outbuf_fini(&o);
	free(s);
	free(back);
}

/* A reader that takes its time gets all of it: pieces are cut anywhere. */
static void
test_gather_slow(int in, int out)
{
	const unsigned int times = 40;
	static struct outbuf_gather g;
	static char s[10007];
	struct outbuf o;
	size_t n = 0;
	int status = -1, good = 1;
	pid_t child;

	for (size_t i = 0; i < sizeof(s); i++)
		s[i] = (char)(i % 251);
	child = fork();
	if (child == 0) {
		outbuf_init(&o, out);
		gather(&o, &g, s, sizeof(s), times);
		_exit(o.error != 0 || o.written != times * sizeof(s));
	}
	close(out);
	for (char c[997]; good;) {
		ssize_t k = read(in, c, sizeof(c));

		if (k <= 0)
			break;
		for (ssize_t i = 0; i < k; i++, n++)
			good &= c[i] == s[n % sizeof(s)];
	}
	waitpid(child, &status, 0);
	ok(good && n == times * sizeof(s) && status == 0,
	    "pieces, to a slow reader");
	close(in);
}

int
main(void)
{
	int p[2];

	signal(SIGPIPE, SIG_IGN);
	got = malloc(3 * OUTBUF_HELD);
	if (got == NULL)
		return 1;
	if (pipe(p) == 0) {
		fcntl(p[0], F_SETFL, O_NONBLOCK);
		test_reader("a pipe", p[0], p[1]);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0)
		test_reader("a socket", p[0], p[1]);
	test_end();
	test_closed();
	test_file();
	test_gather();
	if (pipe(p) == 0) {
		fcntl(p[1], F_SETFL, O_NONBLOCK);
		test_gather_slow(p[0], p[1]);
	}
	free(got);
	return done();
}
