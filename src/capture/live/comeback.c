/*
 * comeback.c: the interface went down or has gone, and is waited for.
 *
 * One that went down and comes up again the kernel takes up by itself.  One
 * that has gone is another when it comes back, with another number: the socket
 * is bound to that, and so keeps its filter, its ring and what it has counted,
 * and needs no privilege, which is gone by then.
 */
#ifdef HAVE_AFPACKET
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>

#include "capture/live/afpacket.h"
#include "capture/live/linkstats.h"
#include "capture/live/linkwatch.h"

static void
tell(const struct afpacket *a, const char *what)
{
	struct errbuf e;

	if (a->tell == NULL)
		return;
	err_set(&e, "%s: %s", a->head.name, what);
	a->tell(a->arg, &e);
}

/* Asks the namespace that the socket is of, wherever the thread may be. */
static int
ask(const struct afpacket *a, unsigned long what, struct ifreq *r)
{
	memset(r, 0, sizeof(*r));
	strncpy(r->ifr_name, a->iface, sizeof(r->ifr_name) - 1);
	return ioctl(a->head.fd, what, r);
}

static void
leave(struct afpacket *a, enum afpacket_absence how)
{
	if (a->absent == how)
		return;
	if (a->absent == AFPACKET_HERE) {
		linkwatch_start(a->netlink);
		a->head.watch = a->netlink;
	}
	a->absent = how;
	tell(a, how == AFPACKET_DOWN ? "went down; waiting" :
	    "has gone; waiting");
}

static int
is_back(struct afpacket *a)
{
	a->absent = AFPACKET_HERE;
	a->head.watch = -1;
	linkwatch_stop(a->netlink);
	tell(a, "back");
	return 0;
}

/* The other one of that name, if its frames are of the same kind. */
static int
take(struct afpacket *a, uint32_t ifindex, struct errbuf *e)
{
	struct ifreq r;

	if (ask(a, SIOCGIFHWADDR, &r) == -1)
		return 0;
	if (r.ifr_hwaddr.sa_family != a->hardware)
		return err_set(e, "capture on %s: it came back as another kind "
		    "of interface", a->head.name);
	if (ring_join(a, ifindex) == -1) {
		/* It has gone again, before we were there. */
		if (errno == ENODEV || errno == ENXIO)
			return 0;
		return err_set(e, "capture on %s: when it came back: %s",
		    a->head.name, strerror(errno));
	}
	a->missed_before = a->sum.if_dropped;
	a->missed_known = linkstats_missed(a->stats, ifindex,
	    &a->missed) == 0;
	return 0;
}

int
comeback_look(struct afpacket *a, struct errbuf *e)
{
	struct ifreq r;

	linkwatch_drain(a->head.watch);
	if (ask(a, SIOCGIFINDEX, &r) == -1) {
		leave(a, AFPACKET_GONE);
		return 0;
	}
	if ((uint32_t)r.ifr_ifindex != a->ifindex) {
		leave(a, AFPACKET_GONE);
		if (take(a, (uint32_t)r.ifr_ifindex, e) == -1)
			return -1;
	}
	/* What was there a moment ago has gone since. */
	if (ask(a, SIOCGIFFLAGS, &r) == -1) {
		leave(a, AFPACKET_GONE);
		return 0;
	}
	if (!(r.ifr_flags & IFF_UP)) {
		if (a->absent == AFPACKET_HERE)
			leave(a, AFPACKET_DOWN);
		return 0;
	}
	/* Between two looks it may have been away and come back. */
	if (a->absent == AFPACKET_HERE)
		leave(a, AFPACKET_DOWN);
	return is_back(a);
}
#else
typedef int comeback_is_not_built;	/* ISO C wants something in a file */
#endif
