/* linkstats.c: what an interface itself has dropped, over rtnetlink. */
#ifdef HAVE_AFPACKET
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "capture/live/linkstats.h"

/*
 * Only rx_missed_errors: rx_dropped also counts what the host did not want,
 * and a packet socket sees that.
 */
static int
linkstats_parse(struct nlmsghdr *n, size_t size, uint64_t *missed)
{
	struct rtnl_link_stats64 s;
	struct rtattr *a;
	size_t left;

	if (!NLMSG_OK(n, size) || n->nlmsg_type != RTM_NEWLINK ||
	    n->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
		return -1;
	a = IFLA_RTA(NLMSG_DATA(n));
	left = IFLA_PAYLOAD(n);
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != IFLA_STATS64)
			continue;
		/* Grows at its end from kernel to kernel. */
		memset(&s, 0, sizeof(s));
		memcpy(&s, RTA_DATA(a), RTA_PAYLOAD(a) < sizeof(s) ?
		    RTA_PAYLOAD(a) : sizeof(s));
		*missed = s.rx_missed_errors;
		return 0;
	}
	return -1;
}

int
linkstats_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

int
linkstats_missed(int fd, uint32_t ifindex, uint64_t *missed)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} ask = {
		.head.nlmsg_len = sizeof(ask),
		.head.nlmsg_type = RTM_GETLINK,
		.head.nlmsg_flags = NLM_F_REQUEST,
		.link.ifi_index = (int)ifindex,
	};
	union {
		struct nlmsghdr head;
		char bytes[32768];
	} answer;
	ssize_t n = -1;

	if (send(fd, &ask, sizeof(ask), 0) == (ssize_t)sizeof(ask))
		n = recv(fd, &answer, sizeof(answer), 0);
	return n <= 0 ? -1 : linkstats_parse(&answer.head, (size_t)n, missed);
}
#else
typedef int linkstats_is_not_built;	/* ISO C wants something in a file */
#endif
