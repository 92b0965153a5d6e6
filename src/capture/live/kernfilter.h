/*
 * kernfilter.h: the filter program of a packet socket.
 *
 * It does three things in the kernel, before a frame costs room in the ring:
 * it drops the direction that is not wanted (and one of the two sights that a
 * socket gets of every packet on a loopback interface), it decides the
 * pcap-filter(7) expression, and it cuts frames to the snapshot length.
 */
#ifndef SRC_CAPTURE_LIVE_KERNFILTER_H
#define SRC_CAPTURE_LIVE_KERNFILTER_H

#include "capture/capture.h"

struct kernfilter {
	const char *name;	/* as it is shown */
	const char *iface;	/* as the kernel has it */
	uint32_t linktype;
	uint32_t snaplen;	/* of the whole frame, with its SLL2 header */
	uint8_t cooked;		/* SOCK_DGRAM: the kernel sees no SLL2 header */
	uint8_t loopback;	/* the interface is one */
	uint8_t any;		/* any interface may be one */
};

/*
 * Attaches the program to the socket.  1: it is the whole test; 0: frames
 * still have to be tested against the expression here; -1: the expression or
 * the socket is at fault, see errbuf.
 */
int kernfilter_attach(int fd, const struct kernfilter *,
    const struct capture_options *, struct errbuf *);

#endif
