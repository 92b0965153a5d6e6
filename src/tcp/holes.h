/*
 * holes.h: what of a stream was seen, when not all of it came in order.
 *
 * Bounded: beyond TROUBLE_BLOCKS holes the lowest one is given up.  What is
 * given up counts as seen from then on.
 */
#ifndef SRC_TCP_HOLES_H
#define SRC_TCP_HOLES_H

#include "tcp/side.h"
#include "tcp/trouble.h"

/* The stretch was seen; call it before side.next moves past it. */
void holes_fill(struct trouble_side *, const struct side *, int64_t from,
    int64_t to);

/* side.next has moved: are there still holes? */
void holes_settle(struct trouble_side *, const struct side *);

/* How many places of the stretch, which ends at side.next or before, were
 * seen? */
int64_t holes_seen(const struct trouble_side *, int64_t from, int64_t to);

/* All up to there was acknowledged: gives up the holes below, adds up their
 * places and how many they were. */
void holes_acked(struct trouble_side *, const struct side *, int64_t to,
    uint64_t *missed, uint32_t *gaps);

/* Place 0 moves back. */
void holes_shift(struct trouble_side *, int64_t places);

#endif
