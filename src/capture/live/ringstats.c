/* ringstats.c: what became of the frames of a ring, and when some were lost. */
#ifdef HAVE_AFPACKET
#include <sys/socket.h>

#include <linux/if_packet.h>

#include "capture/live/afpacket.h"
#include "capture/live/linkstats.h"
#include "core/losses.h"
#include "core/now.h"

enum {
	RINGSTATS_ASK_NS = 100000000,	/* of an empty ring, so often */
	/* After the end, for what still is in an open block: the retire time,
	 * and some more. */
	RINGSTATS_END_NS = 500000000,
};

/*
 * A ring loses frames between two of its blocks, and only there: while the
 * next one in turn is not the kernel's yet, there is no room.  So when a block
 * goes back to the kernel and the one before it has been filled again, the
 * kernel stood still there, and the first frame of the block's next filling is
 * the first one after the loss.
 *
 * Whether frames came meanwhile, the kernel says with TP_STATUS_LOSING: there
 * were drops when the block was closed that nobody has asked for.  To ask takes
 * the drops away from blocks still to be closed: "unplaced" remembers that.
 */

static struct tpacket_hdr_v1 *
header(const struct afpacket *a, uint32_t block)
{
	return &((struct tpacket_block_desc *)(a->ring + (size_t)block *
	    a->block_size))->hdr.bh1;
}

int
ringstats_ask(struct afpacket *a)
{
	struct capture_stats *sum = &a->sum;
	struct tpacket_stats_v3 now;
	socklen_t size = sizeof(now);

	if (a->ending)
		return 0;
	/* The kernel starts again from zero at every look. */
	if (getsockopt(a->head.fd, SOL_PACKET, PACKET_STATISTICS, &now,
	    &size) == -1)
		return -1;
	sum->received += now.tp_packets;	/* the drops included */
	sum->dropped += now.tp_drops;
	sum->frozen += now.tp_freeze_q_cnt;
	sum->has_received = 1;
	if (now.tp_drops > 0)
		a->unplaced = 1;
	return 0;
}

static void
lost(struct afpacket *a, int64_t to)
{
	if (a->losses != NULL)
		losses_add(a->losses, a->last != 0 ? a->last : to, to);
}

void
ringstats_taken(struct afpacket *a, uint32_t status)
{
	const struct tpacket_hdr_v1 *h = header(a, a->block);
	const struct tpacket3_hdr *first = a->next;
	int stood = a->stood[a->block];

	a->stood[a->block] = 0;
	a->nstood -= (unsigned int)stood;
	if (a->ending)
		a->asked = now_realtime();
	if (status & TP_STATUS_LOSING)
		ringstats_ask(a);
	if (a->left == 0)
		return;
	if (stood && (status & TP_STATUS_LOSING || a->unplaced)) {
		lost(a, (int64_t)first->tp_sec * 1000000000 + first->tp_nsec);
		if (!(status & TP_STATUS_LOSING))
			a->unplaced = 0;
	}
	a->last = (int64_t)h->ts_last_pkt.ts_sec * 1000000000 +
	    h->ts_last_pkt.ts_nsec;
}

void
ringstats_returned(struct afpacket *a, uint32_t block)
{
	const struct tpacket_hdr_v1 *before = header(a, block > 0 ?
	    block - 1 : a->block_count - 1);

	if (!a->stood[block] && __atomic_load_n(&before->block_status,
	    __ATOMIC_ACQUIRE) & TP_STATUS_USER) {
		a->stood[block] = 1;
		a->nstood++;
	}
}

/* The block before which it stood still is not closed, for nothing has come
 * since. */
int
ringstats_empty(struct afpacket *a)
{
	int64_t now = now_realtime(), since = now - a->asked;

	if (a->ending)
		return since > RINGSTATS_END_NS || since < 0;
	if (since < RINGSTATS_ASK_NS && since >= 0)
		return 0;
	a->asked = now;
	if (ringstats_ask(a) == -1 || !a->unplaced)
		return 0;
	if (a->nstood > 0)
		lost(a, now);
	a->unplaced = 0;
	return 0;
}

void
ringstats_end(struct afpacket *a)
{
	struct capture_stats ignored;

	ringstats_get(a, &ignored);
	a->asked = now_realtime();
	a->ending = 1;
}

uint64_t
ringstats_unread(const struct afpacket *a)
{
	const struct capture_stats *s = &a->sum;
	uint64_t gone = s->captured + s->dropped;

	return s->received > gone ? s->received - gone : 0;
}

int
ringstats_get(struct afpacket *a, struct capture_stats *st)
{
	struct capture_stats *sum = &a->sum;
	uint64_t missed;

	if (ringstats_ask(a) == -1)
		return -1;
	if (!a->ending && a->missed_known &&
	    linkstats_missed(a->stats, a->ifindex, &missed) == 0) {
		/* A driver may begin again from zero. */
		if (missed < a->missed)
			a->missed = 0;
		sum->if_dropped = a->missed_before + missed - a->missed;
		sum->has_if_dropped = 1;
	}
	*st = *sum;
	return 0;
}
#else
typedef int ringstats_is_not_built;	/* ISO C wants something in a file */
#endif
