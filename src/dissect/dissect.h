/*
 * dissect.h: the loop that walks a frame's headers.
 */
#ifndef SRC_DISSECT_DISSECT_H
#define SRC_DISSECT_DISSECT_H

#include <sessdump/packet.h>

#include "dissect/registry.h"

struct defrag;

/*
 * Fills the packet from the frame, which must outlive it.  Fragments go into
 * defrag, which may be NULL: then only what stands in the first one is seen.
 * Never fails: what a frame gets wrong is a flag in packet->flags.
 */
void dissect(const struct registry *, struct defrag *, const struct frame *,
    struct packet *);

#endif
