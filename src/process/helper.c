/* helper.c: a process of its own that finds out whose sockets are. */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live/netns.h"
#include "core/child.h"
#include "process/helper.h"
#include "process/serve.h"
#include "sandbox/sandbox.h"

const char helper_built[] =
#ifdef HAVE_LIBMNL
    "libmnl"
#ifdef HAVE_LIBBPF
    ", libbpf"
#endif
#endif
    "";

#ifdef HAVE_LIBMNL
/* Bytes of a channel: what ASKER_RATE makes of questions and answers in a
 * second, with what the kernel adds to each. */
enum { ROOM = 8 << 20 };

/* How it begins. */
struct hello {
	int ready;
	struct errbuf why;	/* it is not, or the note of struct helper */
};

/* In each namespace; sockets stay there.  Of one that cannot be entered, who is
 * to capture in it will tell. */
static int
open_places(struct desk *d, const char *const *netns, unsigned int n,
    struct errbuf *e)
{
	struct errbuf ignored;
	struct netns way;
	int failed = 0;

	for (unsigned int i = 0; i < n && !failed; i++) {
		if (netns_enter(&way, netns[i], &ignored) == -1)
			continue;
		failed = desk_add_place(d, e) == -1;
		if (netns_leave(&way, failed ? &ignored : e) == -1)
			failed = 1;
	}
	return failed ? -1 : 0;
}

/* What it keeps, of what it has: to look into other processes, whose folders
 * only their users may read.  -1 and errbuf. */
static int
drop(struct errbuf *e)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct c[_LINUX_CAPABILITY_U32S_3];
	uint32_t keep = 1U << CAP_SYS_PTRACE | 1U << CAP_DAC_READ_SEARCH;

	if (syscall(SYS_capget, &h, c) == -1)
		return err_set(e, "capabilities: %s", strerror(errno));
	c[0].permitted &= keep;
	c[0].effective = c[0].permitted;
	c[0].inheritable = 0;
	memset(&c[1], 0, sizeof(c[1]));
	if (syscall(SYS_capset, &h, c) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(e, "capabilities: %s", strerror(errno));
	return 0;
}

static void
be_helper(const int *fd, unsigned int channels, const char *const *netns,
    unsigned int n, int confined)
{
	struct errbuf ignored;	/* that there is no seccomp, main() tells */
	struct hello hello;
	struct service s;

	memset(&hello, 0, sizeof(hello));
	child_settle(fd, channels);
	(void)prctl(PR_SET_NAME, "sessdump-procs", 0, 0, 0);
	serve_init(&s, fd, channels);
	hello.ready = desk_init(&s.desk, &hello.why) == 0 &&
	    open_places(&s.desk, netns, n, &hello.why) == 0;
	if (hello.ready)
		desk_follow(&s.desk, &hello.why);
	if (hello.ready)
		hello.ready = drop(&hello.why) == 0;
	if (hello.ready && confined)
		(void)sandbox_enter_helper(&ignored);
	if (send(fd[0], &hello, sizeof(hello), MSG_NOSIGNAL) ==
	    sizeof(hello) && hello.ready)
		serve(&s);
	_Exit(0);
}

static int
hear_hello(struct helper *h, struct errbuf *e)
{
	struct hello hello;
	ssize_t n;

	do {
		n = recv(h->fd[0], &hello, sizeof(hello), 0);
	} while (n == -1 && errno == EINTR);
	if (n != sizeof(hello))
		return err_set(e, "processes: the helper did not start");
	if (!hello.ready)
		return err_set(e, "processes: %.*s", (int)sizeof(e->text) / 2,
		    hello.why.text);
	h->note = hello.why;
	return 0;
}

/* Both ends are read now and then: what comes meanwhile must find room.  Memory
 * is taken only for what is there. */
static void
make_room(int fd)
{
	int bytes = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
	    sizeof(bytes)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof(bytes));
}

static int
open_channels(int (*pair)[2], unsigned int channels, struct errbuf *e)
{
	for (unsigned int i = 0; i < channels; i++)
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    pair[i]) == -1) {
			while (i-- > 0) {
				close(pair[i][0]);
				close(pair[i][1]);
			}
			return err_set(e, "processes: socketpair: %s",
			    strerror(errno));
		}
	return 0;
}

int
helper_start(struct helper *h, unsigned int channels,
    const char *const *netns, unsigned int nnetns, int confined,
    struct errbuf *e)
{
	int pair[HELPER_CHANNELS][2], theirs[HELPER_CHANNELS];

	memset(h, 0, sizeof(*h));
	h->pid = -1;
	if (nnetns > PLACES)
		return err_set(e, "processes: more than %d network "
		    "namespaces", PLACES);
	if (open_channels(pair, channels, e) == -1)
		return -1;
	h->channels = channels;
	for (unsigned int i = 0; i < channels; i++) {
		make_room(pair[i][0]);
		make_room(pair[i][1]);
		h->fd[i] = pair[i][0];
		theirs[i] = pair[i][1];
	}
	h->pid = fork();
	if (h->pid == 0) {
		for (unsigned int i = 0; i < channels; i++)
			close(h->fd[i]);
		be_helper(theirs, channels, netns, nnetns, confined);
	}
	for (unsigned int i = 0; i < channels; i++)
		close(theirs[i]);
	if (h->pid == -1)
		err_set(e, "processes: fork: %s", strerror(errno));
	if (h->pid != -1 && hear_hello(h, e) == 0)
		return 0;
	helper_stop(h);
	return -1;
}

void
helper_stop(struct helper *h)
{
	for (unsigned int i = 0; i < h->channels; i++)
		close(h->fd[i]);
	h->channels = 0;
	while (h->pid > 0 && waitpid(h->pid, NULL, 0) == -1 && errno == EINTR)
		;
	h->pid = -1;
}
#else
int
helper_start(struct helper *h, unsigned int channels,
    const char *const *netns, unsigned int nnetns, int confined,
    struct errbuf *e)
{
	(void)channels, (void)netns, (void)nnetns, (void)confined;
	memset(h, 0, sizeof(*h));
	h->pid = -1;
	return err_set(e, "processes: libmnl is not in this build");
}

void
helper_stop(struct helper *h)
{
	(void)h;
}
#endif
