/* ring.c: a packet socket with a TPACKET_V3 ring, packet(7). */
#ifdef HAVE_AFPACKET
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live/afpacket.h"
#include "capture/live/interfaces.h"
#include "capture/live/kernfilter.h"
#include "capture/live/offload.h"
#include "capture/live/sll2.h"
#include "capture/live/tstamp.h"
#include "core/highfd.h"

enum {
	RING_KIB_MIN	= 1024,
	/* A block holds the largest frame of the default snapshot length
	 * with room to spare, yet is handed over before caches forget it. */
	RING_BLOCK	= 512 * 1024,
	RING_BLOCK_SMALL = 128 * 1024,	/* of rings below 8 MiB */
	RING_SMALL_KIB	= 8192,
	RING_FRAME	= 2048,		/* V3 packs frames: a formality */
	RING_RETIRE_MS	= 100,

	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW	= 101,
};

/* Devices that a raw socket shows with an honest link type; all others are
 * captured cooked, with a header that we make. */
static const struct {
	unsigned short arphrd;
	uint16_t linktype;
} ring_linktypes[] = {
	{ ARPHRD_ETHER, LINKTYPE_ETHERNET },
	{ ARPHRD_LOOPBACK, LINKTYPE_ETHERNET },
	{ ARPHRD_NONE, LINKTYPE_RAW },
	{ ARPHRD_RAWIP, LINKTYPE_RAW },
	{ ARPHRD_TUNNEL, LINKTYPE_RAW },
	{ ARPHRD_TUNNEL6, LINKTYPE_RAW },
	{ ARPHRD_SIT, LINKTYPE_RAW },
	{ ARPHRD_SLIP, LINKTYPE_RAW },
	{ ARPHRD_CSLIP, LINKTYPE_RAW },
	{ ARPHRD_SLIP6, LINKTYPE_RAW },
	{ ARPHRD_CSLIP6, LINKTYPE_RAW },
	{ ARPHRD_6LOWPAN, LINKTYPE_RAW },
	{ ARPHRD_CISCO, 104 },
	{ ARPHRD_IEEE80211, 105 },
	{ ARPHRD_IEEE80211_PRISM, 119 },
	{ ARPHRD_IEEE80211_RADIOTAP, 127 },
	{ ARPHRD_IEEE802154, 230 },
	{ ARPHRD_VSOCKMON, 271 },
};

enum {
	RING_LINKTYPES = sizeof(ring_linktypes) / sizeof(ring_linktypes[0])
};

/* The hardware type, or -1. */
static int
ring_hardware(const char *iface)
{
	struct ifreq r;
	int fd, failed;

	memset(&r, 0, sizeof(r));
	strncpy(r.ifr_name, iface, sizeof(r.ifr_name) - 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	failed = ioctl(fd, SIOCGIFHWADDR, &r);
	close(fd);
	return failed ? -1 : r.ifr_hwaddr.sa_family;
}

/* Which interface, and how its frames begin. */
static int
ring_choose(struct afpacket *a, struct kernfilter *k,
    const struct capture_options *o, struct errbuf *e)
{
	const char *name = a->head.name;
	int i, hardware;

	k->linktype = LINKTYPE_SLL2;
	k->any = strcmp(a->iface, "any") == 0;
	if (!k->any) {
		a->ifindex = if_nametoindex(a->iface);
		hardware = ring_hardware(a->iface);
		if (a->ifindex == 0 || hardware == -1)
			return interfaces_unknown(name, e);
		a->hardware = hardware;
		k->loopback = hardware == ARPHRD_LOOPBACK;
		for (i = 0; i < RING_LINKTYPES; i++)
			if (ring_linktypes[i].arphrd == hardware)
				k->linktype = ring_linktypes[i].linktype;
	}
	/* Cooked is to be had of every interface, for the asking. */
	if (o->linktype == LINKTYPE_SLL2)
		k->linktype = LINKTYPE_SLL2;
	if (o->linktype >= 0 && (uint32_t)o->linktype != k->linktype)
		return interfaces_no_linktype(name, o->linktype, e);
	k->cooked = k->linktype == LINKTYPE_SLL2;
	a->cooked = k->cooked;
	a->head.linktype = k->linktype;
	return 0;
}

static int
ring_socket(struct afpacket *a, struct errbuf *e)
{
	int reserve = AFPACKET_TAG + (a->cooked ? SLL2_HEADER : 0);
	int version = TPACKET_V3;
	const char *what = "socket";
	int fd;

	/* Protocol 0: nothing arrives before everything is in place. */
	fd = socket(AF_PACKET, (a->cooked ? SOCK_DGRAM : SOCK_RAW) |
	    SOCK_CLOEXEC, 0);
	if (fd == -1 && (errno == EPERM || errno == EACCES))
		return interfaces_denied(a->head.name, e);
	fd = highfd_move(fd);
	a->head.fd = fd;
	if (fd != -1) {
		what = "PACKET_VERSION";
		if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
		    sizeof(version)) == 0) {
			what = "PACKET_RESERVE";
			if (setsockopt(fd, SOL_PACKET, PACKET_RESERVE,
			    &reserve, sizeof(reserve)) == 0) {
				a->offload = !a->cooked && offload_ask(fd);
				return 0;
			}
		}
	}
	return err_set(e, "capture on %s: %s: %s", a->head.name, what,
	    strerror(errno));
}

/* The kernel gives all that is asked for, and then kills programs at random
 * for want of memory: ask for half of it at most. */
