/*
 * programs.h: what the kernel runs when the state of a socket changes
 * (tracepoint sock:inet_sock_set_state).
 *
 *	begin	runs when a socket begins to connect, in the process that does
 *		it, and notes which one that is; then the socket may have no
 *		port yet
 *	end	runs when the attempt is over, well or not, wherever that comes
 *		to pass, and tells of both
 *	listen	runs when a socket begins to listen, in the process that does
 *		it, and tells of both
 */
#ifndef SRC_PROCESS_PROGRAMS_H
#define SRC_PROCESS_PROGRAMS_H

#include <linux/bpf.h>

#include "process/layout.h"
#include "process/opener.h"

/* What is told, through the ring. */
struct told {
	struct opener by;
	uint8_t local6[16], remote6[16];
	uint8_t local4[4], remote4[4];
	uint32_t uid, netns;
	uint16_t family, protocol;
	uint16_t local_port, remote_port;	/* as on the wire */
	uint32_t listens, zero;
};

/* What they work with: maps, by their descriptors. */
struct programs_maps {
	int openers;		/* by the socket's address: struct opener */
	int netns;		/* by the inode: those that are ours */
	int ring;
	int lost;	/* one uint64_t: what the ring had no room for */
};

enum {
	PROGRAMS_MOST	= 192,		/* instructions */
	PROGRAMS_RING	= 1 << 20,	/* bytes of the ring */
	/* Who reads is woken when there is so much, or by one who listens:
	 * else he looks when he is asked something. */
	PROGRAMS_WAKE	= PROGRAMS_RING / 4,
};

/* How many instructions each has. */
unsigned int programs_begin(struct bpf_insn *, const struct layout *,
    const struct programs_maps *);
unsigned int programs_end(struct bpf_insn *, const struct layout *,
    const struct programs_maps *);
unsigned int programs_listen(struct bpf_insn *, const struct layout *,
    const struct programs_maps *);

#endif
