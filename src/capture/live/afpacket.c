/* afpacket.c: live capture from a packet socket's ring, packet(7). */
#ifdef HAVE_AFPACKET
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live/afpacket.h"
#include "capture/live/linkstats.h"
#include "capture/live/linkwatch.h"
#include "capture/live/offload.h"
#include "capture/live/sll2.h"
#include "core/store.h"

enum {
	STATUS_GSO_TCP	= 1 << 8, /* TP_STATUS_GSO_TCP, in headers since 6.3 */

	/* After an error: what still is in an open block comes within its
	 * retire time. */
	AFPACKET_LAST_WAITS = 2,
	AFPACKET_NAMES	= 4096,

	LINKTYPE_ETHERNET = 1,
	ETHERNET_ADDRESSES = 12,
};

static struct tpacket_hdr_v1 *
block_header(const struct afpacket *a)
{
	struct tpacket_block_desc *d = (struct tpacket_block_desc *)
	    (a->ring + (size_t)a->block * a->block_size);

	return &d->hdr.bh1;
}

/* 1 when the block is ours now. */
static int
block_take(struct afpacket *a)
{
	struct tpacket_hdr_v1 *h = block_header(a);
	uint32_t status = __atomic_load_n(&h->block_status, __ATOMIC_ACQUIRE);

	if (!(status & TP_STATUS_USER))
		return 0;
	a->held = 1;
	a->left = h->num_pkts;
	a->next = (struct tpacket3_hdr *)
	    ((uint8_t *)block_header(a) - offsetof(struct tpacket_block_desc,
	    hdr) + h->offset_to_first_pkt);
	ringstats_taken(a, status);
	return 1;
}

static void
block_return(struct afpacket *a)
{
	__atomic_store_n(&block_header(a)->block_status, TP_STATUS_KERNEL,
	    __ATOMIC_RELEASE);
	a->held = 0;
	ringstats_returned(a, a->block);
	a->block = a->block + 1 == a->block_count ? 0 : a->block + 1;
}

/* Writes the link header of a cooked frame into the room before it. */
static void
afpacket_cook(uint8_t *p, const struct sockaddr_ll *from)
{
	uint8_t halen = from->sll_halen;

	if (halen > SLL2_ADDRESS_MAX)
		halen = SLL2_ADDRESS_MAX;
	memset(p, 0, SLL2_HEADER);
	memcpy(p + SLL2_PROTOCOL, &from->sll_protocol, 2);
	store_be32(p + SLL2_IFINDEX, (uint32_t)from->sll_ifindex);
	store_be16(p + SLL2_HATYPE, from->sll_hatype);
	p[SLL2_TYPE] = from->sll_pkttype;
	p[SLL2_HALEN] = halen;
	memcpy(p + SLL2_ADDRESS, from->sll_addr, halen);
}

/*
 * Puts back a tag that the kernel, or the hardware, has taken out, so that all
 * see the frame as it was on the wire: there is room before it.  In a cooked
 * frame the tag's type takes the place of the protocol, which goes behind the
 * tag.
 */
static void __attribute__((noinline))
afpacket_tag(struct frame *f, const struct tpacket3_hdr *h, uint8_t *data)
{
	const uint32_t at = f->linktype == LINKTYPE_SLL2 ? SLL2_HEADER :
	    f->linktype == LINKTYPE_ETHERNET ? ETHERNET_ADDRESSES : 0;
	const uint16_t tci = htons((uint16_t)h->hv1.tp_vlan_tci);
	const uint16_t type = htons(
	    h->tp_status & TP_STATUS_VLAN_TPID_VALID ?
	    h->hv1.tp_vlan_tpid : ETH_P_8021Q);
	uint8_t *to = data - AFPACKET_TAG, *tag = to + at;

	if (at == 0 || f->caplen < at)
		return;
	memmove(to, data, at);
	if (f->linktype == LINKTYPE_SLL2) {
		memcpy(tag, &tci, 2);
		memcpy(tag + 2, to + SLL2_PROTOCOL, 2);
		memcpy(to + SLL2_PROTOCOL, &type, 2);
	} else {
		memcpy(tag, &type, 2);
		memcpy(tag + 2, &tci, 2);
	}
	f->data = to;
	f->caplen += AFPACKET_TAG;
	f->len += AFPACKET_TAG;
}

/* Its place, which it gets with its name when it is met first. */
static uint32_t
afpacket_meet(struct afpacket *a, uint32_t ifindex)
{
	struct ifreq r = { .ifr_ifindex = (int)ifindex };
	uint32_t n = 0;
	char *name;

	while (n < a->name_count && a->names[n].ifindex != ifindex)
		n++;
	if (n == AFPACKET_NAMES)
		return n;
	a->hint[ifindex % AFPACKET_HINTS] = (uint16_t)n;
	if (n < a->name_count)
		return n;
	/* The socket's namespace is asked, not the thread's. */
	if (ioctl(a->head.fd, SIOCGIFNAME, &r) == -1)
		name = NULL;
	else if (a->netns == NULL)
		name = strdup(r.ifr_name);
	else if (asprintf(&name, "%s:%s", a->netns, r.ifr_name) == -1)
		name = NULL;
	a->names[n].ifindex = ifindex;
	a->names[n].head = a->interface;
	a->names[n].head.name = name;
	return a->name_count++;
}

