/* test_sandbox.c: each layer of the sandbox by itself, in a child that tries
 * what is refused, and what is not. */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/highfd.h"
#include "core/thread.h"
#include "sandbox/impl.h"

#include "tap.h"

static char inside[] = "/tmp/sandbox.XXXXXX", outside[] = "/tmp/sandbox.XXXXXX";
static char file[64], other[64], elsewhere[64];
static int pair[2];		/* sockets; the second has a high number */

/* What is tried: 0, or errno.  "file" is what -w names. */

static int
result(long r)
{
	return r == -1 ? errno : 0;
}

static int
try_read(void)
{
	return result(open("/etc/passwd", O_RDONLY));
}

static int
try_write_outside(void)
{
	return result(open(elsewhere, O_WRONLY | O_CREAT, 0600));
}

static int
try_write(void)
{
	return result(open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600));
}

static int
try_another(void)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd == -1 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) == -1 ||
	    renameat(AT_FDCWD, other, AT_FDCWD, file) == -1)
		return errno;
	return result(unlinkat(AT_FDCWD, file, 0));
}

static int
try_read_inside(void)
{
	return result(open(file, O_RDONLY));
}

static int
try_directory(void)
{
	return result(mkdir(other, 0700));
}

static int
try_link(void)
{
	return result(symlink("/etc/passwd", other));
}

