/*
 * netns.h: network namespaces: which one an interface is in, and how to get
 * there.
 *
 * A namespace goes by its name, as of ip-netns(8); by a path, which has a
 * slash in it; or by a process that is in it, whose number it is.
 */
#ifndef SRC_CAPTURE_LIVE_NETNS_H
#define SRC_CAPTURE_LIVE_NETNS_H

#include "capture/capture.h"

/*
 * What -i means: IFACE, in the namespace "netns" or in ours when that is NULL,
 * or NETNS:IFACE.  The last colon counts: the name of an interface has none.
 * Of a device of libpcap alone ("nflog:5") it is part of the name.  -1 and
 * errbuf when there is no interface in it.  Free what it holds either way.
 */
int netns_place(struct capture_place *, const char *spec, const char *netns,
    struct errbuf *);
void netns_place_free(struct capture_place *);

/* The way back. */
struct netns {
	int home;		/* -1: we never left */
};

/* This thread, and no other, enters the namespace; NULL is ours.  -1 and
 * errbuf when it cannot, and then it is where it was. */
int netns_enter(struct netns *, const char *netns, struct errbuf *);
/* -1 and errbuf when there is no way back. */
int netns_leave(struct netns *, struct errbuf *);

#endif
