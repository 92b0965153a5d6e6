/*
 * defrag.h: IP reassembly, RFC 791 section 3.2 and RFC 8200 section 4.5.
 *
 * Bounded: at most DEFRAG_DATAGRAMS incomplete datagrams and DEFRAG_MEMORY
 * bytes, none kept longer than DEFRAG_TIMEOUT of packet time; the oldest goes
 * first.  Where fragments overlap, the bytes that came first stand.
 */
#ifndef SRC_DISSECT_DEFRAG_H
#define SRC_DISSECT_DEFRAG_H

#include <stdint.h>

#include <sessdump/cursor.h>
#include <sessdump/packet.h>

enum {
	DEFRAG_DATAGRAMS = 1024,
	DEFRAG_MEMORY	= 16 << 20,	/* bytes of payload, complete or not */
};
#define DEFRAG_TIMEOUT	(30 * INT64_C(1000000000))	/* ns, as in Linux */

struct defrag;

struct defrag_stats {
	uint64_t reassembled;	/* datagrams completed */
	uint64_t lost;		/* given up: too old, or pushed out */
	uint64_t overlaps;	/* fragments that said a byte again */
	uint64_t refused;	/* fragments that cannot be: past the end of
				 * the datagram, or cut inside a block */
};

/* NULL when memory is short. */
struct defrag *defrag_new(void);
void defrag_free(struct defrag *);

/*
 * Takes the fragment that the cursor stands before.  1 when it completes its
 * datagram: packet and cursor then go on in the whole of it, in memory that
 * stays valid until defrag_release().  0 when more is to come: the packet is
 * marked PACKET_HELD.
 */
int defrag_add(struct defrag *, struct packet *, struct cursor *);

/* The capture is over: what is incomplete is lost. */
void defrag_finish(struct defrag *);

/* Frees what completed datagrams stand in: call it before the next batch. */
void defrag_release(struct defrag *);

const struct defrag_stats *defrag_stats(const struct defrag *);

#endif
