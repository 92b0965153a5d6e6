/*
 * socket_view.h: what the kernel says of the socket at one end of a session.
 */
#ifndef SRC_PROCESS_SOCKET_VIEW_H
#define SRC_PROCESS_SOCKET_VIEW_H

#include <stdint.h>

enum socket_status {
	SOCKET_UNASKED,		/* or the answer has not come yet */
	SOCKET_ELSEWHERE,	/* the address is none of this host */
	SOCKET_GONE,		/* the kernel has none for this connection */
	SOCKET_THERE,
};

struct socket_view {
	uint8_t status;		/* enum socket_status */
	uint8_t state;		/* enum tcp_state; TCP_UNKNOWN of UDP */
	uint8_t has_tcp;	/* the last four are known */
	uint32_t recv_queue, send_queue;	/* bytes */
	uint32_t retransmits;	/* segments, in all */
	uint32_t cwnd;		/* segments */
	uint32_t rtt, rttvar;	/* microseconds */
};

#endif
