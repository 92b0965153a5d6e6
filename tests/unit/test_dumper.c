/* test_dumper.c: what -w writes, byte by byte, and where. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"
#include "write/dumper.h"
#include "tap.h"

static char path[] = "/tmp/sessdump_test.XXXXXX";
static uint8_t bytes[1024];
static struct errbuf err;

static const uint8_t data[] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0x46, 0x47, 0x48,
};

static struct dumper_options options;
static struct dump_source source;

static struct dumper *
dump_to(const char *to, uint32_t linktype, uint32_t snaplen)
{
	source.linktype = linktype;
	source.snaplen = snaplen;
	return dumper_open(to, &options, &source, NULL, NULL, &err);
}

static struct frame
frame(uint16_t linktype)
{
	return (struct frame){
		.data = data, .caplen = sizeof(data), .len = 60,
		.ts = 1234567890123456789, .linktype = linktype,
	};
}

static size_t
slurp(void)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof(bytes));

	close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static uint32_t
word(size_t at)
{
	uint32_t v;

	memcpy(&v, bytes + at, 4);
	return v;
}

static void
test_plain(void)
{
	struct dumper *w = dump_to(path, 1, 0);
	struct frame f = frame(101);

	ok(dumper_write(w, &f, NULL, 0, &err) == 0, "a frame");
	is_u64(slurp(), 0, "still in the buffer");
	ok(dumper_flush(w, &err) == 0, "flush");
	is_u64(slurp(), 24 + 16 + sizeof(data), "now in the file");
	is_u64(word(0), 0xa1b23c4d, "nanosecond magic");
	is_u64(word(16), 262144, "snaplen");
	is_u64(word(20), 101, "link type of the first frame");
	is_u64(word(24), 1234567890, "seconds");
	is_u64(word(28), 123456789, "nanoseconds");
	is_u64(word(32), sizeof(data), "caplen");
	is_u64(word(36), 60, "len");
	ok(memcmp(bytes + 40, data, sizeof(data)) == 0, "data");
	f = frame(1);
	ok(dumper_write(w, &f, NULL, 0, &err) == -1 &&
	    strstr(err.text, "only one") != NULL, "another link type: %s",
	    err.text);
	f = frame(101);
	f.ts = -5;
	ok(dumper_write(w, &f, NULL, 0, &err) == 0, "before 1970");
	f.ts = INT64_MAX;
	ok(dumper_write(w, &f, NULL, 0, &err) == 0, "after 2106");
	ok(dumper_close(w, &err) == 0, "close");
	is_u64(slurp(), 24 + 3 * (16 + sizeof(data)), "three frames");
	is_u64(word(58), 0, "clamped");
	is_u64(word(58 + 34), UINT32_MAX, "clamped at the other end");
}

static void
test_cut(void)
{
	struct dumper *w = dump_to(path, 1, 16);
	struct frame f = frame(1);

	ok(dumper_write(w, &f, NULL, 0, &err) == 0, "a snapshot length");
	f.caplen = 11;
	ok(dumper_write(w, &f, NULL, 0, &err) == 0, "a frame that is shorter");
	ok(dumper_close(w, &err) == 0, "close");
	is_u64(slurp(), 24 + 16 + 16 + 16 + 11, "length of the file");
	is_u64(word(32), 16, "caplen, cut to snaplen");
	is_u64(word(36), 60, "len, not cut");
	ok(memcmp(bytes + 40, data, 16) == 0, "the bytes");
	is_u64(word(56 + 8), 11, "the short one as it was");
}

static void
test_empty(void)
{
	struct dumper *w = dump_to(path, 113, 96);

	ok(dumper_close(w, &err) == 0, "no frame at all");
	is_u64(slurp(), 24, "the header alone");
	is_u64(word(20), 113, "its link type");
	is_u64(word(16), 96, "its snaplen");
}

static void
test_errors(void)
{
	struct frame f = frame(1);
	struct dumper *w;
	int i, r = 0, fds[2], old;

	ok(dump_to("/nonexistent/x", 1, 0) == NULL &&
	    strstr(err.text, "/nonexistent/x: ") != NULL, "%s", err.text);
	w = dump_to("/dev/full", 1, 0);
	if (w != NULL) {
		for (i = 0; i < 100000 && r == 0; i++)
			r = dumper_write(w, &f, NULL, 0, &err);
		ok(r == -1, "disk full: %s", err.text);
		ok(dumper_write(w, &f, NULL, 0, &err) == -1, "and again");
		ok(dumper_close(w, &err) == -1, "at last");
		w = dump_to("/dev/full", 1, 0);
		dumper_write(w, &f, NULL, 0, &err);
		ok(dumper_close(w, &err) == -1, "told at close: %s",
		    err.text);
	}
	signal(SIGPIPE, SIG_IGN);
	if (pipe(fds) == -1)
		abort();
	close(fds[0]);
	fflush(stdout);
	old = dup(STDOUT_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	w = dump_to("-", 1, 0);
	dumper_write(w, &f, NULL, 0, &err);
	r = dumper_flush(w, &err);
	i = dumper_errno(w);
	dumper_close(w, &err);
	dup2(old, STDOUT_FILENO);
	ok(r == -1 && i == EPIPE, "closed pipe: %s", err.text);
}

/* Many frames, some larger than the buffer, there and back. */
static void
test_round_trip(void)
{
	static uint8_t big[400 * 1024];
	struct capture_options o = { .linktype = -1 };
	struct frame f[CAPTURE_BATCH], one = frame(1);
	struct dumper *w = dump_to(path, 1, 1 << 20);
	struct capture *c;
	int i, r, n = 0, failed = 0, wrong = 0;

	for (i = 0; i < 2000; i++) {
		one.data = big;
		one.caplen = i % 100 == 7 ? sizeof(big) : (uint32_t)i;
		one.len = one.caplen + 1;
		one.ts = i;
		failed |= dumper_write(w, &one, NULL, 0, &err);
	}
	failed |= dumper_close(w, &err);
	ok(failed == 0, "written");
	c = capture_open_savefile(path, &o, &err);
	while (c != NULL && (r = capture_read(c, f, CAPTURE_BATCH,
	    &err)) >= 0)
		for (i = 0; i < r; i++, n++)
			wrong += f[i].ts != n || f[i].len != f[i].caplen + 1 ||
			    f[i].caplen != (n % 100 == 7 ? sizeof(big) :
			    (uint32_t)n);
	ok(c != NULL && n == 2000 && wrong == 0, "read back");
	if (c != NULL)
		capture_close(c);
}

