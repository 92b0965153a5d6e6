/*
 * wire.h: what is asked of the helper, and what it tells.
 *
 * Both ends are one program, so these are the bytes in memory.  The helper
 * trusts none of them: who asks has parsed packets of anybody's making.
 */
#ifndef SRC_PROCESS_WIRE_H
#define SRC_PROCESS_WIRE_H

#include <sessdump/packet.h>

#include "process/process.h"
#include "process/socket_view.h"

enum {
	WIRE_ASKS	= 32,	/* in one message, at most */
	WIRE_NAME	= 16,	/* of an interface */
};

enum ask_wants {
	ASK_PROCESSES,		/* whose are the two ends of this session? */
	ASK_SOCKETS,		/* what does the kernel say of them? */
	ASK_SOCKETS_SOON,	/* the same, a little later */
};

struct ask {
	uint64_t id;		/* the session's, for the answer */
	uint32_t number;	/* likewise */
	union addr addr[2];
	uint16_t port[2];
	uint8_t protocol, ip_version;
	uint8_t client;		/* the side that is held for it */
	uint8_t wants;		/* enum ask_wants */
	char interface[WIRE_NAME]; /* that its first packet came by, or "" */
};

struct tell {
	uint64_t id;
	uint32_t number;
	uint8_t last;		/* 0: a better answer may come */
	uint8_t listens;	/* a bit a side: a socket listens there */
	uint8_t status[2];	/* enum process_status */
	uint64_t spent_us;	/* by the helper, of processor time so far */
	uint64_t walks;		/* through all processes so far */
	uint64_t lost;		/* connections that BPF found no room for */
	struct process process[2];
};

struct tell_sockets {
	uint64_t id;
	uint32_t number;
	int64_t time;		/* of the kernel's words, ns since 1970 */
	uint64_t spent_us;	/* as in struct tell */
	struct socket_view side[2];
};

#endif
