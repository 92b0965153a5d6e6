/* adapter.c: preloaded, an adapter that says that it stamps all frames, and
 * stamps none: ADAPTER names what it answers to whom switches it on. */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
is(const char *what)
{
	const char *adapter = getenv("ADAPTER");

	return adapter != NULL && strcmp(adapter, what) == 0;
}

int
ioctl(int fd, unsigned long what, ...)
{
	struct ethtool_ts_info *info;
	struct ifreq *r;
	va_list ap;

	va_start(ap, what);
	r = va_arg(ap, struct ifreq *);
	va_end(ap);
	if (what == SIOCGHWTSTAMP) {
		if (is("on")) {
			((struct hwtstamp_config *)(void *)r->ifr_data)
			    ->rx_filter = HWTSTAMP_FILTER_ALL;
			return 0;
		}
		errno = EOPNOTSUPP;
		return -1;
	}
	if (what == SIOCSHWTSTAMP) {
		errno = is("denied") ? EPERM : ERANGE;
		return is("off") ? 0 : -1;
	}
	if (what == SIOCETHTOOL) {
		info = (void *)r->ifr_data;
		if (info->cmd == ETHTOOL_GET_TS_INFO) {
			info->so_timestamping = SOF_TIMESTAMPING_RAW_HARDWARE;
			info->rx_filters = 1U << HWTSTAMP_FILTER_ALL;
			return 0;
		}
	}
	return (int)syscall(SYS_ioctl, fd, what, r);
}
