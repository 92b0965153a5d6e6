/* netns.c: network namespaces: where an interface is, and how to get there. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live/netns.h"

#define NETNS_NAMED	"/run/netns/"	/* where ip-netns(8) keeps them */

static int
is_pcaps_own(const char *spec)
{
	static const char *const prefix[] = { "nflog:", "nfqueue:" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (strncmp(spec, prefix[i], strlen(prefix[i])) == 0)
			return 1;
	return 0;
}

int
netns_place(struct capture_place *p, const char *spec, const char *netns,
    struct errbuf *e)
{
	const char *colon = is_pcaps_own(spec) ? NULL : strrchr(spec, ':');
	char *name = NULL;

	memset(p, 0, sizeof(*p));
	if (colon != NULL) {
		if (colon == spec || colon[1] == '\0')
			return err_set(e, "-i: %s: not NETNS:IFACE", spec);
		p->netns = strndup(spec, (size_t)(colon - spec));
		name = strdup(spec);
	} else if (netns != NULL) {
		p->netns = strdup(netns);
		if (asprintf(&name, "%s:%s", netns, spec) == -1)
			name = NULL;
	} else {
		p->name = p->iface = strdup(spec);
		return p->name != NULL ? 0 : err_set(e, "-i: no memory");
	}
	p->name = name;
	if (name == NULL || p->netns == NULL)
		return err_set(e, "-i: no memory");
	p->iface = name + strlen(p->netns) + 1;
	return 0;
}

void
netns_place_free(struct capture_place *p)
{
	free((char *)p->name);
	free((char *)p->netns);
}

/* Where the namespace is to be opened.  A number may be a name, too. */
static int
find(const char *netns, char *path, size_t size)
{
	struct stat ignored;
	int n;

	if (strchr(netns, '/') != NULL) {
		n = snprintf(path, size, "%s", netns);
		return n > 0 && (size_t)n < size ? 0 : -1;
	}
	n = snprintf(path, size, NETNS_NAMED "%s", netns);
	if (n < 0 || (size_t)n >= size)
		return -1;
	if (netns[strspn(netns, "0123456789")] == '\0' &&
	    stat(path, &ignored) == -1)
		snprintf(path, size, "/proc/%s/ns/net", netns);
	return 0;
}

static int
no_such(const char *netns, int error, struct errbuf *e)
{
	err_set(e, "namespace %s: %s", netns, error == ENOENT ?
	    "there is no such namespace" : strerror(error));
	/* So were further addresses of an interface once called. */
	if (error == ENOENT && if_nametoindex(netns) != 0)
		return err_hint(e, "for all of that interface: -i %s", netns);
	if (error == ENOENT)
		return err_hint(e, "ip netns list; or a path, or the number of "
		    "a process in it");
	return -1;
}

int
netns_enter(struct netns *n, const char *netns, struct errbuf *e)
{
	char path[256];
	int there, error;

	n->home = -1;
	if (netns == NULL)
		return 0;
	if (find(netns, path, sizeof(path)) == -1)
		return no_such(netns, ENAMETOOLONG, e);
	there = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (there == -1)
		return no_such(netns, errno, e);
	n->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	error = n->home == -1 || setns(there, CLONE_NEWNET) == -1 ? errno : 0;
	close(there);
	if (error == 0)
		return 0;
	if (n->home != -1)
		close(n->home);
	n->home = -1;
	err_set(e, "namespace %s: %s", netns, error == EINVAL ?
	    "that is no network namespace" : strerror(error));
	if (error == EPERM)
		err_hint(e, "to enter a namespace takes root, or the "
		    "capability CAP_SYS_ADMIN");
	return -1;
}

int
netns_leave(struct netns *n, struct errbuf *e)
{
	int failed;

	if (n->home == -1)
		return 0;
	failed = setns(n->home, CLONE_NEWNET);
	if (failed)
		err_set(e, "the way back to our namespace: %s",
		    strerror(errno));
	close(n->home);
	n->home = -1;
	return failed ? -1 : 0;
}
