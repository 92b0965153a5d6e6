/* refused.c: system calls that seccomp has refused, to be told. */
#include <sys/syscall.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "sandbox/impl.h"

#ifdef HAVE_LIBSECCOMP
#include <seccomp.h>

#ifndef SYS_SECCOMP
#define SYS_SECCOMP	1	/* si_code; headers may lack it */
#endif

/* Where a system call leaves its result: what the kernel does of its own
 * accord with SCMP_ACT_ERRNO, a handler of SIGSYS does by hand. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define RESULT(u)	((u)->uc_mcontext.gregs[REG_RAX])
#define SECOND(u)	((u)->uc_mcontext.gregs[REG_RSI])
#elif defined(__aarch64__)
#define RESULT(u)	((u)->uc_mcontext.regs[0])
#define SECOND(u)	((u)->uc_mcontext.regs[1])
#endif
#endif

enum { REFUSED_WORDS = 16, REFUSED_BITS = 64 };

/* By number, those that were refused: the kernel has fewer than 1024. */
static volatile uint64_t refused[REFUSED_WORDS];
static volatile int untold;

#ifdef RESULT
/* glibc asks when a thread gives back memory, and does without. */
static int
is_expected(unsigned int number, const ucontext_t *u)
{
	const char *path = (const char *)(uintptr_t)SECOND(u);

	return number == SYS_openat && path != NULL &&
	    strcmp(path, "/proc/sys/vm/overcommit_memory") == 0;
}

static void
on_refused(int sig, siginfo_t *si, void *context)
{
	ucontext_t *u = context;
	unsigned int n = (unsigned int)si->si_syscall;

	(void)sig;
	if (si->si_code != SYS_SECCOMP)
		return;
	RESULT(u) = (__typeof__(RESULT(u)))-EPERM;
	if (n < REFUSED_WORDS * REFUSED_BITS && !is_expected(n, u) &&
	    !(__atomic_fetch_or(&refused[n / REFUSED_BITS],
	    UINT64_C(1) << n % REFUSED_BITS, __ATOMIC_RELAXED) >>
	    n % REFUSED_BITS & 1))
		__atomic_fetch_add(&untold, 1, __ATOMIC_RELAXED);
}

int
refused_catch(void)
{
	struct sigaction sa = { .sa_sigaction = on_refused,
	    .sa_flags = SA_SIGINFO | SA_RESTART };

	sigemptyset(&sa.sa_mask);
	return sigaction(SIGSYS, &sa, NULL) == 0;
}
#else
int
refused_catch(void)
{
	return 0;
}
#endif

#ifdef HAVE_LIBSECCOMP
static void
tell(unsigned int number, struct errbuf *e)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
	    (int)number);

	err_set(e, "sandbox: the system call %s (%u) was refused",
	    name != NULL ? name : "", number);
	err_hint(e, "a dissector went astray, or it should be allowed: please "
	    "report it; --no-sandbox turns this off");
	free(name);
}
#else
static void
tell(unsigned int number, struct errbuf *e)
{
	err_set(e, "sandbox: the system call %u was refused", number);
}
#endif

int
sandbox_refused(struct errbuf *e)
{
	static uint64_t told[REFUSED_WORDS];

	if (__builtin_expect(untold == 0, 1))
		return 0;
	for (unsigned int n = 0; n < REFUSED_WORDS * REFUSED_BITS; n++) {
		uint64_t bit = UINT64_C(1) << n % REFUSED_BITS;

		if (!(refused[n / REFUSED_BITS] & bit & ~told[n / 64]))
			continue;
		told[n / REFUSED_BITS] |= bit;
		__atomic_fetch_sub(&untold, 1, __ATOMIC_RELAXED);
		tell(n, e);
		return 1;
	}
	return 0;
}
