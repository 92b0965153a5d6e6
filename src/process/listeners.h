/*
 * listeners.h: the sockets that listen, known before anybody connects.
 */
#ifndef SRC_PROCESS_LISTENERS_H
#define SRC_PROCESS_LISTENERS_H

#include "process/diag.h"

enum { LISTENERS_MAX = 4096 };

struct listeners {
	struct diag_socket *list;	/* LISTENERS_MAX */
	unsigned int n;
	int64_t asked;			/* when, ns of the monotonic clock */
	int stale;			/* one more is there */
};

/* -1 and errbuf when memory is short. */
int listeners_init(struct listeners *, struct errbuf *);
void listeners_fini(struct listeners *);

/* Asks the kernel anew, when that is not too soon. */
void listeners_refresh(struct listeners *, struct diag *, int64_t now);

/* The one of this address and port, or of the port on all addresses; or
 * NULL. */
const struct diag_socket *listeners_find(const struct listeners *,
    const union addr *, unsigned int ip_version, uint16_t port);

#endif
