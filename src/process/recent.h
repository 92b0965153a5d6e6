/*
 * recent.h: whose a connection was, kept for those who ask when its socket is
 * gone.  The oldest make room for new ones.
 */
#ifndef SRC_PROCESS_RECENT_H
#define SRC_PROCESS_RECENT_H

#include <sessdump/packet.h>

#include "core/errbuf.h"
#include "process/process.h"

/* All of it is compared: clear it first. */
struct recent_key {
	union addr local, remote;
	uint16_t local_port, remote_port;
	uint32_t place;		/* network namespace, by number */
};

struct recent;

/* NULL and errbuf when memory is short. */
struct recent *recent_new(struct errbuf *);
void recent_free(struct recent *);

/* In place of what was known of it. */
void recent_put(struct recent *, const struct recent_key *,
    const struct process *, int64_t now);
/* What was put within the last two minutes; or NULL. */
const struct process *recent_get(struct recent *, const struct recent_key *,
    int64_t now);

#endif
