/*
 * defrag.h: IP reassembly, RFC 791 section 3.2 and RFC 8200 section 4.5.
 *
 * Bounded: at most DEFRAG_DATAGRAMS incomplete datagrams and DEFRAG_MEMORY
 * bytes, none kept longer than DEFRAG_TIMEOUT of packet time; the oldest goes
 * first.  What a datagram stood in is kept for another, but for buffers of
 * more than 2 KiB: a flood of fragments allocates next to nothing.
 *
 * Overlaps are treated as Linux does since 4.20 (net/ipv4/inet_fragment.c), in
 * IPv4 as in IPv6 (RFC 5722):
 *
 * - A fragment that lies within a run of what came already is a duplicate, and
 *   is left out.  A run is a fragment and those that came after it, each in
 *   its time at the end of all there was, without a gap.
 * - Any other overlap discards the datagram, all of it.  So does a fragment
 *   without data, one behind the end, and another end.
 * - What comes of a discarded datagram later begins a new one, which mostly
 *   is never completed.
 *
 * The bytes of a duplicate are not compared, as Linux does not either.
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
	uint64_t duplicates;	/* fragments left out */
	uint64_t overlaps;	/* datagrams discarded for one */
	uint64_t refused;	/* fragments that cannot be: without data, past
				 * the end of the datagram or of all datagrams,
				 * in IPv6 cut inside a block */
	uint64_t discarded;	/* datagrams that such a one contradicted */
};

struct copies;

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

/* From now on the same packet may come from several interfaces: those that
 * were seen stand there, see copies.h.  NULL, as at first: it does not. */
void defrag_expect_copies(struct defrag *, struct copies *);
struct copies *defrag_copies(const struct defrag *);

/* The capture is over: what is incomplete is lost. */
void defrag_finish(struct defrag *);

/* Completed datagrams are no longer needed: call it before the next batch. */
void defrag_release(struct defrag *);

const struct defrag_stats *defrag_stats(const struct defrag *);

#endif
