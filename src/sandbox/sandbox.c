/* sandbox.c: the layers, in their order. */
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/impl.h"

const char sandbox_built[] =
#ifdef HAVE_LIBCAP_NG
    "libcap-ng, "
#endif
#ifdef HAVE_LIBSECCOMP
    "libseccomp, "
#endif
#ifdef HAVE_LANDLOCK
    "Landlock, "
#endif
    "no_new_privs";

/* The process has one sandbox: what came of it. */
static struct {
	int unconfined;
	char capabilities[128];
	int landlock;		/* its version; 0: none */
	int calls;		/* that are allowed; -1: no seccomp */
	struct errbuf no_landlock, no_seccomp;
} state;

int
sandbox_check_start(struct errbuf *e)
{
	char path[sizeof(e->hint) / 2 - 64];
	ssize_t n;

	if (getuid() == geteuid() && getgid() == getegid())
		return 0;
	n = readlink("/proc/self/exe", path, sizeof(path));
	if (n < 0 || (size_t)n == sizeof(path))
		n = snprintf(path, sizeof(path), "$(command -v sessdump)");
	err_set(e, "it runs set-user-ID or set-group-ID: that would open any "
	    "file for anybody");
	return err_hint(e, "sudo chmod u-s,g-s %.*s; sudo setcap "
	    "cap_net_raw+ep %.*s", (int)n, path, (int)n, path);
}

/* Privileges and Landlock are a thread's own: with others there would be a way
 * around. */
static int
check_alone(struct errbuf *e)
{
	struct stat st;

	/* A directory has a link for each, and two of its own. */
	if (SANDBOX_SANITIZED || stat("/proc/self/task", &st) == -1 ||
	    st.st_nlink <= 3)
		return 0;
	err_set(e, "sandbox: a library has started threads, which would stay "
	    "outside");
	return err_hint(e, "another --backend may have none");
}

/* What the C library would open later, it opens now. */
static void
settle_libc(void)
{
	/* Without a TZ it looks at the file again and again. */
	(void)setenv("TZ", ":/etc/localtime", 0);
	tzset();
}

static int
drop(const struct sandbox_needs *n, const struct target *p, struct errbuf *e)
{
	struct identity id;
	int r;

	if (identity_find(&id, n->user, e) == -1)
		return -1;
	r = privileges_drop(&id, n->uses, p, e);
	identity_free(&id);
	if (r == -1)
		return -1;
	privileges_describe(state.capabilities, sizeof(state.capabilities));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(e, "sandbox: no_new_privs: %s",
		    strerror(errno));
	return n->load != NULL ? n->load(n->arg, e) : 0;
}

static void
confine(const struct sandbox_needs *n, int rules)
{
	if (rules != -1 && landlock_enter(rules, &state.no_landlock) == 0)
		state.landlock = landlock_version();
	state.calls = seccomp_enter(n->uses, &state.no_seccomp);
}

int
sandbox_enter(const struct sandbox_needs *n, struct errbuf *e)
{
	struct target p;
	int rules = -1, r;

	if (check_alone(e) == -1)
		return -1;
	settle_libc();
	target_find(&p, n->write);
	state.unconfined = n->unconfined;
	if (!n->unconfined)
		rules = landlock_rules(n->uses, &p, &state.no_landlock);
	r = drop(n, &p, e);
	if (r == 0 && !n->unconfined)
		confine(n, rules);
	else if (rules != -1)
		close(rules);
	target_close(&p);
	return r;
}

int
sandbox_enter_helper(struct errbuf *e)
{
	return seccomp_enter(SANDBOX_LOOK, e) != -1 ? 0 : -1;
}

static const char *
landlock_text(char *text, size_t size)
{
	if (state.landlock == 0)
		return state.no_landlock.text;
	snprintf(text, size, "Landlock %d", state.landlock);
	return text;
}

static const char *
calls_text(char *text, size_t size)
{
	if (state.calls == -1)
		return state.no_seccomp.text;
	snprintf(text, size, "%d system calls", state.calls);
	return text;
}

int
sandbox_note(struct errbuf *e)
{
	char files[32], calls[32];

	if (state.unconfined) {
		err_set(e, "sandbox: off, %s", state.capabilities);
		return 0;
	}
	err_set(e, "sandbox: %s, %s, %s", state.capabilities,
	    landlock_text(files, sizeof(files)),
	    calls_text(calls, sizeof(calls)));
	if (state.landlock != 0 || state.calls != -1)
		return 0;
	err_hint(e, "what goes astray over a packet can do all that the user "
	    "may: see -Z");
	return 1;
}
