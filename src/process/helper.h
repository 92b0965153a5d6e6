/*
 * helper.h: a process of its own that finds out whose sockets are.
 *
 * To look into other processes takes privileges that nothing should have that
 * parses packets.  So the program forks before it opens anything: the helper
 * keeps what it needs for that, is asked through sockets, and sees neither
 * packets nor files.  It waits for nobody, and nobody waits for it; when who
 * asks is gone, it goes.
 */
#ifndef SRC_PROCESS_HELPER_H
#define SRC_PROCESS_HELPER_H

#include <sys/types.h>

#include "core/child.h"
#include "core/errbuf.h"

enum { HELPER_CHANNELS = CHILD_SOCKETS };

struct helper {
	pid_t pid;
	unsigned int channels;
	int fd[HELPER_CHANNELS];	/* one for each who asks; see wire.h */
	struct errbuf note;		/* are short connections followed? */
};

/*
 * Before there are threads.  "netns": network namespaces, as live/netns.h names
 * them, NULL for ours.  "confined": it has no system calls but those it needs,
 * where there is seccomp.  -1 and errbuf when it cannot be had.
 */
int helper_start(struct helper *, unsigned int channels,
    const char *const *netns, unsigned int nnetns, int confined,
    struct errbuf *);
void helper_stop(struct helper *);

/* "libmnl, libbpf": what the build has for this, or "". */
extern const char helper_built[];

#endif
