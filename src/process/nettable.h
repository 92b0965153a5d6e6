/*
 * nettable.h: sockets of ping and raw sockets, which sock_diag does not know
 * everywhere: the tables icmp, icmp6, raw and raw6 of /proc/net.
 */
#ifndef SRC_PROCESS_NETTABLE_H
#define SRC_PROCESS_NETTABLE_H

#include <stddef.h>
#include <stdint.h>

#include <sessdump/packet.h>

struct nettable_row {
	union addr local;
	uint32_t inode, uid;
	uint16_t port;		/* of raw: the protocol */
	uint8_t ip_version;
};

/* One line of such a table, n bytes without its end; -1 for the heading and
 * whatever else is none. */
int nettable_parse(struct nettable_row *, const char *line, size_t n);

struct nettable {
	int fd[4];		/* the tables, open; -1: not there */
};

/* Of the network namespace that the thread is in. */
void nettable_open(struct nettable *);
void nettable_close(struct nettable *);

/* The one socket that may have sent a packet of the protocol from this address:
 * bound to it or to all.  0 when there is none, or more than one. */
int nettable_find(const struct nettable *, uint8_t protocol,
    unsigned int ip_version, const union addr *, struct nettable_row *);

#endif