/* The source's own number of it, which stays when the interface comes back
 * with another one of the kernel's. */
static inline uint32_t
afpacket_number(struct afpacket *a, uint32_t ifindex)
{
	uint32_t n = a->hint[ifindex % AFPACKET_HINTS];

	if (a->names == NULL)
		return 0;
	return n < a->name_count && a->names[n].ifindex == ifindex ? n :
	    afpacket_meet(a, ifindex);
}

static inline void
afpacket_frame(struct afpacket *a, struct tpacket3_hdr *h, struct frame *f)
{
	const struct sockaddr_ll *from = (const struct sockaddr_ll *)
	    ((uint8_t *)h + TPACKET_ALIGN(sizeof(*h)));
	uint8_t *data = (uint8_t *)h + h->tp_mac;
	uint32_t status = h->tp_status;

	f->caplen = h->tp_snaplen;
	f->len = h->tp_len;
	if (a->cooked) {
		data -= SLL2_HEADER;
		afpacket_cook(data, from);
		f->caplen += SLL2_HEADER;
		f->len += SLL2_HEADER;
	}
	if (f->len < f->caplen)
		f->len = f->caplen;
	f->data = data;
	f->ts = (int64_t)h->tp_sec * 1000000000 + h->tp_nsec;
	f->ifindex = afpacket_number(a, (uint32_t)from->sll_ifindex);
	f->linktype = (uint16_t)a->head.linktype;
	if (a->stamp & ~status)
		a->sum.host_stamped++;
	f->flags = 0;
	/* TP_STATUS_CSUM_VALID is no more than that there is a sum: also one
	 * that nobody has compared. */
	if (a->offload && h->tp_snaplen > 0)
		offload_note(data, f);
	else if (status & STATUS_GSO_TCP) {
		f->flags |= FRAME_SUPER;
		f->super_protocol = 6;
		f->super_size = 0;
	}
	if (status & TP_STATUS_CSUMNOTREADY)
		f->flags |= FRAME_NO_CSUM;
	f->flags |= from->sll_pkttype == PACKET_OUTGOING ? FRAME_OUTGOING :
	    FRAME_INCOMING;
	/* What stands before the frame was needed up to here. */
	if (status & TP_STATUS_VLAN_VALID)
		afpacket_tag(f, h, data);
}

/* Times of two clocks stand in one capture: said once, and counted. */
static void
afpacket_tell_stamps(struct afpacket *a)
{
	struct errbuf e;

	a->told_stamp = 1;
	if (a->tell == NULL)
		return;
	err_set(&e, "%s: not every frame has the adapter's time stamp; where "
	    "it is missing the host's stands", a->head.name);
	a->tell(a->arg, &e);
}

/* Lends what is left of the held block; at the end, no more than there is to
 * be read. */
static int
afpacket_lend(struct afpacket *a, struct frame *f, int n)
{
	const uint32_t snaplen = a->head.snaplen;
	struct tpacket3_hdr *h;
	int pass, k = 0;
	uint64_t most = a->ending ? ringstats_unread(a) : UINT64_MAX;

	for (; k < n && a->left > 0 && most > 0; most--) {
		h = a->next;
		a->left--;
		a->next = (struct tpacket3_hdr *)
		    ((uint8_t *)h + h->tp_next_offset);
		if (a->left > 0)
			__builtin_prefetch(a->next);
		afpacket_frame(a, h, f + k);
		if (a->filter != NULL) {
			pass = filter_set_match(a->filter, f + k, &a->failure);
			if (pass == -1) {
				a->failed = 1;
				break;
			}
			/* Never asked for, so never received. */
			if (pass == 0) {
				a->sum.received--;
				a->sum.refused++;
				continue;
			}
		}
		if (f[k].caplen > snaplen)
			f[k].caplen = snaplen;
		k++;
	}
	a->sum.captured += (unsigned)k;
	if (a->sum.host_stamped > 0 && !a->told_stamp)
		afpacket_tell_stamps(a);
	return k;
}

/* What has befallen the socket, which to ask for clears it. */
static int
afpacket_error(struct afpacket *a, struct errbuf *e)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(a->head.fd, SOL_SOCKET, SO_ERROR, &error,
	    &size) == -1 || error == 0)
		return 0;
	if (error == ENETDOWN && a->ifindex != 0)
		return comeback_look(a, e);
	a->error = error;
	a->idle = 0;
	return 0;
}

