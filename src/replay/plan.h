/*
 * plan.h: what is to be sent, before any of it is.
 *
 * A first run through the files says of each frame whether it goes out and,
 * where there are two interfaces, through which.
 */
#ifndef SRC_REPLAY_PLAN_H
#define SRC_REPLAY_PLAN_H

#include "replay/census.h"
#include "replay/sender.h"
#include "replay/sides.h"

/* What becomes of a frame that was selected. */
enum plan_verdict {
	PLAN_SEND,
	PLAN_CUT,		/* the snapshot length has cut it */
	PLAN_LONG,		/* longer than the interface's MTU allows */
	PLAN_SHORT,		/* shorter than a header */
	PLAN_LINK,		/* of another link type: nothing is sent */
	PLAN_VERDICTS
};

struct plan {
	struct sender *to[2];		/* borrowed */
	unsigned int nto;
	const struct link_header *header;
	unsigned int threads;		/* that share the frames; 0 is one */

	uint64_t frames[PLAN_VERDICTS];
	uint64_t bytes;			/* of those to be sent */
	uint32_t link;			/* the first of another type: which */
	int64_t first, latest;		/* packet time, of those to be sent */
	struct plan_side {
		uint64_t frames, bytes;
	} side[2];			/* after plan_settle() */
	struct census census;
	struct sides sides;		/* where nto is 2 */

	/* Of each frame that was read, a bit: is it to be sent? */
	uint8_t *bits;
	uint64_t room;			/* in bytes */
	/* Of each to be sent: its length, where nto is 2; and whose it is,
	 * where there are threads. */
	uint32_t *length;
	uint8_t *owner;
	uint64_t notes;			/* room there */
};

/* Zeroed but for the first lines.  The number counts all frames that are read,
 * from 1; the frame is that one, or what it was rewritten into: then it may be
 * several, one after the other.  1: it is to be sent; 0; or -1 and errbuf. */
int plan_take(struct plan *, uint64_t number, const struct frame *,
    const struct packet *, const struct session *, struct errbuf *);

/* Of a frame that was rewritten, which plan_has(): is it to be sent? */
int plan_fits(const struct plan *, const struct frame *);
/* It ends; where nto is 2. */
void plan_ended(struct plan *, const struct session *);

/* All was read.  -1 and errbuf when frames do not belong on the interface:
 * nothing may be sent. */
int plan_settle(struct plan *, struct errbuf *);
void plan_fini(struct plan *);

/* Is the frame of that number, from 1, to be sent, or any part of it? */
static inline int
plan_has(const struct plan *p, uint64_t number)
{
	return number / 8 < p->room &&
	    (p->bits[number / 8] >> number % 8 & 1) != 0;
}

/* Through which interface the n-th of those to be sent goes, from 0. */
static inline unsigned int
plan_side(const struct plan *p, uint64_t n)
{
	return p->nto > 1 ? sides_get(&p->sides, n) : 0;
}

/* The name of a link type, or its number, for which there is room. */
const char *plan_linktype(uint32_t, char *number, size_t size);

/* Which thread has to send it: of a session they are all the same one's. */
static inline unsigned int
plan_owner(const struct plan *p, uint64_t n)
{
	return p->threads > 1 ? p->owner[n] : 0;
}

/* Frames that were selected and are not to be sent. */
uint64_t plan_refused(const struct plan *);

/* All of it; then what is not to be sent, a line for each reason. */
void plan_print(FILE *, const struct plan *);
void plan_print_refused(FILE *, const struct plan *);

/* What was sent of it on each interface in that time, ns, or had to be: so
 * many times; 0: no end. */
void plan_print_sent(FILE *, const struct plan *, const struct sender_counts *,
    uint64_t times, int64_t took);

#endif
