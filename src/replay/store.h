/*
 * store.h: frames in memory, as long as they are few.
 */
#ifndef SRC_REPLAY_STORE_H
#define SRC_REPLAY_STORE_H

#include <sessdump/frame.h>

#define STORE_MAX	(UINT64_C(256) << 20)	/* bytes, all in all */

struct store {
	struct frame *frame;	/* whose bytes stand here, too */
	uint64_t n;
	uint64_t bytes;		/* of the frames */

	/* The inside. */
	struct store_chunk *chunk;	/* the latest */
	uint64_t room, used;	/* of frame[]; bytes of memory */
};

/* Zeroed at first.  A copy of the frame; -1 when it does not fit any more, by
 * STORE_MAX or by what memory there is. */
int store_add(struct store *, const struct frame *);
void store_fini(struct store *);

#endif
