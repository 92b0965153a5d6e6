/*
 * afpacket.h: what the parts of the AF_PACKET source share: ring.c opens the
 * socket and its ring, afpacket.c reads, ringstats.c keeps account.
 */
#ifndef SRC_CAPTURE_LIVE_AFPACKET_H
#define SRC_CAPTURE_LIVE_AFPACKET_H

#include <stddef.h>

#include "capture/capture.h"
#include "capture/filter.h"

struct tpacket3_hdr;

/* An interface that `any` has met; its number in frames is its place. */
struct afpacket_name {
	struct capture_interface head;	/* whose name is owned */
	uint32_t ifindex;
};

enum {
	AFPACKET_HINTS	= 256,
	AFPACKET_TAG	= 4,	/* room for a VLAN tag before each frame */
};

/* The interface was there when it was opened. */
enum afpacket_absence {
	AFPACKET_HERE, AFPACKET_DOWN, AFPACKET_GONE
};

struct afpacket {
	struct capture head;		/* head.fd is the socket */
	struct capture_interface interface;
	const char *iface, *netns;	/* see struct capture_place */
	uint32_t ifindex;		/* 0: any */
	int hardware;			/* its ARPHRD_, if it is one */
	uint8_t cooked, promisc;
	uint8_t offload;		/* a header of offload.h stands before
					 * each frame */
	uint32_t stamp;			/* status of a frame with the time
					 * stamp that was asked for */
	uint8_t told_stamp;		/* that there are others */

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

	enum afpacket_absence absent;
	int netlink;			/* see linkwatch.h */
	void (*tell)(void *, const struct errbuf *);
	void *arg;

	struct capture_stats sum;
	struct losses *losses;		/* of the options */
	uint8_t *stood;			/* by block: the kernel stood still
					 * before it, see ringstats.c */
	uint32_t nstood;		/* how many */
	uint8_t unplaced;		/* drops are known, but not yet when */
	uint8_t ending;			/* only frames received before */
	int64_t asked;			/* when the kernel's counters were
					 * asked for last */
	int64_t last;			/* time of the last frame of the blocks
					 * so far; 0: none */
	int stats;			/* see linkstats.h */
	uint64_t missed;		/* if_dropped when it was opened or
					 * came back, */
	int missed_known;		/* if that could be told */
	uint64_t missed_before;		/* by those that have gone */
	struct afpacket_name *names;	/* AFPACKET_NAMES; stay in place */
	uint32_t name_count;
	uint16_t hint[AFPACKET_HINTS];	/* into names, by the low bits of
					 * ifindex */
};

/* Opens, filters, maps and binds the socket of a->head.name.  0, or -1. */
int ring_open(struct afpacket *, const struct capture_options *,
    struct errbuf *);
void ring_close(struct afpacket *);

/* Binds the socket, open or already bound to another, to the interface of that
 * number, in promiscuous mode where that is wanted; takes no privilege.  0;
 * ENETDOWN when it is down, yet it is bound; or -1 and errno. */
int ring_join(struct afpacket *, uint32_t ifindex);

/* The socket says that its interface is down, or has said so: looks for it by
 * its name, and is bound to it when it is another by now.  Tells what it finds.
 * -1 and errbuf when there is nothing to wait for. */
int comeback_look(struct afpacket *, struct errbuf *);
/* The kernel's counters are added to a->sum; 0, or -1. */
int ringstats_ask(struct afpacket *);
/* capture_stats(). */
int ringstats_get(struct afpacket *, struct capture_stats *);
/* Frames that were received and not lent yet, when asked last. */
uint64_t ringstats_unread(const struct afpacket *);
/* The block is ours, with a->next and a->left set, or the kernel's again. */
void ringstats_taken(struct afpacket *, uint32_t status);
void ringstats_returned(struct afpacket *, uint32_t block);
/* There is no block to be had; 1 when no more is to be expected. */
int ringstats_empty(struct afpacket *);
/* The end: nothing is of interest but what is received by now. */
void ringstats_end(struct afpacket *);

#endif
