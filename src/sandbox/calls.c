/* calls.c: the system calls that are left, by what they are for. */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <termios.h>

#include "core/highfd.h"
#include "sandbox/impl.h"

#define ARG(n, v)	{ CALL_EQUAL, n, UINT32_MAX, (uint32_t)(v) }
#define BITS(n, m, v)	{ CALL_BITS, n, (uint32_t)(m), (uint32_t)(v) }
#define SELF(n)		{ CALL_SELF, n, 0, 0 }
/* No packet socket: to write to one is to send. */
#define LOW(n)		{ CALL_LESS, n, 0, HIGHFD }
#define NO_EXEC		BITS(2, PROT_EXEC, 0)

enum {
	LIVE = SANDBOX_LIVE | SANDBOX_LIBPCAP,
	TERMINAL_GET2 = 0x802c542a,	/* TCGETS2, which newer ones ask with */
	TERMINAL_SET2 = 0x402c542b,	/* TCSETS2 */
	USB_STATS = 0x80089203,		/* usbmon(4): MON_IOCG_STATS */
	USB_FETCH = 0xc0109207,		/* MON_IOCX_MFETCH */
	USB_FLUSH = 0x9208,		/* MON_IOCH_MFLUSH */
};

/*
 * Calls of the same name are alternatives.  A name that the machine does not
 * know is passed over: 32-bit machines have others, and C libraries change
 * which one they use.
 */
