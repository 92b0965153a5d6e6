/*
 * blast.c: sends frames of 64 bytes on an interface, at a rate.
 *
 *	blast IFACE RATE SECONDS FLOWS [FIRST]
 *
 * Half of the flows are TCP, the others UDP.  Each begins as it should and
 * then goes to and fro: a TCP client sends ten bytes, its server acknowledges
 * them.  All checksums are right.  The frames are for nobody's Ethernet
 * address, so a kernel that gets them only shows them to who captures.  FIRST
 * is the number of the first flow, where several send at once.
 *
 * Frames go in batches, those that are due by the clock, so what was late is
 * made up for.  sendmmsg() is cheaper than a TX ring here: whoever receives
 * through veth would copy each page of a ring first.  At the end stdout has
 * "SENT frames in SECONDS s, CPU-SECONDS s of CPU".
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH	= 512,		/* frames handed over at once, at most */
	TICK	= 500000,	/* ns from one batch to the next */

	FRAME	= 64,
	AT_IP = 14, AT_L4 = 34, AT_SEQ = 38, AT_ACK = 42, AT_FLAGS = 47,
	AT_TCP_SUM = 50, AT_UDP_SUM = 40, AT_TCP_DATA = 54, AT_UDP_DATA = 42,
	TCP_DATA = FRAME - AT_TCP_DATA,
	FIN = 1, SYN = 2, PSH = 8, ACK = 16,
};

/* What does not change of its frames, to the server and back. */
struct flow {
	uint8_t frame[2][FRAME];
	uint32_t sum[2];	/* of what the checksum covers in them */
	uint32_t seq;		/* the client's next */
	uint32_t step;
	uint32_t tcp;
};

static struct flow *flows;
static unsigned long turn;	/* the flow that is next */
static uint8_t frames[BATCH][FRAME];
static struct iovec vec[BATCH];
static struct mmsghdr message[BATCH];
static unsigned long sent;
static int fd;

