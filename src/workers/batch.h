/*
 * batch.h: packets that are read at once, and what workers say of them.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_BATCH_H
#define SRC_WORKERS_BATCH_H

#include "capture/capture.h"
#include "output/outbuf.h"
#include "session/session.h"
#include "workers/lot.h"

enum {
	APART		= 128,		/* bytes between what two cores write:
					 * lines are fetched in pairs */
	BATCH_PACKETS	= 1024,
	BATCH_BYTES	= 1 << 20,	/* of frames that are kept, about */
};

/* Whose a frame is, when it is no worker's number. */
enum {
	OWNER_SOUGHT	= 254,	/* it had to be dissected: its packet says */
	OWNER_NONE	= 255,	/* it is not selected */
};

/* What is to be done. */
enum batch_kind {
	BATCH_DEALT,		/* the packets */
	BATCH_LIST,		/* list the sessions to be visited */
	BATCH_VISIT,		/* visit some of those */
};

/* Text that belongs together; keys say in which order the pieces of all
 * workers are put together. */
struct piece {
	uint64_t key;
	size_t end;		/* in the part's buffer */
	uint8_t is_session;	/* the header goes before */
};

/* What one worker has to do with one batch, and says of it. */
struct part {
	alignas(APART) struct lot *lot;	/* the packets that it looks at */
	uint32_t from, to;	/* of BATCH_VISIT: list[from .. to - 1] */
	alignas(APART) struct outbuf out;
	const char *cut;	/* of out: up to there it is in pieces */
	struct piece *piece;
	uint32_t n, capacity;
};

/* It is time to end what has timed out. */
struct batch_tick {
	int64_t now;
	uint32_t place;		/* before this packet */
};

/* An ICMP error, which may be about a session in any of up to three tables:
 * they are asked in this order, the last one takes it in any case. */
struct batch_error {
	uint16_t place;
	uint8_t owner[3];	/* a worker may be there more than once */
	uint8_t n;
	uint8_t step;		/* whose turn it is; n: it is done with.
				 * Under the lock of workers. */
};

/* Bytes that stay as long as the batch does. */
struct kept {
	struct kept *next;
	size_t used, size;
	uint8_t data[];
};

struct batch {
	struct batch *next;	/* of those that are not under way */
	struct worker *owner;	/* that has filled it, or will */
	enum batch_kind kind;
	enum session_visit why;	/* of BATCH_LIST and BATCH_VISIT */
	int64_t now;		/* likewise */
	uint64_t first;		/* number of the first packet */
	uint32_t n, npackets, nticks, nerrors;
	unsigned int left;	/* workers that are not done with it, and: */
	uint8_t dealt;		/* both under the lock of workers */
	struct part *part;	/* by worker */
	struct kept *kept;	/* the one with room first */
	struct capture_block *blocks;	/* of the source, with frames in them */
	size_t bytes;		/* kept in all of both */
	struct batch_tick tick[BATCH_PACKETS + 1];
	struct batch_error error[BATCH_PACKETS];
	/* By place: */
	uint8_t to[BATCH_PACKETS];	/* whom; a worker, or OWNER_... */
	struct frame frame[BATCH_PACKETS];
	struct packet packet[BATCH_PACKETS];	/* in order: those of
					 * OWNER_SOUGHT, npackets of them */
};

/* There is no room for whatever a source may lend at once. */
static inline int
batch_is_full(const struct batch *b)
{
	return b->n > BATCH_PACKETS - CAPTURE_BATCH || b->bytes >= BATCH_BYTES;
}

/* NULL when memory is short. */
struct batch *batch_new(unsigned int workers);
void batch_free(struct batch *, unsigned int workers);
void batch_free_blocks(struct capture_block *);
/* As new, once its blocks are taken from it. */
void batch_reset(struct batch *, unsigned int workers);

/* Copies bytes; NULL when memory is short. */
const uint8_t *batch_keep(struct batch *, const uint8_t *, size_t);
/* What of the packet does not stand in its frame is copied: the datagram that
 * was put together from fragments.  Without memory, layers there have no
 * header. */
void batch_keep_datagram(struct batch *, struct packet *);

/* Something was. */
void part_add(struct part *, uint64_t key, int is_session);
/* What has been written since the last piece, if anything, is one more. */
static inline void
part_cut(struct part *t, uint64_t key, int is_session)
{
	if (t->out.p != t->cut)
		part_add(t, key, is_session);
}

#endif
