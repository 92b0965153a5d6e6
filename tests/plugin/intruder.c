/* intruder.c: what a dissector that was taken over could do: a plugin on UDP
 * port 7777 that tries, over its first packet, and tells what came of it:
 * errno, or 0. */
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sessdump/dissector.h>

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

/* The test names a file that the user may make; the plugin is given it by the
 * environment, as it is loaded. */
static const char *victim;

static int
try_write(void)
{
	return result(open(victim, O_WRONLY | O_CREAT, 0666));
}

static int
try_remove(void)
{
	return result(unlink(victim));
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
try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno :
	    result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
try_packet_socket(void)
{
	return result(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
try_kill(void)
{
	return result(kill(getppid(), 0));
}

static int
try_trace(void)
{
	long r = ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);

	/* Who is traced is stopped, and would stay so. */
	if (r == 0) {
		(void)waitpid(getppid(), NULL, __WALL);
		(void)ptrace(PTRACE_DETACH, getppid(), NULL, NULL);
	}
	return result(r);
}

static int
try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int
try_root(void)
{
	return result(setuid(0));
}

static struct {
	const char *name;
	int (*attempt)(void);
	int result;
} attempts[] = {
	{ "read", try_read, -1 },
	{ "write", try_write, -1 },
	{ "remove", try_remove, -1 },
	{ "fork", try_fork, -1 },
	{ "connect", try_connect, -1 },
	{ "packet_socket", try_packet_socket, -1 },
	{ "kill", try_kill, -1 },
	{ "trace", try_trace, -1 },
	{ "code", try_code, -1 },
	{ "root", try_root, -1 },
	{ "exec", try_exec, -1 },	/* the last one, if it works */
};

enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

/* As a plugin's own code runs before there is a packet: privileges are gone. */
static int early_socket = -1, early_uid = -1;
static int spare;	/* the process is not given away */

__attribute__((constructor)) static void
intruder_loaded(void)
{
	victim = getenv("INTRUDER_VICTIM");
	if (victim == NULL)
		victim = "/nonexistent";
	spare = getenv("INTRUDER_SPARE") != NULL;
	early_socket = try_packet_socket();
	early_uid = (int)geteuid();
}

static enum verdict
intruder_dissect(struct packet *p, struct cursor *c)
{
	(void)p;
	(void)cursor_take(c, 4);
	for (int i = 0; i < ATTEMPTS && attempts[i].result == -1 &&
	    !(spare && attempts[i].attempt == try_exec); i++)
		attempts[i].result = attempts[i].attempt();
	return DISSECT_DONE;
}

static void
intruder_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	(void)l;
	for (int i = 0; i < ATTEMPTS; i++)
		writer_number(w, attempts[i].name,
		    (uint64_t)attempts[i].result);
	writer_number(w, "early_socket", (uint64_t)early_socket);
	writer_number(w, "early_uid", (uint64_t)early_uid);
}

DISSECTOR(intruder) = {
	DISSECTOR_ABI,
	.name = "intruder",
	.title = "What a dissector could do that was taken over",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 7777 }),
	.dissect = intruder_dissect,
	.print = intruder_print,
};
