/* linkwatch.c: a socket that tells when an interface comes or changes. */
#ifdef HAVE_AFPACKET
#include <sys/socket.h>

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include "capture/live/linkwatch.h"

int
linkwatch_open(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);

	if (fd != -1 && bind(fd, (struct sockaddr *)&any, sizeof(any)) == -1) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
membership(int fd, int option)
{
	int group = RTNLGRP_LINK;

	if (fd != -1)
		(void)setsockopt(fd, SOL_NETLINK, option, &group,
		    sizeof(group));
}

void
linkwatch_start(int fd)
{
	membership(fd, NETLINK_ADD_MEMBERSHIP);
}

void
linkwatch_stop(int fd)
{
	membership(fd, NETLINK_DROP_MEMBERSHIP);
	linkwatch_drain(fd);
}

void
linkwatch_drain(int fd)
{
	char ignored[1];

	/* ENOBUFS: so much was told that it did not fit; that is news, too. */
	while (fd != -1 && (recv(fd, ignored, sizeof(ignored), MSG_TRUNC) > 0 ||
	    errno == ENOBUFS || errno == EINTR))
		;
}
#else
typedef int linkwatch_is_not_built;	/* ISO C wants something in a file */
#endif
