/*
 * impl.h: the inside of the sandbox, layer by layer.
 *
 * Only the files of sandbox.h and their test use this.
 */
#ifndef SRC_SANDBOX_IMPL_H
#define SRC_SANDBOX_IMPL_H

#include <sys/types.h>

#include <stdint.h>

#include "sandbox/sandbox.h"

/* The sanitizers look at the process from inside, with calls that nobody else
 * makes; all but those stays refused. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANDBOX_SANITIZED 1
#else
#define SANDBOX_SANITIZED 0
#endif

/* Where files are made. */
struct target {
	const char *path;	/* the caller's; NULL: standard output, or
				 * none */
	int directory;		/* an O_PATH descriptor; or -1: none is
				 * needed */
	int file;		/* what stands there, the same; or -1 */
	int special;		/* it is no regular file: it alone is written,
				 * none is made */
};

/* target.c: of a path, or of none; what cannot be found is -1: who opens it
 * later says why. */
void target_find(struct target *, const char *path);
void target_close(struct target *);

/* privileges.c: who -Z names. */
struct identity {
	const char *name;	/* NULL: the program stays who it is */
	uid_t uid;
	gid_t gid;
	gid_t *groups;		/* owned */
	int ngroups;
};

int identity_find(struct identity *, const char *user, struct errbuf *);
void identity_free(struct identity *);

/* Becomes the one, and gives up capabilities.  The place tells whether it
 * can be written without them.  -1 and errbuf when some could not be. */
int privileges_drop(const struct identity *, unsigned int uses,
    const struct target *, struct errbuf *);
/* Capabilities that are still effective, as names; "no capability". */
void privileges_describe(char *text, size_t size);

/*
 * landlock.c.  A descriptor of the rules, made while the files can be found;
 * then they come into force, and it is closed.  Each -1 and errbuf when the
 * kernel, or the build, does not have it.
 */
int landlock_rules(unsigned int uses, const struct target *, struct errbuf *);
int landlock_enter(int rules, struct errbuf *);
/* The version of the kernel's interface, 0 for none. */
int landlock_version(void);

/* Besides the uses: no threads are started. */
#define SANDBOX_ALONE	(1U << 31)

/* calls.c: a system call that is allowed. */
enum { CALL_TESTS = 2 };

struct call {
	const char *name;
	unsigned int uses;	/* for any of these; 0: always */
	/* What must be true of its arguments: all of them. */
	struct call_test {
		enum { CALL_ANY, CALL_EQUAL, CALL_BITS, CALL_LESS,
		    CALL_SELF } kind;
		uint8_t argument;	/* its number, from 0 */
		uint32_t mask, value;	/* after the mask */
	} test[CALL_TESTS];
	int error;		/* refused with this, without a word; or 0 */
};

extern const struct call sandbox_calls[];
extern const unsigned int sandbox_ncalls;

/* seccomp.c: how many calls are allowed, or -1 and errbuf when there is no
 * seccomp to be had. */
int seccomp_enter(unsigned int uses, struct errbuf *);

/* refused.c: whether refused calls can be told by a signal here; that signal's
 * handler. */
int refused_catch(void);

#endif
