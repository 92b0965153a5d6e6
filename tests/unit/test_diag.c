/* test_diag.c: netlink messages about sockets, whole, cut and hostile. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "process/diag.h"

#include "tap.h"

enum { SEQ = 7 };

static struct diag_socket got[8];
static unsigned int ngot;

static void
found(void *arg, const struct diag_socket *s)
{
	(void)arg;
	if (ngot < 8)
		got[ngot] = *s;
	ngot++;
}

/* On the heap, of its size: sanitizers see what is read behind. */
static int
parse(const void *data, size_t n)
{
	void *exact = malloc(n + (n == 0));
	int r;

	memcpy(exact, data, n);
	ngot = 0;
	r = diag_parse(exact, n, SEQ, found, NULL);
	free(exact);
	return r;
}

struct message {
	struct nlmsghdr h;
	struct inet_diag_msg m;
	struct nlattr a;
	struct tcp_info info;
} __attribute__((packed));

static void
make(struct message *x)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 };

	memset(x, 0, sizeof(*x));
	x->h.nlmsg_len = sizeof(*x);
	x->h.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	x->h.nlmsg_seq = SEQ;
	x->m.idiag_family = AF_INET6;
	x->m.idiag_state = DIAG_ESTABLISHED;
	x->m.idiag_inode = 54321;
	x->m.idiag_uid = 33;
	x->m.id.idiag_sport = htons(443);
	x->m.id.idiag_dport = htons(50000);
	memcpy(x->m.id.idiag_src, mapped, sizeof(mapped));
	x->a.nla_len = sizeof(x->a) + sizeof(x->info);
	x->a.nla_type = INET_DIAG_INFO;
	x->info.tcpi_rtt = 1234;
	x->info.tcpi_snd_cwnd = 10;
	x->info.tcpi_total_retrans = 3;
}

static void
test_socket(void)
{
	struct message x, two[2];

	make(&x);
	is_u64((uint64_t)parse(&x, sizeof(x)), 1, "one message is an answer");
	is_u64(ngot, 1, "with one socket");
	ok(got[0].inode == 54321 && got[0].uid == 33 && got[0].local_port ==
	    443 && got[0].remote_port == 50000 && got[0].state ==
	    DIAG_ESTABLISHED, "what the kernel says of it");
	ok(got[0].ip_version == 4 && got[0].local.b[0] == 127 &&
	    got[0].local.b[3] == 1, "an IPv4 address in an IPv6 socket");
	ok(got[0].has_tcp && got[0].tcp.rtt == 1234 && got[0].tcp.cwnd == 10 &&
	    got[0].tcp.retransmits == 3, "and what TCP says");

	make(&two[0]);
	make(&two[1]);
	two[0].h.nlmsg_flags = two[1].h.nlmsg_flags = NLM_F_MULTI;
	is_u64((uint64_t)parse(two, sizeof(two)), 0, "a dump goes on");
	is_u64(ngot, 2, "with two sockets");
	two[1].h.nlmsg_type = NLMSG_DONE;
	is_u64((uint64_t)parse(two, sizeof(two)), 1, "until its end");

	/* An old kernel says less of TCP. */
	x.a.nla_len = sizeof(x.a) + 80;
	x.h.nlmsg_len = sizeof(x) - sizeof(x.info) + 80;
	is_u64((uint64_t)parse(&x, x.h.nlmsg_len), 1, "a shorter tcp_info");
	ok(got[0].tcp.rtt == 1234 && got[0].tcp.retransmits == 0,
	    "what it lacks is 0");
}

static void
test_hostile(void)
{
	struct message x;
	unsigned int bad = 0;

	make(&x);
	for (size_t n = 0; n < sizeof(x); n++) {
		(void)parse(&x, n);
		bad += ngot != 0;
	}
	is_u64(bad, 0, "a message that was cut tells of no socket");
	for (uint32_t len = 0; len < sizeof(x) + 20; len++) {
		make(&x);
		x.h.nlmsg_len = len;
		(void)parse(&x, sizeof(x));
		make(&x);
		x.a.nla_len = (uint16_t)len;
		(void)parse(&x, sizeof(x));
	}
	ok(1, "lengths that lie are survived");
	make(&x);
	x.h.nlmsg_seq = SEQ + 1;
	ok(parse(&x, sizeof(x)) == -1 && ngot == 0,
	    "an answer to something else is none");
	make(&x);
	x.h.nlmsg_type = NLMSG_ERROR;
	ok(parse(&x, sizeof(x)) == -1 && ngot == 0, "an error is none");
	make(&x);
	x.h.nlmsg_len = sizeof(x.h) + 4;
	ok(parse(&x, sizeof(x.h) + 4) == -1, "nor is half a socket");
}

static void
test_route(void)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg r;
	} x;
	unsigned int bad = 0;

	memset(&x, 0, sizeof(x));
	x.h.nlmsg_len = sizeof(x);
	x.h.nlmsg_type = RTM_NEWROUTE;
	x.h.nlmsg_seq = SEQ;
	x.r.rtm_type = RTN_LOCAL;
	ok(diag_parse_route(&x, sizeof(x), SEQ) == RTN_LOCAL, "a route");
	for (size_t n = 0; n < sizeof(x); n++)
		bad += diag_parse_route(&x, n, SEQ) != -1;
	is_u64(bad, 0, "cut short, it is none");
	x.h.nlmsg_type = NLMSG_ERROR;
	ok(diag_parse_route(&x, sizeof(x), SEQ) == -1, "nor is an error");
}

/* Sockets of our own; no privilege is needed. */
static void
test_kernel(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t n = sizeof(a);
	struct diag_query q = { .protocol = 6, .ip_version = 4 };
	struct diag_socket s;
	struct errbuf e;
	struct diag *d = diag_open(&e);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (d == NULL || bind(listener, (struct sockaddr *)&a, n) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&a, &n) == -1 ||
	    connect(client, (struct sockaddr *)&a, n) == -1) {
		ok(1, "the kernel's sockets # SKIP no sock_diag or no lo");
		diag_close(d);
		return;
	}
	q.local.b[0] = q.remote.b[0] = 127;
	q.local.b[3] = q.remote.b[3] = 1;
	q.remote_port = ntohs(a.sin_port);
	getsockname(client, (struct sockaddr *)&a, &n);
	q.local_port = ntohs(a.sin_port);
	ok(diag_find(d, &q, &s) == 1 && s.inode != 0 && s.state ==
	    DIAG_ESTABLISHED && s.local_port == q.local_port && s.has_tcp,
	    "a connection of ours is found");
	ok(diag_is_local(d, &q.local, 4, 0), "its address is local");
	q.remote.b[0] = 192;
	q.remote.b[1] = 0;
	q.remote.b[2] = 2;
	ok(!diag_is_local(d, &q.remote, 4, 0), "192.0.2.1 is not");
	q.remote_port++;
	ok(diag_find(d, &q, &s) == 0, "what is no connection is not found");
	close(listener);
	close(client);
	diag_close(d);
}

int
main(void)
{
	test_socket();
	test_hostile();
	test_route();
	test_kernel();
	return done();
}