/* In a folder that only its descriptor leads to, as somebody else. */
static void
rotate_inside(const char *folder)
{
	char to[64];
	struct frame f = frame(1);
	struct dumper *w;
	int failed = 0;

	snprintf(to, sizeof(to), "%s/in/x.pcap", folder);
	w = dump_to(to, 1, 0);
	/* Neither the path nor the right to walk it is there any more. */
	if (w == NULL || chmod(folder, 0700) == -1 || chdir("/") == -1 ||
	    setresgid(65534, 65534, 65534) == -1 ||
	    setresuid(65534, 65534, 65534) == -1 || access(to, F_OK) == 0)
		_exit(2);
	for (int i = 0; i < 100; i++)
		failed |= dumper_write(w, &f, NULL, 0, &err);
	failed |= dumper_close(w, &err);
	_exit(failed != 0);
}

/* Files of a series, made after the privileges are gone. */
static void
test_unprivileged(void)
{
	static const char *const name[] = { "x.pcap0", "x.pcap1", "x.pcap2" };
	char folder[] = "/tmp/sessdump_test.XXXXXX", in[64], file[128];
	int status = -1, found = 0;
	pid_t child;

	if (geteuid() != 0) {
		ok(1, "files without privileges # SKIP not root");
		return;
	}
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(in, sizeof(in), "%s/in", folder);
	if (mkdir(in, 0755) == -1 || chown(in, 65534, 65534) == -1)
		abort();
	options.series = (struct series_options){ .bytes = 100, .files = 3 };
	fflush(stdout);
	child = fork();
	if (child == 0)
		rotate_inside(folder);
	waitpid(child, &status, 0);
	options.series = (struct series_options){ 0 };
	for (int i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s/%s", in, name[i]);
		found += unlink(file) == 0;
	}
	ok(status == 0, "a series goes on without privileges: %d", status);
	ok(found == 3 && rmdir(in) == 0 && rmdir(folder) == 0,
	    "with all its files, and no other");
}