static void
die(const char *what)
{
	fprintf(stderr, "blast: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static uint32_t
sum(const uint8_t *p, unsigned int n)
{
	uint32_t s = 0;

	for (unsigned int i = 0; i < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	return s;
}

static unsigned int
fold(uint32_t s)
{
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

static void
flow_make(struct flow *f, unsigned int n, unsigned int back)
{
	uint8_t *p = f->frame[back], *l4 = p + AT_L4;
	uint32_t client = 0x0a000000 + n / 4096, server = 0xc0000201;
	unsigned int port = 20000 + n % 4096, service = f->tcp ? 80 : 4000;

	memcpy(p, "\2\0\0\0\0\x0a\2\0\0\0\0\x0b\x08\0\x45", AT_IP + 1);
	put16(p + AT_IP + 2, FRAME - AT_IP);
	p[AT_IP + 8] = 64;
	p[AT_IP + 9] = f->tcp ? 6 : 17;
	put32(p + AT_IP + 12, back ? server : client);
	put32(p + AT_IP + 16, back ? client : server);
	put16(p + AT_IP + 10, fold(sum(p + AT_IP, 20)));
	put16(l4, back ? service : port);
	put16(l4 + 2, back ? port : service);
	if (f->tcp) {
		l4[12] = 5 << 4;
		put16(l4 + 14, 65000);
	} else {
		put16(l4 + 4, FRAME - AT_L4);
	}
	f->sum[back] = sum(p + AT_IP + 12, FRAME - AT_IP - 12) +
	    p[AT_IP + 9] + FRAME - AT_L4;
}

/* The next segment.  One that carries nothing is padded, as Ethernet asks. */
static void
flow_tcp(struct flow *f, uint8_t *p)
{
	unsigned int back = f->step & 1, length = FRAME - AT_IP - TCP_DATA;
	unsigned int flags = f->step == 0 ? SYN : f->step == 1 ? SYN | ACK :
	    f->step == 2 || back ? ACK : PSH | ACK;
	uint32_t seq = back ? 1000000 + (f->step > 1) : f->seq;
	uint32_t ack = f->step == 0 ? 0 : back ? f->seq : 1000001, s;

	memcpy(p, f->frame[back], FRAME);
	put32(p + AT_SEQ, seq);
	put32(p + AT_ACK, ack);
	p[AT_FLAGS] = (uint8_t)flags;
	s = f->sum[back] + (seq >> 16) + (seq & 0xffff) + (ack >> 16) +
	    (ack & 0xffff) + flags;
	if (flags & PSH) {
		f->seq += TCP_DATA;
	} else {
		f->seq += f->step == 0;
		s -= TCP_DATA;
		put16(p + AT_IP + 2, length);
		put16(p + AT_IP + 10, 0);
		put16(p + AT_IP + 10, fold(sum(p + AT_IP, 20)));
	}
	put16(p + AT_TCP_SUM, fold(s));
	f->step++;
}

static void
flow_udp(struct flow *f, uint8_t *p)
{
	unsigned int back = f->step++ & 1, s;

	memcpy(p, f->frame[back], FRAME);
	put32(p + AT_UDP_DATA, f->step);
	/* The length is in the pseudo header, too. */
	s = fold(f->sum[back] + (f->step >> 16) + (f->step & 0xffff));
	put16(p + AT_UDP_SUM, s ? s : 0xffff);
}

static void
flow_next(struct flow *f, uint8_t *p)
{
	if (f->tcp)
		flow_tcp(f, p);
	else
		flow_udp(f, p);
}

static void
open_socket(const char *iface)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = 0,
		.sll_ifindex = (int)if_nametoindex(iface),
	};
	int on = 1;

	if (to.sll_ifindex == 0)
		die(iface);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd == -1)
		die("socket");
	/* Without a queue on the way, what is sent has arrived. */
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
	    sizeof(on)) == -1)
		die("PACKET_QDISC_BYPASS");
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		die(iface);
	for (unsigned int i = 0; i < BATCH; i++) {
		vec[i].iov_base = frames[i];
		vec[i].iov_len = FRAME;
		message[i].msg_hdr.msg_iov = &vec[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
}

static void
send_batch(unsigned int n, unsigned long nflows)
{
	unsigned int at;
	int r;

	for (at = 0; at < n; at++) {
		flow_next(&flows[turn], frames[at]);
		turn = turn + 1 == nflows ? 0 : turn + 1;
	}
	for (at = 0; at < n; at += (unsigned int)r) {
		r = sendmmsg(fd, message + at, n - at, 0);
		if (r == -1 && errno != EINTR && errno != ENOBUFS)
			die("send");
		if (r == -1)
			r = 0;
	}
	sent += n;
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* What is due and not yet sent. */
static unsigned int
due(int64_t passed, double rate, unsigned long total)
{
	unsigned long n = (unsigned long)((double)passed * rate / 1e9);

	n = n < total ? n - sent : total - sent;
	return n < BATCH ? (unsigned int)n : BATCH;
}

int
main(int argc, char **argv)
{
	double rate, seconds, cpu;
	unsigned long total, nflows;
	unsigned int n, first;
	int64_t start, next, took;
	struct timespec at;
	struct rusage u;

	if (argc < 5 || argc > 6 || (rate = atof(argv[2])) < 1 ||
	    (seconds = atof(argv[3])) <= 0 ||
	    (nflows = strtoul(argv[4], NULL, 10)) == 0) {
		fputs("usage: blast IFACE RATE SECONDS FLOWS [FIRST]\n",
		    stderr);
		return 2;
	}
	total = (unsigned long)(rate * seconds);
	first = argc == 6 ? (unsigned int)strtoul(argv[5], NULL, 10) : 0;
	flows = calloc(nflows, sizeof(*flows));
	if (flows == NULL)
		die("flows");
	for (n = 0; n < nflows; n++) {
		flows[n].tcp = n & 1;
		flows[n].seq = n * 2654435761u;
		flow_make(&flows[n], first + n, 0);
		flow_make(&flows[n], first + n, 1);
	}
	open_socket(argv[1]);
	(void)prctl(PR_SET_TIMERSLACK, 1);
	start = next = now();
	while (sent < total) {
		n = due(now() - start, rate, total);
		if (n > 0)
			send_batch(n, nflows);
		if (n == BATCH)
			continue;
		next += TICK;
		if (next < now())
			next = now() + TICK;
		at.tv_sec = next / 1000000000;
		at.tv_nsec = next % 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	}
	took = now() - start;
	getrusage(RUSAGE_SELF, &u);
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("%lu frames in %.3f s, %.3f s of CPU\n", sent,
	    (double)took / 1e9, cpu);
	return 0;
}
