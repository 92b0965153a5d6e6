/* diag.c: what the kernel says of sockets, through NETLINK_SOCK_DIAG. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "process/diag.h"
#include "process/mapped.h"

enum {
	PROTO_TCP	= 6,
	ANSWER		= 1 << 15,	/* as the kernel fills for a dump */
};

struct diag {
	struct mnl_socket *sockets, *routes;
	uint32_t seq;
	char buf[ANSWER];
};

static struct mnl_socket *
open_bound(int bus, struct errbuf *e)
{
	struct mnl_socket *s = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (s == NULL) {
		err_set(e, "netlink: %s", strerror(errno));
		return NULL;
	}
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0)
		return s;
	err_set(e, "netlink: bind: %s", strerror(errno));
	mnl_socket_close(s);
	return NULL;
}

struct diag *
diag_open(struct errbuf *e)
{
	struct diag *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		err_set(e, "netlink: %s", strerror(errno));
		return NULL;
	}
	d->sockets = open_bound(NETLINK_SOCK_DIAG, e);
	if (d->sockets != NULL)
		d->routes = open_bound(NETLINK_ROUTE, e);
	if (d->routes != NULL)
		return d;
	diag_close(d);
	return NULL;
}

void
diag_close(struct diag *d)
{
	if (d == NULL)
		return;
	if (d->sockets != NULL)
		mnl_socket_close(d->sockets);
	if (d->routes != NULL)
		mnl_socket_close(d->routes);
	free(d);
}

static size_t
addr_bytes(unsigned int ip_version)
{
	return ip_version == 4 ? 4 : 16;
}

/* The kernel's struct grows at its end: what an old one lacks is 0. */
static void
take_info(struct diag_socket *s, const struct nlattr *a)
{
	struct tcp_info info;
	size_t n = mnl_attr_get_payload_len(a);

	memset(&info, 0, sizeof(info));
	memcpy(&info, mnl_attr_get_payload(a), n < sizeof(info) ? n :
	    sizeof(info));
	s->has_tcp = 1;
	s->tcp.rtt = info.tcpi_rtt;
	s->tcp.rttvar = info.tcpi_rttvar;
	s->tcp.cwnd = info.tcpi_snd_cwnd;
	s->tcp.retransmits = info.tcpi_total_retrans;
}

static int
take_socket(struct diag_socket *s, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return -1;
	memset(s, 0, sizeof(*s));
	s->inode = m->idiag_inode;
	s->uid = m->idiag_uid;
	s->rqueue = m->idiag_rqueue;
	s->wqueue = m->idiag_wqueue;
	s->state = m->idiag_state;
	s->ip_version = mapped_take(&s->local, m->id.idiag_src,
	    m->idiag_family == AF_INET6 ? 6 : 4);
	s->local_port = ntohs(m->id.idiag_sport);
	s->remote_port = ntohs(m->id.idiag_dport);
	mnl_attr_for_each(a, h, sizeof(*m))
		if (mnl_attr_get_type(a) == INET_DIAG_INFO)
			take_info(s, a);
	return 0;
}

/* The next message of a datagram, when it is one of ours; what is wrong or
 * another's ends it. */
static const struct nlmsghdr *
first_message(const void *buf, size_t n, uint32_t seq)
{
	const struct nlmsghdr *h = buf;

	return n <= INT32_MAX && mnl_nlmsg_ok(h, (int)n) &&
	    h->nlmsg_seq == seq ? h : NULL;
}

int
diag_parse(const void *buf, size_t n, uint32_t seq,
    void (*found)(void *, const struct diag_socket *), void *arg)
{
	const struct nlmsghdr *h = first_message(buf, n, seq);
	struct diag_socket s;
	int more = 0;

	if (h == NULL)
		return -1;
	for (int left = (int)n; h != NULL;) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return -1;
		if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    take_socket(&s, h) == -1)
			return -1;
		found(arg, &s);
		more = (h->nlmsg_flags & NLM_F_MULTI) != 0;
		h = mnl_nlmsg_next(h, &left);
		h = left > 0 ? first_message(h, (size_t)left, seq) : NULL;
	}
	return !more;
}

int
diag_parse_route(const void *buf, size_t n, uint32_t seq)
{
	const struct nlmsghdr *h = first_message(buf, n, seq);
	const struct rtmsg *r;

	if (h == NULL || h->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*r))
		return -1;
	r = mnl_nlmsg_get_payload(h);
	return r->rtm_type;
}

uint32_t
diag_parse_link(const void *buf, size_t n, uint32_t seq)
{
	const struct nlmsghdr *h = first_message(buf, n, seq);
	const struct ifinfomsg *i;

	if (h == NULL || h->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(*i))
		return 0;
	i = mnl_nlmsg_get_payload(h);
	return (uint32_t)i->ifi_index;
}

/* Asks, and takes datagrams until there are no more of the answer. */
static int
exchange(struct diag *d, struct mnl_socket *s, struct nlmsghdr *h,
    int (*take)(struct diag *, size_t n, void *arg), void *arg)
{
	int result = 0;
	ssize_t n;

	h->nlmsg_seq = ++d->seq;
	if (mnl_socket_sendto(s, h, h->nlmsg_len) == -1)
		return -1;
	while (result == 0) {
		n = mnl_socket_recvfrom(s, d->buf, sizeof(d->buf));
		if (n == -1 && errno == EINTR)
			continue;
		/* ENOBUFS: the answer was too much for the socket. */
		if (n == -1)
			return -1;
		/* What is left of a dump that was given up. */
		if (first_message(d->buf, (size_t)n, d->seq) == NULL)
			continue;
		result = take(d, (size_t)n, arg);
	}
	return result;
}

