/*
 * rewrite.h: frames with other addresses, ports, tags and sizes, their
 * checksums mended.
 *
 * What a frame is, dissection says, once more and of a copy: so it makes no
 * difference what became of its datagram in reassembly, or who has its session.
 * Changed are all headers that were understood, also within tunnels, in what
 * ICMP errors quote, and in first fragments.  Bytes that no rule names stay.
 *
 * Checksums are mended by what has changed (RFC 1624), whatever of the datagram
 * was captured: what was wrong before is wrong by as much, and UDP's 0, "none",
 * stays 0.  One that the sender had left to its hardware is filled in where all
 * that it covers is there; else it is mended as what it is, the sum of a pseudo
 * header.
 */
#ifndef SRC_REWRITE_REWRITE_H
#define SRC_REWRITE_REWRITE_H

#include <sessdump/frame.h>

#include "core/errbuf.h"
#include "dissect/registry.h"
#include "rewrite/rules.h"

struct rewriter;

struct rewrite_stats {
	uint64_t changed;	/* frames that came out as one, another one */
	uint64_t fragmented;	/* frames that went out in pieces, */
	uint64_t pieces;	/* so many */
	uint64_t unfit;		/* frames that were left out: they do not fit */
	uint64_t untagged;	/* frames without a place for a VLAN tag */
	uint64_t lost;		/* frames, for want of memory */
	uint64_t unmended;	/* checksums that are wrong by now: SCTP's, of
				 * datagrams that are in fragments */
};

/* Does anything ask for it? */
int rewrite_wanted(const struct rules *);

/* Both must outlive it.  NULL and errbuf on failure. */
struct rewriter *rewriter_new(const struct rules *, const struct registry *,
    struct errbuf *);
void rewriter_free(struct rewriter *);

/* Where the rules leave the size to the interface: bytes behind the link
 * header. */
void rewrite_mtu(struct rewriter *, uint32_t);

/*
 * Takes a frame.  rewrite_next() then tells what becomes of it: one frame after
 * the other, each lent until the next call of either; NULL behind the last.
 */
void rewrite_frame(struct rewriter *, const struct frame *);
const struct frame *rewrite_next(struct rewriter *);

const struct rewrite_stats *rewrite_stats(const struct rewriter *);

#endif
