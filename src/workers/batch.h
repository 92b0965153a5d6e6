/*
 * batch.h: packets that are dealt at once, and what workers say of them.
 *
 * Only the files of workers.h use this.
 */
#ifndef SRC_WORKERS_BATCH_H
#define SRC_WORKERS_BATCH_H

#include <stdalign.h>

#include "output/outbuf.h"
#include "session/session.h"

enum {
	BATCH_PACKETS	= 1024,
	BATCH_BYTES	= 1 << 20,	/* of frames that are kept, about */
	OWNER_NONE	= 255,		/* nobody looks at the packet */
	OWNER_ERROR	= 254,		/* see struct batch_error */
};

/* What is to be done. */
enum batch_kind {
	BATCH_DEALT,		/* the packets */
	BATCH_LIST,		/* list the sessions to be visited */
	BATCH_VISIT,		/* visit those whose id is not above "until" */
};

/* Text that belongs together; keys say in which order the pieces of all
 * workers are put together. */
struct piece {
	uint64_t key;
	size_t end;		/* in the part's buffer */
	uint8_t is_session;	/* the header goes before */
};

/* What one worker says of one batch. */
struct part {
	alignas(64) struct outbuf out;
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
	uint8_t owner[3];
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
	enum batch_kind kind;
	enum session_visit why;	/* of BATCH_LIST and BATCH_VISIT */
	int64_t now;		/* likewise */
	uint64_t until;
	uint64_t first;		/* number of the first packet */
	uint32_t n, nticks, nerrors;
	unsigned int left;	/* workers that are not done with it; under
				 * the lock of workers */
	struct part *part;	/* by worker */
	struct kept *kept;	/* the one with room first */
	size_t bytes;		/* kept in all of them */
	uint8_t owner[BATCH_PACKETS];
	struct batch_tick tick[BATCH_PACKETS + 1];
	struct batch_error error[BATCH_PACKETS];
	struct frame frame[BATCH_PACKETS];
	struct packet packet[BATCH_PACKETS];
};

/* NULL when memory is short. */
struct batch *batch_new(unsigned int workers);
void batch_free(struct batch *, unsigned int workers);
/* As new. */
void batch_reset(struct batch *, unsigned int workers);

/* Copies bytes; NULL when memory is short. */
const uint8_t *batch_keep(struct batch *, const uint8_t *, size_t);
/* What of the packet does not stand in its frame is copied: the datagram that
 * was put together from fragments.  Without memory, layers there have no
 * header. */
void batch_keep_datagram(struct batch *, struct packet *);

/* What has been written since the last piece is one more. */
void part_cut(struct part *, uint64_t key, int is_session);

#endif
