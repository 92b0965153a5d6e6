/* sender.c: frames onto an interface, through a packet socket. */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sessdump/wire.h>

#include "core/now.h"
#include "replay/sender.h"

enum { TAG = 4, ETHERTYPE_VLAN = 0x8100, RAW_LEAST = 20,
	NAP = 20000 };		/* ns, until there may be room again */

#ifndef ARPHRD_RAWIP
#define ARPHRD_RAWIP	519
#endif

/* What stands before the network layer on interfaces of each kind. */
static const struct {
	unsigned short arphrd;
	uint16_t linktype;
} kinds[] = {
	{ ARPHRD_ETHER, LINKTYPE_ETHERNET },
	{ ARPHRD_LOOPBACK, LINKTYPE_ETHERNET },
	{ ARPHRD_NONE, LINKTYPE_RAW },
	{ ARPHRD_RAWIP, LINKTYPE_RAW },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int
no_such(const struct capture_place *at, struct errbuf *e)
{
	err_set(e, "send on %s: there is no such interface", at->name);
	return err_hint(e, "sessdump -D lists them");
}

static int
no_socket(const char *name, struct errbuf *e)
{
	int error = errno;

	err_set(e, "send on %s: %s", name, strerror(error));
	if (error == EPERM || error == EACCES)
		err_hint(e, "to send takes root, or the capability "
		    "CAP_NET_RAW");
	return -1;
}

static int
find_kind(struct sender *s, unsigned short arphrd, struct errbuf *e)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (kinds[i].arphrd == arphrd) {
			s->linktype = kinds[i].linktype;
			s->least = s->linktype == LINKTYPE_RAW ? RAW_LEAST :
			    LINKTYPE_HEADER;
			return 0;
		}
	return err_set(e, "send on %s: it takes neither Ethernet nor bare IP "
	    "(ARPHRD %u)", s->name, arphrd);
}

/* What it is, and whether it is up. */
static int
inspect(struct sender *s, const struct capture_place *at, int *ifindex,
    struct errbuf *e)
{
	struct ifreq r;
	size_t n = strlen(at->iface);

	if (n >= sizeof(r.ifr_name))
		return no_such(at, e);
	memset(&r, 0, sizeof(r));
	memcpy(r.ifr_name, at->iface, n);
	if (ioctl(s->fd, SIOCGIFINDEX, &r) == -1)
		return no_such(at, e);
	*ifindex = r.ifr_ifindex;
	if (ioctl(s->fd, SIOCGIFHWADDR, &r) == -1)
		return no_socket(s->name, e);
	if (find_kind(s, r.ifr_hwaddr.sa_family, e) == -1)
		return -1;
	if (ioctl(s->fd, SIOCGIFMTU, &r) == -1)
		return no_socket(s->name, e);
	s->mtu = (uint32_t)r.ifr_mtu;
	if (ioctl(s->fd, SIOCGIFFLAGS, &r) == -1)
		return no_socket(s->name, e);
	if (r.ifr_flags & IFF_UP)
		return 0;
	err_set(e, "send on %s: the interface is down", s->name);
	return err_hint(e, at->netns == NULL ? "sudo ip link set dev %s up" :
	    "in its namespace: ip link set dev %s up", at->iface);
}

static int
open_socket(struct sender *s, const struct capture_place *at, struct errbuf *e)
{
	struct timeval patience = { .tv_sec = SENDER_PATIENCE / 1000000000 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int on = 1;

	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s->fd == -1)
		return no_socket(s->name, e);
	if (inspect(s, at, &to.sll_ifindex, e) == -1)
		return -1;
	/* Old kernels have no such thing. */
	if (s->options.bypass)
		(void)setsockopt(s->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
		    sizeof(on));
	/* A thread is not woken by the signal to stop. */
	(void)setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	if (bind(s->fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		return no_socket(s->name, e);
	return 0;
}

static int
make_queue(struct sender *s, struct errbuf *e)
{
	s->part = calloc((size_t)SENDER_QUEUE * 2, sizeof(*s->part));
	s->message = calloc(SENDER_QUEUE, sizeof(*s->message));
	if (s->part == NULL || s->message == NULL)
		return err_set(e, "send on %s: no memory", s->name);
	return 0;
}

struct sender *
sender_open(const struct capture_place *at, const struct sender_options *o,
    struct errbuf *e)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, "send on %s: no memory", at->name);
		return NULL;
	}
	s->name = at->name;
	s->options = *o;
	s->fd = -1;
	if (make_queue(s, e) == 0 && open_socket(s, at, e) == 0)
		return s;
	sender_close(s);
	return NULL;
}