/* CAPTURE_IDLE, CAPTURE_END, CAPTURE_ERROR, or 1 when there may be a block. */
static int
afpacket_wait(struct afpacket *a, struct errbuf *e)
{
	struct pollfd p[] = {
		{ .fd = a->head.fd, .events = POLLIN },
		{ .fd = a->head.watch, .events = POLLIN },
	};
	int n;

	n = poll(p, 2, a->head.wait_ms);
	if (n == -1 && errno != EINTR)
		return err_set(e, "capture on %s: poll: %s", a->head.name,
		    strerror(errno));
	if (n == 0 && ringstats_empty(a))
		return CAPTURE_END;
	if (n == 0 && a->error != 0 && ++a->idle >= AFPACKET_LAST_WAITS)
		return err_set(e, "capture on %s: %s", a->head.name,
		    strerror(a->error));
	if (n > 0 && p[0].revents & POLLERR && afpacket_error(a, e) == -1)
		return CAPTURE_ERROR;
	/* Where nothing watches, the clock tells when to look. */
	if (a->absent != AFPACKET_HERE && (n == 0 || p[1].revents != 0) &&
	    comeback_look(a, e) == -1)
		return CAPTURE_ERROR;
	return n > 0 ? 1 : CAPTURE_IDLE;
}

static int
afpacket_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct afpacket *a = (struct afpacket *)c;
	int r;

	c->behind = 0;
	if (a->failed) {
		*e = a->failure;
		return CAPTURE_ERROR;
	}
	if (a->ending && ringstats_unread(a) == 0)
		return CAPTURE_END;
	if (a->held && a->left == 0)
		block_return(a);
	if (!a->held && !block_take(a)) {
		r = afpacket_wait(a, e);
		if (r != 1)
			return r;
		if (!block_take(a))
			return CAPTURE_IDLE;
	}
	c->behind = 1;
	return afpacket_lend(a, f, n);
}

static int
afpacket_stats(struct capture *c, struct capture_stats *st)
{
	return ringstats_get((struct afpacket *)c, st);
}

static void
afpacket_stop(struct capture *c)
{
	ringstats_end((struct afpacket *)c);
}

static const struct capture_interface *
afpacket_interface(struct capture *c, uint32_t number)
{
	struct afpacket *a = (struct afpacket *)c;

	if (a->names != NULL)
		return number < a->name_count ? &a->names[number].head : NULL;
	return number == 0 ? &a->interface : NULL;
}

static void
afpacket_close(struct capture *c)
{
	struct afpacket *a = (struct afpacket *)c;
	uint32_t n;

	ring_close(a);
	if (a->netlink != -1)
		close(a->netlink);
	if (a->stats != -1)
		close(a->stats);
	filter_set_free(a->filter);
	for (n = 0; n < a->name_count; n++)
		free((char *)a->names[n].head.name);
	free(a->names);
	free(a);
}

static const struct capture_ops afpacket_ops = {
	.name = "afpacket",
	.read = afpacket_read,
	.stats = afpacket_stats,
	.stop = afpacket_stop,
	.interface = afpacket_interface,
	.close = afpacket_close,
};

static int
afpacket_open(struct afpacket *a, const struct capture_options *o,
    struct errbuf *e)
{
	const char *name = a->head.name;

	if (ring_open(a, o, e) == -1)
		return -1;
	a->interface.name = name;
	a->interface.linktype = a->head.linktype;
	a->interface.snaplen = a->head.snaplen;
	if (a->ifindex == 0) {
		a->head.several = 1;
		a->names = calloc(AFPACKET_NAMES, sizeof(*a->names));
		return a->names != NULL ? 0 :
		    err_set(e, "capture on %s: no memory", name);
	}
	a->netlink = linkwatch_open();
	a->stats = linkstats_open();
	a->missed_known = linkstats_missed(a->stats, a->ifindex,
	    &a->missed) == 0;
	return 0;
}

struct capture *
capture_open_afpacket(const struct capture_place *at,
    const struct capture_options *o, struct errbuf *e)
{
	struct afpacket *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		err_set(e, "capture on %s: no memory", at->name);
		return NULL;
	}
	a->head.ops = &afpacket_ops;
	a->head.name = at->name;
	a->head.live = 1;
	a->head.wait_ms = CAPTURE_WAIT_MS;
	a->head.fd = a->head.watch = a->netlink = a->stats = -1;
	a->head.snaplen = o->snaplen ? o->snaplen : CAPTURE_SNAPLEN;
	a->iface = at->iface;
	a->netns = at->netns;
	a->tell = o->tell;
	a->arg = o->arg;
	a->losses = o->losses;
	if (afpacket_open(a, o, e) == 0)
		return &a->head;
	afpacket_close(&a->head);
	return NULL;
}
#else
typedef int afpacket_is_not_built;	/* ISO C wants something in a file */
#endif
