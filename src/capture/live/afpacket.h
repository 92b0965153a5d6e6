/*
 * afpacket.h: what the two halves of the AF_PACKET source share: ring.c opens
 * the socket and its ring, afpacket.c reads.
 */
#ifndef SRC_CAPTURE_LIVE_AFPACKET_H
#define SRC_CAPTURE_LIVE_AFPACKET_H

#include <stddef.h>

#include "capture/capture.h"
#include "capture/filter.h"

struct tpacket3_hdr;

/* An interface that `any` has met. */
struct afpacket_name {
	struct capture_interface head;
	uint32_t ifindex;
	char name[16];
};

struct afpacket {
	struct capture head;		/* head.fd is the socket */
	struct capture_interface interface;
	uint32_t ifindex;		/* 0: any */
	uint8_t cooked;

	uint8_t *ring;
	size_t ring_size;
	uint32_t block_size, block_count;
	uint32_t block;			/* the one to read next, or held */
	uint8_t held;			/* it is ours until the next read */
	uint32_t left;			/* frames in it not yet lent */
	struct tpacket3_hdr *next;	/* the first of them */

	struct filter_set *filter;	/* what the kernel cannot decide */
	struct errbuf failure;
	uint8_t failed;
	int error;			/* of the socket, told when the ring
					 * is empty */
	int idle;			/* waits in vain since then */

	struct capture_stats sum;
	uint64_t missed;		/* if_dropped when it was opened, */
	int missed_known;		/* if that could be told */
	struct afpacket_name **names;
	size_t name_count;
};

/* Opens, filters, maps and binds the socket of a->head.name.  0, or -1. */
int ring_open(struct afpacket *, const struct capture_options *,
    struct errbuf *);
void ring_close(struct afpacket *);

#endif