void
sender_close(struct sender *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	free(s->part);
	free(s->message);
	free(s);
}

uint32_t
sender_longest(const struct sender *s, const struct frame *f)
{
	if (s->linktype != LINKTYPE_ETHERNET)
		return s->mtu;
	return s->mtu + LINKTYPE_HEADER + (f->linktype == LINKTYPE_ETHERNET &&
	    f->caplen >= LINKTYPE_HEADER &&
	    be16(f->data + 12) == ETHERTYPE_VLAN ? TAG : 0);
}

void
sender_queue(struct sender *s, const struct frame *f, uint32_t skip,
    const uint8_t *header)
{
	struct msghdr *m = &s->message[s->n].msg_hdr;
	struct iovec *v = &s->part[2 * s->n];

	m->msg_iov = v;
	if (header != NULL) {
		memcpy(s->header[s->n], header, LINKTYPE_HEADER);
		v->iov_base = s->header[s->n];
		v->iov_len = LINKTYPE_HEADER;
		v++;
	}
	v->iov_base = (void *)(uintptr_t)(f->data + skip);
	v->iov_len = f->caplen - skip;
	m->msg_iovlen = (size_t)(v + 1 - m->msg_iov);
	s->n++;
}

static int
stopped(struct sender *s, int error, struct errbuf *e)
{
	switch (error) {
	case ENETDOWN:
		return err_set(e, "send on %s: the interface is down",
		    s->name);
	case ENXIO:
	case ENODEV:
		return err_set(e, "send on %s: the interface is gone",
		    s->name);
	default:
		return err_set(e, "send on %s: %s", s->name, strerror(error));
	}
}

/* Others may look meanwhile. */
static void
add(uint64_t *count, uint64_t n)
{
	__atomic_store_n(count, *count + n, __ATOMIC_RELAXED);
}

static void
count(struct sender *s, unsigned int at, unsigned int n)
{
	uint64_t bytes = 0;

	for (unsigned int i = at; i < at + n; i++)
		bytes += s->message[i].msg_len;
	add(&s->counts.bytes, bytes);
	add(&s->counts.frames, n);
}

void
sender_counted(const struct sender *s, struct sender_counts *sum)
{
	const struct sender_counts *c = &s->counts;

	sum->frames += __atomic_load_n(&c->frames, __ATOMIC_RELAXED);
	sum->bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
	sum->waits += __atomic_load_n(&c->waits, __ATOMIC_RELAXED);
	sum->no_room += __atomic_load_n(&c->no_room, __ATOMIC_RELAXED);
	sum->too_long += __atomic_load_n(&c->too_long, __ATOMIC_RELAXED);
}

/* No room: 1 when it is to be tried again. */
static int
wait_for_room(struct sender *s, int64_t *since)
{
	struct timespec nap = { .tv_nsec = NAP };
	int64_t now = now_monotonic();

	if (*since == 0)
		*since = now;
	if (s->impatient || now - *since > SENDER_PATIENCE) {
		s->impatient = 1;
		add(&s->counts.no_room, 1);
		return 0;
	}
	nanosleep(&nap, NULL);
	return 1;
}

/*
 * What to do about the frame that was not sent: 1 again, 0 the next one, -1
 * and errbuf.  An error behind frames that were sent is told twice, once more
 * for whichever frame comes next (sock_error() in the kernel): it is believed
 * of a frame the second time.
 */
static int
judge(struct sender *s, int error, int again, int64_t *since,
    struct errbuf *e)
{
	switch (error) {
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:
		return wait_for_room(s, since);
	case EMSGSIZE:
		if (!again)
			return 1;
		add(&s->counts.too_long, 1);
		return 0;
	default:
		return again ? stopped(s, error, e) : 1;
	}
}

int
sender_flush(struct sender *s, struct errbuf *e)
{
	unsigned int at = 0, n = s->n;
	int64_t since = 0;
	int r, next, again = 0;

	s->n = 0;
	while (at < n) {
		r = sendmmsg(s->fd, s->message + at, n - at, 0);
		if (r > 0) {
			count(s, at, (unsigned)r);
			add(&s->counts.waits, since != 0);
			at += (unsigned)r;
			since = 0;
			again = s->impatient = 0;
			continue;
		}
		if (*s->options.stop)
			return 0;
		if (errno == EINTR)
			continue;
		next = judge(s, errno, again, &since, e);
		if (next == -1)
			return -1;
		again = next;
		if (next == 0) {
			at++;
			since = 0;
		}
	}
	return 0;
}