struct taking {
	void (*found)(void *, const struct diag_socket *);
	void *arg;
};

static int
take_sockets(struct diag *d, size_t n, void *arg)
{
	const struct taking *t = arg;

	return diag_parse(d->buf, n, d->seq, t->found, t->arg);
}

static struct inet_diag_req_v2 *
start_request(struct nlmsghdr **h, void *buf, uint16_t flags)
{
	*h = mnl_nlmsg_put_header(buf);
	(*h)->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	(*h)->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(*h, sizeof(struct inet_diag_req_v2));
}

struct found {
	struct diag_socket *socket;
	int any;
};

static void
keep_one(void *arg, const struct diag_socket *s)
{
	struct found *f = arg;

	*f->socket = *s;
	f->any = 1;
}

int
diag_find(struct diag *d, const struct diag_query *q, struct diag_socket *s)
{
	char buf[MNL_NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2) + 64]
	    __attribute__((aligned(MNL_ALIGNTO)));
	struct nlmsghdr *h;
	struct inet_diag_req_v2 *r = start_request(&h, buf, 0);
	size_t n = addr_bytes(q->ip_version);
	struct found f = { s, 0 };
	struct taking t = { keep_one, &f };

	r->sdiag_family = q->ip_version == 4 ? AF_INET : AF_INET6;
	r->sdiag_protocol = q->protocol;
	r->idiag_states = UINT32_MAX;
	r->id.idiag_if = q->ifindex;
	r->id.idiag_cookie[0] = r->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (q->protocol == PROTO_TCP) {
		r->idiag_ext = 1 << (INET_DIAG_INFO - 1);
		r->id.idiag_sport = htons(q->local_port);
		r->id.idiag_dport = htons(q->remote_port);
		memcpy(r->id.idiag_src, &q->local, n);
		memcpy(r->id.idiag_dst, &q->remote, n);
	} else {
		/* The other way round, for historical reasons: the kernel's
		 * udp_dump_one(). */
		r->id.idiag_sport = htons(q->remote_port);
		r->id.idiag_dport = htons(q->local_port);
		memcpy(r->id.idiag_src, &q->remote, n);
		memcpy(r->id.idiag_dst, &q->local, n);
	}
	(void)exchange(d, d->sockets, h, take_sockets, &t);
	return f.any;
}

static int
dump_listeners(struct diag *d, uint8_t family, struct taking *t)
{
	char buf[MNL_NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2) + 64]
	    __attribute__((aligned(MNL_ALIGNTO)));
	struct nlmsghdr *h;
	struct inet_diag_req_v2 *r = start_request(&h, buf, NLM_F_DUMP);

	r->sdiag_family = family;
	r->sdiag_protocol = PROTO_TCP;
	r->idiag_states = 1U << DIAG_LISTEN;
	return exchange(d, d->sockets, h, take_sockets, t);
}

int
diag_listeners(struct diag *d, void (*found)(void *,
    const struct diag_socket *), void *arg)
{
	struct taking t = { found, arg };
	int r4 = dump_listeners(d, AF_INET, &t);

	return dump_listeners(d, AF_INET6, &t) == -1 || r4 == -1 ? -1 : 0;
}

static int
take_route(struct diag *d, size_t n, void *arg)
{
	*(int *)arg = diag_parse_route(d->buf, n, d->seq);
	return 1;
}

int
diag_is_local(struct diag *d, const union addr *a, unsigned int ip_version,
    uint32_t ifindex)
{
	char buf[MNL_NLMSG_HDRLEN + sizeof(struct rtmsg) + 64]
	    __attribute__((aligned(MNL_ALIGNTO)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct rtmsg *r = mnl_nlmsg_put_extra_header(h, sizeof(*r));
	size_t n = addr_bytes(ip_version);
	int type = -1;

	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST;
	r->rtm_family = ip_version == 4 ? AF_INET : AF_INET6;
	r->rtm_dst_len = (unsigned char)(8 * n);
	mnl_attr_put(h, RTA_DST, n, a);
	if (ifindex != 0)
		mnl_attr_put_u32(h, RTA_OIF, ifindex);
	(void)exchange(d, d->routes, h, take_route, &type);
	return type == RTN_LOCAL;
}

static int
take_link(struct diag *d, size_t n, void *arg)
{
	*(uint32_t *)arg = diag_parse_link(d->buf, n, d->seq);
	return 1;
}

uint32_t
diag_ifindex(struct diag *d, const char *name)
{
	char buf[MNL_NLMSG_HDRLEN + sizeof(struct ifinfomsg) + 64]
	    __attribute__((aligned(MNL_ALIGNTO)));
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	uint32_t ifindex = 0;

	if (name[0] == '\0' || strnlen(name, IFNAMSIZ) == IFNAMSIZ)
		return 0;
	(void)mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST;
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	(void)exchange(d, d->routes, h, take_link, &ifindex);
	return ifindex;
}