/* What a name says. */
static void
test_names(void)
{
	static const struct {
		const char *name;
		enum dumper_kind kind;
		enum packer_method method;
	} names[] = {
		{ "x.pcap", DUMPER_PCAP, PACKER_NONE },
		{ "x.PcapNG", DUMPER_PCAPNG, PACKER_NONE },
		{ ".pcapng.zst", DUMPER_PCAPNG, PACKER_ZSTD },
		{ "x.ntar.GZ", DUMPER_PCAPNG, PACKER_GZIP },
		{ ".gz", DUMPER_PCAP, PACKER_NONE },
		{ "pcapng", DUMPER_PCAP, PACKER_NONE },
		{ "x.gz.pcapng", DUMPER_PCAPNG, PACKER_NONE },
	};
	size_t stem;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(dumper_kind_of(names[i].name) == names[i].kind &&
		    packer_by_suffix(names[i].name, &stem) == names[i].method,
		    "%s", names[i].name);
}

/* The times of a series, which no capture is long enough for. */
static void
test_series(void)
{
	const int64_t s = 1000000000, day = 86400 * s;
	struct series_options o = { .period = 10 * s, .files = 100 };
	struct series x;

	series_init(&x, &o, "n%s.pcap.gz", 8);
	ok(!series_has_begun(&x) && series_turn(&x, 5 * s + 1, 0, &err) ==
	    SERIES_NEXT && strcmp(x.name, "n5.pcap.gz") == 0, "%s", x.name);
	ok(series_goes_on(&x, 15 * s, 0) && !series_goes_on(&x, 15 * s + 1, 0),
	    "a period of ten seconds");
	ok(series_turn(&x, 2 * s, 0, &err) == SERIES_STAY, "one that is late");
	ok(series_turn(&x, 46 * s, 0, &err) == SERIES_NEXT &&
	    strcmp(x.name, "n45.pcap.gz") == 0, "a gap: %s", x.name);
	ok(series_turn(&x, 9 * day, 0, &err) == SERIES_STAY &&
	    series_turn(&x, 47 * s, 0, &err) == SERIES_STAY, "one leap");
	ok(series_turn(&x, -3 * day, 0, &err) == SERIES_STAY &&
	    series_turn(&x, -3 * day + s, 0, &err) == SERIES_NEXT &&
	    strcmp(x.name, "n-259199.pcap.gz") == 0, "a clock set back: %s",
	    x.name);
	ok(series_turn(&x, 2 * day, 0, &err) == SERIES_STAY &&
	    series_turn(&x, 2 * day, 0, &err) == SERIES_OVER,
	    "more periods than files");
	o = (struct series_options){ .bytes = 5, .files = 101 };
	series_init(&x, &o, "n", 1);
	ok(series_turn(&x, 0, 0, &err) == SERIES_NEXT &&
	    strcmp(x.name, "n000") == 0, "three digits: %s", x.name);
	ok(series_goes_on(&x, INT64_MAX - 1, 5) && series_turn(&x, 0, 6,
	    &err) == SERIES_NEXT && strcmp(x.name, "n001") == 0, "%s", x.name);
	series_init(&x, &o, "", 0);
	ok(series_turn(&x, 0, 0, &err) == -1, "no name: %s", err.text);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd == -1)
		return 99;
	close(fd);
	test_plain();
	test_cut();
	test_empty();
	test_errors();
	test_round_trip();
	test_unprivileged();
	test_names();
	test_series();
	unlink(path);
	return done();
}
