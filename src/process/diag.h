/*
 * diag.h: what the kernel says of sockets, through NETLINK_SOCK_DIAG
 * (sock_diag(7)), in the network namespace where this was opened.
 */
#ifndef SRC_PROCESS_DIAG_H
#define SRC_PROCESS_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include <sessdump/packet.h>

#include "core/errbuf.h"

/* One end of it is ours; ports in host order. */
struct diag_query {
	uint8_t protocol, ip_version;
	uint16_t local_port, remote_port;
	union addr local, remote;
	uint32_t ifindex;	/* 0: of whatever interface */
};

struct diag_tcp {
	uint32_t rtt, rttvar;	/* microseconds */
	uint32_t cwnd;		/* segments */
	uint32_t retransmits;	/* segments, in all */
};

struct diag_socket {
	uint32_t inode;		/* 0: no process has it (any more) */
	uint32_t uid;
	uint32_t rqueue, wqueue;	/* bytes */
	uint8_t state;		/* DIAG_... */
	uint8_t ip_version;
	uint8_t has_tcp;
	uint16_t local_port, remote_port;
	union addr local;
	struct diag_tcp tcp;
};

/* As the kernel numbers them (net/tcp_states.h). */
enum {
	DIAG_ESTABLISHED = 1, DIAG_SYN_SENT, DIAG_SYN_RECEIVED,
	DIAG_FIN_WAIT_1, DIAG_FIN_WAIT_2, DIAG_TIME_WAIT, DIAG_CLOSE,
	DIAG_CLOSE_WAIT, DIAG_LAST_ACK, DIAG_LISTEN, DIAG_CLOSING,
	DIAG_NEW_SYN_RECEIVED
};

struct diag;

/* NULL and errbuf when the kernel has none. */
struct diag *diag_open(struct errbuf *);
void diag_close(struct diag *);

/* The socket that such a packet would come to: where no connection stands, one
 * that listens, or an unconnected one of UDP.  1, or 0 when there is none. */
int diag_find(struct diag *, const struct diag_query *, struct diag_socket *);

/* Calls back for each socket of TCP that listens; -1 when that was cut
 * short. */
int diag_listeners(struct diag *, void (*)(void *, const struct diag_socket *),
    void *arg);

/* Is the address one of this host's?  Asked of the routes; interface for those
 * of one link. */
int diag_is_local(struct diag *, const union addr *, unsigned int ip_version,
    uint32_t ifindex);

/* The number of an interface; 0 when there is none of that name, of fifteen
 * characters at most. */
uint32_t diag_ifindex(struct diag *, const char *name);

/* The parsing of one datagram, apart for the tests: calls back for each
 * socket.  0 when more is to come, 1 at the end, -1 for an error or what is no
 * answer to "seq". */
int diag_parse(const void *buf, size_t n, uint32_t seq,
    void (*)(void *, const struct diag_socket *), void *arg);
/* Likewise: the type of the route, or -1. */
int diag_parse_route(const void *buf, size_t n, uint32_t seq);
/* Likewise: the number of the interface, or 0. */
uint32_t diag_parse_link(const void *buf, size_t n, uint32_t seq);

#endif
