/*
 * sender.h: frames onto an interface, through a packet socket.
 *
 * A frame is sent as it is, from its first byte to its last: what the
 * interface takes is for the caller to see.  Those that are queued go out
 * together, in their order, with sender_flush(), and are borrowed until then.
 *
 * The socket receives nothing.  It is open before the sandbox is entered.
 */
#ifndef SRC_REPLAY_SENDER_H
#define SRC_REPLAY_SENDER_H

#include <signal.h>

#include "capture/capture.h"
#include "replay/linktype.h"

enum {
	SENDER_QUEUE	= CAPTURE_BATCH,
	SENDER_PATIENCE = 1000000000,	/* ns; see sender_counts.no_room */
};

struct sender_options {
	const volatile sig_atomic_t *stop;	/* give up what is waited for */
	uint8_t bypass;		/* not through the queue of the interface, nor
				 * past who captures on it: that is cheaper */
};

struct sender_counts {
	uint64_t frames, bytes;	/* that were sent */
	uint64_t waits;		/* times that there was no room for a frame,
				 * which then went out later */
	uint64_t no_room;	/* frames for which there was none in
				 * SENDER_PATIENCE, see ENOBUFS */
	uint64_t too_long;	/* frames that are beyond the MTU by now */
};

struct sender {
	const char *name;	/* borrowed from the place */
	uint32_t linktype;	/* LINKTYPE_ of all that it takes: Ethernet,
				 * or RAW, which is bare IP */
	uint32_t mtu;		/* bytes, without the link header */
	uint32_t least;		/* a frame has no fewer */

	/* The inside. */
	struct sender_counts counts;
	int fd;
	struct sender_options options;
	unsigned int n;
	uint8_t impatient;	/* nothing went out since patience was lost */
	uint8_t header[SENDER_QUEUE][LINKTYPE_HEADER];
	struct iovec *part;	/* two a frame */
	struct mmsghdr *message;
};

/* Adds what it has sent so far, also while another thread sends. */
void sender_counted(const struct sender *, struct sender_counts *);

/* The longest frame that goes out: a tag of 802.1Q is not counted. */
uint32_t sender_longest(const struct sender *, const struct frame *);

/* NULL and errbuf, with the cure where it is known, when nothing can be sent
 * there: it is down, or its link type is none of the two.  The caller is in
 * the place's namespace, and need not stay there. */
struct sender *sender_open(const struct capture_place *,
    const struct sender_options *, struct errbuf *);
void sender_close(struct sender *);

/* There is room after a flush.  "skip" bytes of the frame are left out, and a
 * header of LINKTYPE_HEADER bytes goes before it, or none where it is NULL; it
 * is copied. */
void sender_queue(struct sender *, const struct frame *, uint32_t skip,
    const uint8_t *header);

static inline int
sender_is_full(const struct sender *s)
{
	return s->n == SENDER_QUEUE;
}

/* -1 and errbuf when the interface is down, gone, or takes no more for
 * another reason; what it did not take is not counted as sent.  Told to stop,
 * it leaves out what would have to wait. */
int sender_flush(struct sender *, struct errbuf *);

#endif