static int
try_exec(void)
{
	char name[] = "true", *const argv[] = { name, NULL };

	return result(execve("/bin/true", argv, argv + 1));
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int
try_socket(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_packet_socket(void)
{
	return result(socket(AF_PACKET, SOCK_RAW, 0));
}

/* ECONNREFUSED: it could have been. */
static int
try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1)
		return errno;
	return result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
try_kill(void)
{
	return result(kill(getppid(), 0));
}

static int
try_ptrace(void)
{
	return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int
try_code_later(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno :
	    result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
try_typing(void)
{
	return result(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int
try_mode(void)
{
	return result(chmod(file, 0777));
}

static void *
run_thread(void *arg)
{
	*(int *)arg = try_exec();
	return NULL;
}

/* The thread is in the sandbox, too: it could not have run anything. */
static int
try_thread(void)
{
	pthread_t thread;
	int said = 0, r = thread_start(&thread, run_thread, &said);

	if (r != 0)
		return r;
	pthread_join(thread, NULL);
	return said == EPERM ? 0 : ENOEXEC;
}

/* Two frames in one call; the other end of a pair is what has them. */
static int
try_sending(int high)
{
	char byte = 0;
	struct iovec v = { &byte, 1 };
	struct mmsghdr m[2] = { { .msg_hdr.msg_iov = &v,
	    .msg_hdr.msg_iovlen = 1 } };

	m[1] = m[0];
	return sendmmsg(pair[high], m, 2, 0) == 2 ? 0 : errno;
}

static int
try_send(void)
{
	return try_sending(0);
}

static int
try_send_high(void)
{
	return try_sending(1);
}

static int
try_memory(void)
{
	char *p = malloc(64 << 20);

	if (p == NULL)
		return ENOMEM;
	p[0] = p[(64 << 20) - 1] = 1;
	p = realloc(p, 128 << 20);
	free(p);
	return p == NULL ? ENOMEM : 0;
}

/* The layers. */

static struct errbuf why;

static int
landlock_only(unsigned int uses)
{
	struct target p;
	int rules;

	target_find(&p, file);
	rules = landlock_rules(uses, &p, &why);
	target_close(&p);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	return rules == -1 ? -1 : landlock_enter(rules, &why);
}

static int
seccomp_only(unsigned int uses)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? -1 :
	    seccomp_enter(uses, &why);
}

/* What the child got: errno; 254: there is no such layer; 255: it died. */
enum { NO_LAYER = 254, DIED = 255 };

static int
got(int (*layer)(unsigned int), unsigned int uses, int (*attempt)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (layer(uses) == -1)
			_exit(NO_LAYER);
		_exit(attempt());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return DIED;
	return WEXITSTATUS(status);
}

struct attempt {
	const char *what;
	int (*attempt)(void);
	unsigned int uses;
	int want;
	int version;		/* of Landlock, that it takes */
};

/* Is it refused to all but the sanitizers, with which we are built? */
static int
sanitizers_may(int (*attempt)(void))
{
	return SANDBOX_SANITIZED && (attempt == try_read ||
	    attempt == try_read_inside || attempt == try_fork ||
	    attempt == try_thread || attempt == try_ptrace);
}

static void
test_layer(const char *name, int (*layer)(unsigned int), int version,
    const struct attempt *t, size_t n)
{
	if (got(layer, 0, try_memory) == NO_LAYER) {
		ok(1, "%s # SKIP it is not to be had here", name);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int r = t[i].want;

		if (t[i].version <= version &&
		    !sanitizers_may(t[i].attempt))
			r = got(layer, t[i].uses, t[i].attempt);
		if (!ok(r == t[i].want, "%s: %s: %s", name, t[i].what,
		    strerror(t[i].want)))
			printf("# got: %s\n", strerror(r));
		unlink(other);
	}
}

static void
test_landlock(void)
{
	static const struct attempt t[] = {
		{ "reading a file", try_read, 0, EACCES, 1 },
		{ "reading what was written", try_read_inside, SANDBOX_WRITE,
		    EACCES, 1 },
		{ "writing a file", try_write, 0, EACCES, 1 },
		{ "running a program", try_exec, 0, EACCES, 1 },
		{ "connecting", try_connect, 0, EACCES, 4 },
		{ "a signal to another", try_kill, 0, EPERM, 6 },
		{ "tracing another", try_ptrace, 0, EPERM, 1 },
		{ "-w: its file", try_write, SANDBOX_WRITE, 0, 1 },
		{ "-w: another one beside it", try_another, SANDBOX_WRITE, 0,
		    1 },
		{ "-w: elsewhere", try_write_outside, SANDBOX_WRITE, EACCES,
		    1 },
		{ "-w: a directory", try_directory, SANDBOX_WRITE, EACCES, 1 },
		{ "-w: a link", try_link, SANDBOX_WRITE, EACCES, 1 },
	};

	test_layer("Landlock", landlock_only, landlock_version(), t,
	    sizeof(t) / sizeof(t[0]));
}

static void
test_seccomp(void)
{
	static const struct attempt t[] = {
		{ "reading a file", try_read, 0, EPERM, 0 },
		{ "-w: reading a file", try_read, SANDBOX_WRITE, EPERM, 0 },
		{ "a process", try_fork, 0, EPERM, 0 },
		{ "a process among threads", try_fork, SANDBOX_THREADS, EPERM,
		    0 },
		{ "a thread", try_thread, 0, EPERM, 0 },
		{ "tracing another", try_ptrace, 0, EPERM, 0 },
		{ "writing a file", try_write, 0, EPERM, 0 },
		{ "a directory", try_directory, 0, EPERM, 0 },
		{ "a file's mode", try_mode, SANDBOX_WRITE, EPERM, 0 },
		{ "running a program", try_exec, 0, EPERM, 0 },
		{ "a socket", try_socket, SANDBOX_LIVE, EPERM, 0 },
		{ "a packet socket", try_packet_socket, SANDBOX_LIVE, EPERM,
		    0 },
		{ "a signal to another", try_kill, 0, EPERM, 0 },
		{ "memory with code", try_code, 0, EPERM, 0 },
		{ "code in memory", try_code_later, 0, EPERM, 0 },
		{ "typing at the terminal", try_typing, 0, EPERM, 0 },
		{ "frames", try_send, SANDBOX_LIVE | SANDBOX_ASK, EPERM, 0 },
		{ "--replay-to: frames", try_send, SANDBOX_SEND, 0, 0 },
		{ "--replay-to: on a socket that captures", try_send_high,
		    SANDBOX_SEND, EPERM, 0 },
		{ "memory", try_memory, 0, 0, 0 },
		{ "threads", try_thread, SANDBOX_THREADS, 0, 0 },
		{ "-w: its file", try_write, SANDBOX_WRITE, 0, 0 },
		{ "-w: another one", try_another, SANDBOX_WRITE, 0, 0 },
		{ "the helper: reading a file", try_read, SANDBOX_LOOK, 0, 0 },
		{ "the helper: writing one", try_write, SANDBOX_LOOK, EPERM,
		    0 },
		{ "the helper: tracing another", try_ptrace, SANDBOX_LOOK,
		    EPERM, 0 },
		{ "the helper: a socket", try_socket, SANDBOX_LOOK, EPERM, 0 },
		{ "the helper: a process", try_fork, SANDBOX_LOOK, EPERM, 0 },
	};

	test_layer("seccomp", seccomp_only, 0, t, sizeof(t) / sizeof(t[0]));
}

/* Two calls, each of them twice: two messages. */
static int
try_telling(void)
{
	struct errbuf e;
	int n = 0, named = 0;

	for (int i = 0; i < 2; i++) {
		(void)try_exec();
		(void)try_mode();
		while (sandbox_refused(&e)) {
			n++;
			named |= strstr(e.text, "execve (") != NULL;
			named |= (strstr(e.text, "chmod") != NULL) << 1;
		}
	}
	return n == 2 && named == 3 ? 0 : n + 10 * named;
}

/* 128 + the signal that ended it. */
static int
died_of(int (*layer)(unsigned int))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (layer(0) == -1)
			_exit(NO_LAYER);
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	if (waitpid(pid, &status, 0) != pid)
		return DIED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

static void
test_told(void)
{
	int r = got(seccomp_only, 0, try_telling);

	if (r == NO_LAYER || !refused_catch()) {
		ok(1, "refused calls are told # SKIP not here");
		return;
	}
	is_u64((uint64_t)r, 0, "refused calls are told, each once");
	r = died_of(seccomp_only);
	ok(r == 128 + SIGABRT, "a failed assertion still ends it");
}

static void
test_place(void)
{
	struct target p;
	char path[96];

	target_find(&p, NULL);
	ok(p.directory == -1 && p.file == -1, "no file: no place");
	target_find(&p, "/dev/null");
	ok(p.directory == -1 && p.file != -1 && p.special,
	    "a device: it alone, not its directory");
	target_close(&p);
	snprintf(path, sizeof(path), "%s/%%Y/x-%%H.pcap", inside);
	target_find(&p, path);
	ok(p.directory != -1 && p.file == -1,
	    "a series: the directory before what changes");
	target_close(&p);
	target_find(&p, "/nonexistent/x");
	ok(p.directory == -1 && p.file == -1, "no such directory: no place");
	target_find(&p, "x");
	ok(p.directory != -1, "no directory: the current one");
	target_close(&p);
}

static void
clean_up(void)
{
	unlink(file);
	unlink(elsewhere);
	rmdir(inside);
	rmdir(outside);
}

int
main(void)
{
	if (mkdtemp(inside) == NULL || mkdtemp(outside) == NULL)
		return 99;
	snprintf(file, sizeof(file), "%s/x.pcap", inside);
	snprintf(other, sizeof(other), "%s/y.pcap", inside);
	snprintf(elsewhere, sizeof(elsewhere), "%s/x.pcap", outside);
	close(open(file, O_WRONLY | O_CREAT, 0600));
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == -1)
		return 99;
	pair[1] = highfd_move(pair[1]);
	test_place();
	test_landlock();
	close(open(file, O_WRONLY | O_CREAT, 0600));
	test_seccomp();
	test_told();
	clean_up();
	return done();
}