static uint32_t
ring_kib_max(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t kib = (uint64_t)pages * (uint64_t)size / 1024 / 2;

	if (pages <= 0 || size <= 0 || kib > INT32_MAX)
		return INT32_MAX;
	return (uint32_t)kib;
}

/* Halves the ring until the kernel has the memory for it; a size that the
 * user named is to be had, or not. */
static int
ring_map(struct afpacket *a, const struct capture_options *o,
    struct errbuf *e)
{
	uint32_t kib = o->ring_kib ? o->ring_kib : CAPTURE_RING_KIB;
	struct tpacket_req3 r;
	int failed;

	if (o->ring_kib > ring_kib_max())
		return err_set(e, "capture on %s: a ring of %u KiB: more than "
		    "half of the memory", a->head.name, kib);
	while (kib > ring_kib_max())
		kib /= 2;
	if (kib < RING_KIB_MIN)
		kib = RING_KIB_MIN;
	do {
		memset(&r, 0, sizeof(r));
		r.tp_block_size = kib < RING_SMALL_KIB ? RING_BLOCK_SMALL :
		    RING_BLOCK;
		r.tp_block_nr = kib / (r.tp_block_size / 1024);
		r.tp_frame_size = RING_FRAME;
		r.tp_frame_nr = r.tp_block_size / RING_FRAME * r.tp_block_nr;
		r.tp_retire_blk_tov = o->immediate || o->prompt ?
		    CAPTURE_PROMPT_MS : RING_RETIRE_MS;
		failed = setsockopt(a->head.fd, SOL_PACKET, PACKET_RX_RING,
		    &r, sizeof(r));
	} while (failed && errno == ENOMEM && o->ring_kib == 0 &&
	    (kib /= 2) >= RING_KIB_MIN);
	if (failed)
		return err_set(e, "capture on %s: a ring of %u KiB: %s",
		    a->head.name, kib, strerror(errno));
	a->block_size = r.tp_block_size;
	a->block_count = r.tp_block_nr;
	a->ring_size = (size_t)r.tp_block_size * r.tp_block_nr;
	a->stood = calloc(r.tp_block_nr, 1);
	if (a->stood == NULL)
		return err_set(e, "capture on %s: no memory", a->head.name);
	a->ring = mmap(NULL, a->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    a->head.fd, 0);
	if (a->ring != MAP_FAILED)
		return 0;
	a->ring = NULL;
	return err_set(e, "capture on %s: mmap: %s", a->head.name,
	    strerror(errno));
}

int
ring_join(struct afpacket *a, uint32_t ifindex)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};
	struct packet_mreq promisc = {
		.mr_ifindex = (int)ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	socklen_t size = sizeof(int);
	int error = 0, fd = a->head.fd;

	if (a->promisc && setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
	    &promisc, sizeof(promisc)) == -1)
		return -1;
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		return -1;
	a->ifindex = ifindex;
	/* An interface that is down takes the bind, and reports it so. */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return -1;
	return error;
}

static int
ring_bind(struct afpacket *a, const struct kernfilter *k,
    const struct capture_options *o, struct errbuf *e)
{
	const char *name = a->head.name;
	int error, on = 1;

	/* The filter drops them anyway; this spares their copies.  Kernels
	 * before 4.20 do not know it. */
	if (o->direction == CAPTURE_IN ||
	    (k->loopback && o->direction == CAPTURE_INOUT))
		(void)setsockopt(a->head.fd, SOL_PACKET,
		    PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	a->promisc = !k->any && !o->no_promisc;
	error = ring_join(a, a->ifindex);
	if (error == -1)
		error = errno;
	if (error == ENODEV)
		return interfaces_unknown(name, e);
	if (error == ENETDOWN)
		return interfaces_down(name, k->iface, e);
	if (error != 0)
		return err_set(e, "capture on %s: %s", name, strerror(error));
	return 0;
}

/* Time stamps of the type that is wanted, where one is. */
static int
ring_stamp(struct afpacket *a, int type, struct errbuf *e)
{
	const struct capture_place at = { .name = a->head.name,
	    .iface = a->iface };
	unsigned int set;

	if (type == -1)
		return 0;
	if (tstamp_offered(&at, 1, &set, e) == -1 ||
	    tstamp_check(at.name, type, set, e) == -1 ||
	    tstamp_start(a->head.fd, &at, type, e) == -1)
		return -1;
	if (type != TSTAMP_HOST)
		a->stamp = TP_STATUS_TS_RAW_HARDWARE;
	return 0;
}

int
ring_open(struct afpacket *a, const struct capture_options *o,
    struct errbuf *e)
{
	struct kernfilter k = {
		.name = a->head.name, .iface = a->iface,
		.snaplen = a->head.snaplen
	};
	int whole;

	if (ring_choose(a, &k, o, e) == -1 || ring_socket(a, e) == -1 ||
	    ring_stamp(a, o->tstamp, e) == -1)
		return -1;
	whole = kernfilter_attach(a->head.fd, &k, o, e);
	if (whole == -1)
		return -1;
	if (!whole) {
		a->filter = filter_set_new(o->filter, 0, o->optimize);
		if (a->filter == NULL)
			return err_set(e, "capture on %s: no memory", k.name);
		if (filter_set_add(a->filter, k.linktype, e) == -1)
			return -1;
	}
	if (ring_map(a, o, e) == -1)
		return -1;
	return ring_bind(a, &k, o, e);
}

void
ring_close(struct afpacket *a)
{
	if (a->ring != NULL)
		munmap(a->ring, a->ring_size);
	free(a->stood);
	if (a->head.fd != -1)
		close(a->head.fd);
}
#else
typedef int ring_is_not_built;	/* ISO C wants something in a file */
#endif
