/*
 * recent.h: who opened which connection, kept for those who ask when its socket
 * is gone.  The oldest make room for new ones.
 */
#ifndef SRC_PROCESS_RECENT_H
#define SRC_PROCESS_RECENT_H

#include "core/errbuf.h"
#include "process/opener.h"

enum { RECENT_MOST = 1 << 14 };

struct recent;

/* NULL and errbuf when memory is short. */
struct recent *recent_new(struct errbuf *);
void recent_free(struct recent *);

/* In place of what was known of the connection. */
void recent_put(struct recent *, const struct opened *, int64_t now);
/* Who opened it from "local", or began to listen there, not before "since"; or
 * NULL.  Times are ns of the monotonic clock; of the key, "by" and "uid" are of
 * no account.  Valid until the next recent_put(). */
const struct opened *recent_get(const struct recent *, const struct opened *,
    int64_t since);

#endif