const struct call sandbox_calls[] = {
	/* What is open already. */
	{ .name = "write", .test = { LOW(0) } },
	{ .name = "writev", .test = { LOW(0) } },
	{ .name = "read" }, { .name = "close" }, { .name = "lseek" },
	{ .name = "_llseek" },
	{ .name = "poll" }, { .name = "ppoll" }, { .name = "ppoll_time64" },
	{ .name = "fstat" }, { .name = "fstat64" },
	/* How some C libraries do fstat(), and look whether the time zone has
	 * changed. */
	{ .name = "newfstatat" }, { .name = "fstatat64" }, { .name = "statx" },
	{ .name = "stat" }, { .name = "stat64" },
	{ .name = "fcntl", .test = { ARG(1, F_GETFL) } },
	{ .name = "fcntl", .test = { ARG(1, F_SETFL) } },
	{ .name = "fcntl64", .test = { ARG(1, F_GETFL) } },
	{ .name = "fcntl64", .test = { ARG(1, F_SETFL) } },
	/* isatty(); the width of a terminal.  Never TIOCSTI, which types. */
	{ .name = "ioctl", .test = { ARG(1, TCGETS) } },
	{ .name = "ioctl", .test = { ARG(1, TERMINAL_GET2) } },
	{ .name = "ioctl", .test = { ARG(1, TIOCGWINSZ) } },

	/* Memory, none of it to be executed. */
	{ .name = "brk" }, { .name = "munmap" }, { .name = "mremap" },
	{ .name = "madvise" },
	{ .name = "mmap", .test = { NO_EXEC } },
	{ .name = "mmap2", .test = { NO_EXEC } },
	{ .name = "mprotect", .test = { NO_EXEC } },

	/* Time, luck, and what it has cost. */
	{ .name = "clock_gettime" }, { .name = "clock_gettime64" },
	{ .name = "gettimeofday" }, { .name = "getrandom" },
	{ .name = "getrusage", .test = { ARG(0, RUSAGE_SELF) } },
	{ .name = "clock_nanosleep" },
	{ .name = "clock_nanosleep_time64" },

	/* Signals, of which it sends none but to itself: abort(). */
	{ .name = "rt_sigaction" }, { .name = "rt_sigprocmask" },
	{ .name = "rt_sigreturn" }, { .name = "sigreturn" },
	{ .name = "restart_syscall" },
	{ .name = "getpid" }, { .name = "gettid" },
	{ .name = "tgkill", .test = { SELF(0) } },
	{ .name = "exit" }, { .name = "exit_group" },

	/* Packet sockets: what they have lost, which interface they are on; to
	 * bind one that came back.  Rtnetlink beside them, which is asked
	 * without an address: the kernel alone. */
	{ "getsockopt", LIVE, { { 0 } }, 0 },
	{ "setsockopt", SANDBOX_LIVE, { ARG(1, SOL_PACKET),
	    ARG(2, PACKET_ADD_MEMBERSHIP) }, 0 },
	{ "setsockopt", SANDBOX_LIVE, { ARG(1, SOL_NETLINK),
	    ARG(2, NETLINK_ADD_MEMBERSHIP) }, 0 },
	{ "setsockopt", SANDBOX_LIVE, { ARG(1, SOL_NETLINK),
	    ARG(2, NETLINK_DROP_MEMBERSHIP) }, 0 },
	{ "bind", SANDBOX_LIVE, { { 0 } }, 0 },
	{ "ioctl", LIVE, { ARG(1, SIOCGIFFLAGS) }, 0 },
	{ "ioctl", LIVE, { ARG(1, SIOCGIFNAME) }, 0 },
	{ "ioctl", LIVE, { ARG(1, SIOCGIFINDEX) }, 0 },
	{ "ioctl", SANDBOX_LIVE, { ARG(1, SIOCGIFHWADDR) }, 0 },
	{ "sendto", LIVE | SANDBOX_ASK, { LOW(0), ARG(4, 0) }, 0 },
	{ "send", LIVE | SANDBOX_ASK, { LOW(0) }, 0 },
	{ "recvfrom", LIVE | SANDBOX_ASK, { { 0 } }, 0 },
	{ "recv", LIVE | SANDBOX_ASK, { { 0 } }, 0 },
	/* For its end. */
	{ "wait4", SANDBOX_ASK, { { 0 } }, 0 },
	{ "waitpid", SANDBOX_ASK, { { 0 } }, 0 },
	{ "recvmsg", SANDBOX_LIBPCAP, { { 0 } }, 0 },
	/* What libpcap reads: drops below /sys, USB; and how it finds out that
	 * an interface has gone. */
	{ "getsockname", SANDBOX_LIBPCAP, { { 0 } }, 0 },
	{ "openat", SANDBOX_LIBPCAP, { BITS(2, O_ACCMODE, O_RDONLY) }, 0 },
	{ "open", SANDBOX_LIBPCAP, { BITS(1, O_ACCMODE, O_RDONLY) }, 0 },
	{ "ioctl", SANDBOX_LIBPCAP, { ARG(1, USB_STATS) }, 0 },
	{ "ioctl", SANDBOX_LIBPCAP, { ARG(1, USB_FETCH) }, 0 },
	{ "ioctl", SANDBOX_LIBPCAP, { ARG(1, USB_FLUSH) }, 0 },

	/* Threads, but no processes.  Both are refused without a signal, which
	 * the C library blocks there: it would kill. */
	{ .name = "futex" }, { .name = "futex_time64" },
	{ "clone", SANDBOX_THREADS, { BITS(0, CLONE_THREAD, CLONE_THREAD) },
	    0 },
	{ "clone", SANDBOX_ALONE, { BITS(0, CLONE_THREAD, CLONE_THREAD) },
	    EPERM },
	{ "clone", 0, { BITS(0, CLONE_THREAD, 0) },
	    SANDBOX_SANITIZED ? 0 : EPERM },
	/* Its flags stand in memory, where nobody can test them: as on a
	 * kernel that does not know it yet, clone() is taken. */
	{ "clone3", 0, { { 0 } }, ENOSYS },
	{ "set_robust_list", SANDBOX_THREADS, { { 0 } }, 0 },
	{ "rseq", SANDBOX_THREADS, { { 0 } }, 0 },
	{ "sched_getaffinity", SANDBOX_THREADS, { { 0 } }, 0 },
	/* What a compressed file is read through. */
	{ "pipe2", SANDBOX_THREADS, { { 0 } }, 0 },
	{ "fcntl", SANDBOX_THREADS, { ARG(1, F_SETPIPE_SZ) }, 0 },

	/* The file of -w: where, is for Landlock to say. */
	{ "openat", SANDBOX_WRITE, { BITS(2, O_ACCMODE, O_WRONLY) }, 0 },
	/* The directory, which is not opened by that. */
	{ "openat", SANDBOX_WRITE, { BITS(2, O_PATH | O_ACCMODE, O_PATH) },
	    0 },
	{ "open", SANDBOX_WRITE, { BITS(1, O_ACCMODE, O_WRONLY) }, 0 },
	{ "ftruncate", SANDBOX_WRITE, { { 0 } }, 0 },
	{ "ftruncate64", SANDBOX_WRITE, { { 0 } }, 0 },
	{ "unlinkat", SANDBOX_WRITE, { { 0 } }, 0 },
	{ "renameat", SANDBOX_WRITE, { { 0 } }, 0 },
	{ "renameat2", SANDBOX_WRITE, { { 0 } }, 0 },
	{ "uname", SANDBOX_WRITE, { { 0 } }, 0 },

	/* Who looks into other processes reads, and asks netlink through
	 * sockets that it has: no socket of another kind, nor ptrace(), which
	 * its capability would allow. */
	{ "openat", SANDBOX_LOOK, { BITS(2, O_ACCMODE | O_CREAT, O_RDONLY) },
	    0 },
	{ "open", SANDBOX_LOOK, { BITS(1, O_ACCMODE | O_CREAT, O_RDONLY) },
	    0 },
	{ "open_by_handle_at", SANDBOX_LOOK, { BITS(2, O_PATH, O_PATH) }, 0 },
	{ "readlink", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "readlinkat", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "getdents", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "getdents64", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "pread64", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "fcntl", SANDBOX_LOOK, { ARG(1, F_SETFD) }, 0 },
	{ "fcntl64", SANDBOX_LOOK, { ARG(1, F_SETFD) }, 0 },
	{ "sendto", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "send", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "recvfrom", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "recv", SANDBOX_LOOK, { { 0 } }, 0 },
	{ "recvmsg", SANDBOX_LOOK, { { 0 } }, 0 },

	/* A replay that keeps time, and its keys. */
	{ "prctl", SANDBOX_PACE, { ARG(0, PR_SET_TIMERSLACK) }, 0 },
	{ "ioctl", SANDBOX_PACE, { ARG(1, TIOCGPGRP) }, 0 },
	{ "ioctl", SANDBOX_PACE, { ARG(1, TCSETS) }, 0 },
	{ "ioctl", SANDBOX_PACE, { ARG(1, TERMINAL_SET2) }, 0 },
	{ "getpgrp", SANDBOX_PACE, { { 0 } }, 0 },
	{ "getpgid", SANDBOX_PACE, { { 0 } }, 0 },

	/* Frames that are sent; the files, for another round. */
	{ "sendmmsg", SANDBOX_SEND, { LOW(0) }, 0 },
	{ "sched_setaffinity", SANDBOX_SEND, { ARG(0, 0) }, 0 },
	{ "fcntl", SANDBOX_SEND, { ARG(1, F_DUPFD_CLOEXEC) }, 0 },
	{ "fcntl64", SANDBOX_SEND, { ARG(1, F_DUPFD_CLOEXEC) }, 0 },

#if SANDBOX_SANITIZED
	/* The sanitizers', at work and when they look for leaks. */
	{ .name = "openat", .test = { BITS(2, O_ACCMODE, O_RDONLY) } },
	{ .name = "open", .test = { BITS(1, O_ACCMODE, O_RDONLY) } },
	{ .name = "readlink" }, { .name = "readlinkat" },
	{ .name = "getdents" }, { .name = "getdents64" }, { .name = "wait4" },
	{ .name = "ptrace" }, { .name = "sigaltstack" }, { .name = "prctl" },
	{ .name = "getppid" }, { .name = "process_vm_readv" },
	{ .name = "sched_getaffinity" }, { .name = "getrlimit" },
	{ .name = "prlimit64" }, { .name = "uname" },
	{ .name = "sched_yield" }, { .name = "sysinfo" },
#endif
};

const unsigned int sandbox_ncalls =
    sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
