/* landlock.c: which files can still be opened, landlock(7). */
#include <errno.h>
#include <string.h>

#include "sandbox/impl.h"

#ifdef HAVE_LANDLOCK
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/landlock.h>
#include <unistd.h>

/*
 * What later versions have added, by numbers, so that an old header does not
 * make a weak program.
 */
enum {
	FS_WRITE	= LANDLOCK_ACCESS_FS_WRITE_FILE,
	FS_READ		= LANDLOCK_ACCESS_FS_READ_FILE,
	FS_LIST		= LANDLOCK_ACCESS_FS_READ_DIR,
	FS_REMOVE	= LANDLOCK_ACCESS_FS_REMOVE_FILE,
	FS_MAKE		= LANDLOCK_ACCESS_FS_MAKE_REG,
	FS_TRUNCATE	= 1 << 14,

	FS_ALL_1	= (1 << 13) - 1,	/* of version 1 */
	FS_ALL_2	= FS_ALL_1 | 1 << 13,	/* links to elsewhere */
	FS_ALL_3	= FS_ALL_2 | FS_TRUNCATE,
	FS_ALL_5	= FS_ALL_3 | 1 << 15,	/* ioctl() of devices */
	NET_ALL		= 3,			/* TCP: bind, connect */
	SCOPE_ALL	= 3,			/* abstract sockets, signals */
};

/* struct landlock_ruleset_attr as of version 6. */
struct handled {
	uint64_t fs, net, scoped;
};

/* What is handled, and thus refused unless a rule allows it. */
static const struct {
	int version;		/* of the kernel, at least */
	size_t size;		/* of struct handled */
	struct handled handled;
} versions[] = {
	{ 6, 24, { FS_ALL_5, NET_ALL, SCOPE_ALL } },
	{ 5, 16, { FS_ALL_5, NET_ALL, 0 } },
	{ 4, 16, { FS_ALL_3, NET_ALL, 0 } },
	{ 3, 8, { FS_ALL_3, 0, 0 } },
	{ 2, 8, { FS_ALL_2, 0, 0 } },
	{ 1, 8, { FS_ALL_1, 0, 0 } },
};

/* What is read while it runs. */
static const struct {
	unsigned int use;	/* 0: always */
	const char *path;
	uint64_t allowed;
} readable[] = {
	/* libpcap counts what an interface has dropped by files there. */
	{ SANDBOX_LIBPCAP, "/sys/devices", FS_READ },
#if SANDBOX_SANITIZED
	{ 0, "/", FS_READ | FS_LIST },
#endif
};

enum { READABLE = sizeof(readable) / sizeof(readable[0]) };

static int
failed(const char *what, struct errbuf *e)
{
	return err_set(e, "Landlock: %s: %s", what, strerror(errno));
}

int
landlock_version(void)
{
	long v = syscall(__NR_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return v > 0 ? (int)v : 0;
}

/* -1 and errno; a file that is not there needs no rule, and a pipe, which is
 * below no directory, takes none: it is never refused. */
static int
allow(int rules, int fd, uint64_t allowed)
{
	struct landlock_path_beneath_attr a = {
		.allowed_access = allowed, .parent_fd = fd
	};
	long r;

	if (fd == -1)
		return 0;
	r = syscall(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &a, 0);
	return r == -1 && errno == EBADFD ? 0 : (int)r;
}

static int
allow_path(int rules, const char *path, uint64_t allowed)
{
	int r, fd = open(path, O_PATH | O_CLOEXEC);

	r = allow(rules, fd, allowed);
	if (fd != -1)
		close(fd);
	return r;
}

static int
add_rules(int rules, unsigned int uses, const struct target *p,
    uint64_t handled)
{
	uint64_t file = (FS_WRITE | FS_TRUNCATE) & handled;
	int r = 0;

	if (uses & SANDBOX_WRITE)
		r = allow(rules, p->directory, file | FS_MAKE | FS_REMOVE);
	/* Also where it stands elsewhere, by a symbolic link. */
	if (r == 0 && uses & SANDBOX_WRITE)
		r = allow(rules, p->file, file);
	for (unsigned int i = 0; i < READABLE && r == 0; i++)
		if (readable[i].use == 0 || readable[i].use & uses)
			r = allow_path(rules, readable[i].path,
			    readable[i].allowed);
	return r;
}

int
landlock_rules(unsigned int uses, const struct target *p, struct errbuf *e)
{
	int version = landlock_version(), rules;
	unsigned int i = 0;

	if (version == 0)
		return failed("this kernel", e);
	while (versions[i].version > version)
		i++;
	rules = (int)syscall(__NR_landlock_create_ruleset,
	    &versions[i].handled, versions[i].size, 0);
	if (rules == -1)
		return failed("rules", e);
	if (add_rules(rules, uses, p, versions[i].handled.fs) == 0)
		return rules;
	failed("a rule", e);
	close(rules);
	return -1;
}

int
landlock_enter(int rules, struct errbuf *e)
{
	int r = (int)syscall(__NR_landlock_restrict_self, rules, 0);

	if (r == -1)
		failed("restrict", e);
	close(rules);
	return r;
}
#else
int
landlock_version(void)
{
	return 0;
}

int
landlock_rules(unsigned int uses, const struct target *p, struct errbuf *e)
{
	(void)uses, (void)p;
	return err_set(e, "Landlock: not in this build");
}

int
landlock_enter(int rules, struct errbuf *e)
{
	(void)rules;
	return err_set(e, "Landlock: not in this build");
}
#endif
