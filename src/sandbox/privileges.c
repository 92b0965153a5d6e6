/* privileges.c: who the program is, and what the kernel lets it do. */
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBCAP_NG
#include <cap-ng.h>
#endif

#include "sandbox/impl.h"

int
identity_find(struct identity *id, const char *user, struct errbuf *e)
{
	const struct passwd *pw;

	memset(id, 0, sizeof(*id));
	if (user == NULL)
		return 0;
	errno = 0;
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(e, "-Z %s: %s", user, errno == 0 ||
		    errno == ENOENT ? "there is no such user" :
		    strerror(errno));
	id->name = user;
	id->uid = pw->pw_uid;
	id->gid = pw->pw_gid;
	(void)getgrouplist(user, id->gid, NULL, &id->ngroups);
	id->groups = calloc((size_t)id->ngroups + 1, sizeof(*id->groups));
	if (id->groups == NULL ||
	    getgrouplist(user, id->gid, id->groups, &id->ngroups) == -1) {
		identity_free(id);
		return err_set(e, "-Z %s: its groups cannot be found", user);
	}
	return 0;
}

void
identity_free(struct identity *id)
{
	free(id->groups);
	id->groups = NULL;
}

static int
become(const struct identity *id, struct errbuf *e)
{
	if (id->name == NULL ||
	    (id->uid == getuid() && id->uid == geteuid()))
		return 0;
	if (setgroups((size_t)id->ngroups, id->groups) == 0 &&
	    setresgid(id->gid, id->gid, id->gid) == 0 &&
	    setresuid(id->uid, id->uid, id->uid) == 0)
		return 0;
	if (errno == EPERM)
		return err_set(e, "-Z %s: only root can become another user",
		    id->name);
	return err_set(e, "-Z %s: %s", id->name, strerror(errno));
}

#ifdef HAVE_LIBCAP_NG
/* A use of our own: what -w writes is not the user's to write. */
#define FOREIGN_DIRECTORY	(1U << 30)

/* What is kept, and what for.  Nothing, of most. */
static const struct {
	unsigned int use;
	unsigned int capability;
} kept[] = {
	/* Landlock leaves it the one directory. */
	{ FOREIGN_DIRECTORY, CAP_DAC_OVERRIDE },
};

enum { KEPT = sizeof(kept) / sizeof(kept[0]) };

/* No others from here on; none in force unless "effective". */
static int
hold(unsigned int uses, int effective, struct errbuf *e)
{
	unsigned int have[KEPT];

	(void)capng_get_caps_process();
	for (unsigned int i = 0; i < KEPT; i++)
		have[i] = kept[i].use & uses && capng_have_capability(
		    CAPNG_PERMITTED, kept[i].capability);
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned int i = 0; i < KEPT; i++)
		if (have[i])
			(void)capng_update(CAPNG_ADD, CAPNG_PERMITTED |
			    (effective ? CAPNG_EFFECTIVE : 0),
			    kept[i].capability);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return err_set(e, "sandbox: capabilities: %s",
		    strerror(errno));
	return 0;
}

/* What a program that is run could ever get.  Who may not give it up gets
 * nothing by it either, see PR_SET_NO_NEW_PRIVS. */
static int
drop_bounds(struct errbuf *e)
{
	(void)capng_get_caps_process();
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		return 0;
	capng_clear(CAPNG_SELECT_BOUNDS);
	if (capng_apply(CAPNG_SELECT_BOUNDS) != 0)
		return err_set(e, "sandbox: bounding set: %s",
		    strerror(errno));
	return 0;
}

/* Would the user be refused there?  While no capability is in force. */
static int
is_foreign(const struct target *p)
{
	if (p->path != NULL && p->file != -1 &&
	    faccessat(AT_FDCWD, p->path, W_OK, AT_EACCESS) == -1)
		return 1;
	return p->directory != -1 &&
	    faccessat(p->directory, ".", W_OK | X_OK, AT_EACCESS) == -1;
}

int
privileges_drop(const struct identity *id, unsigned int uses,
    const struct target *target, struct errbuf *e)
{
	unsigned int possible = uses | FOREIGN_DIRECTORY;

	if (drop_bounds(e) == -1)
		return -1;
	/* Who becomes another user keeps what it may use, but not in force. */
	(void)prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (become(id, e) == -1)
		return -1;
	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	if (hold(possible, 0, e) == -1)
		return -1;
	return hold(is_foreign(target) ? possible : uses, 1, e);
}

void
privileges_describe(char *text, size_t size)
{
	const char *name;
	size_t n = 0;

	snprintf(text, size, "no capability");
	(void)capng_get_caps_process();
	for (unsigned int c = 0; c <= CAP_LAST_CAP; c++) {
		name = capng_capability_to_name(c);
		if (name == NULL || n >= size ||
		    !capng_have_capability(CAPNG_EFFECTIVE, c))
			continue;
		n += (size_t)snprintf(text + n, size - n, "%scap_%s",
		    n > 0 ? " " : "", name);
	}
}
#else
int
privileges_drop(const struct identity *id, unsigned int uses,
    const struct target *target, struct errbuf *e)
{
	(void)uses, (void)target;
	return become(id, e);
}

void
privileges_describe(char *text, size_t size)
{
	snprintf(text, size, "capabilities as they were (no libcap-ng)");
}
#endif
