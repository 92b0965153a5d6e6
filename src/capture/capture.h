/*
 * capture.h: where frames come from.
 *
 * One interface, several sources: AF_PACKET with a TPACKET_V3 ring, libpcap
 * live, our own reader of pcap and pcapng, libpcap's reader for other files.
 * A source lends batches of frames and knows nothing of packets or sessions.
 */
#ifndef SRC_CAPTURE_CAPTURE_H
#define SRC_CAPTURE_CAPTURE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include <sessdump/frame.h>

#include "core/errbuf.h"

enum {
	CAPTURE_BATCH	= 32,		/* frames lent at once, at most */
	CAPTURE_SNAPLEN	= 262144,	/* default, as tcpdump's */
	CAPTURE_RING_KIB = 65536,	/* default size of the ring: 64 MB */
	CAPTURE_PROMPT_MS = 10,
	CAPTURE_WAIT_MS = 100,		/* read() of a live source, at most */
};

/* What read() answers when it is not a number of frames. */
enum {
	CAPTURE_IDLE	= 0,	/* nothing came within the poll time, a signal
				 * did, or a stretch of a file held only what
				 * the filter refuses: look around, read on */
	CAPTURE_ERROR	= -1,	/* errbuf says what */
	CAPTURE_END	= -2,	/* the file is at its end, see also stop() */
};

struct losses;			/* core/losses.h */

enum capture_direction {
	CAPTURE_INOUT, CAPTURE_IN, CAPTURE_OUT
};

/* Which interface.  The strings are the caller's, and outlive the source. */
struct capture_place {
	const char *name;	/* as it is shown: "eth0", "blue:eth0" */
	const char *iface;	/* as its namespace has it, or "any" */
	const char *netns;	/* see live/netns.h; NULL: ours */
};

/* What a user may ask of a source; zero means the default. */
struct capture_options {
	const char *filter;	/* pcap-filter(7) expression, or NULL */
	uint32_t snaplen;	/* bytes; of a file: 0 is all there is */
	uint32_t ring_kib;	/* -B */
	int linktype;		/* -y: LINKTYPE_ value, or -1 for the default */
	int tstamp;		/* -j: see tstamp.h, or -1 for the default */
	enum capture_direction direction;
	const volatile sig_atomic_t *stop; /* set by a signal: give up what is
				 * waited for while it is opened; or NULL */
	struct losses *losses;	/* to be told when packets were lost, before
				 * what came behind is lent; or NULL */
	uint8_t no_promisc;	/* -p */
	uint8_t immediate;	/* hand frames over at once, not by the block */
	uint8_t prompt;		/* or within CAPTURE_PROMPT_MS: they are waited
				 * for, to be put in order */
	uint8_t optimize;	/* of the filter; -O turns it off */
	/* What befalls a live source that goes on; may be NULL. */
	void (*tell)(void *arg, const struct errbuf *);
	void *arg;
};

/* What became of the frames; every number since the source was opened. */
struct capture_stats {
	uint64_t captured;	/* lent by read() */
	uint64_t received;	/* passed the filter: captured, dropped, or
				 * still to be read */
	uint64_t dropped;	/* by the kernel: the ring was full; of files,
				 * when they were written, as they tell */
	uint64_t refused;	/* by what of the filter the kernel could not
				 * decide; not in received */
	uint64_t if_dropped;	/* by the interface or its driver */
	uint64_t frozen;	/* times that the ring stood still */
	uint64_t host_stamped;	/* captured without the adapter's time stamp
				 * that was asked for: it is the host's */
	uint8_t has_received;	/* received, dropped: observed, live */
	uint8_t has_if_dropped;
	uint64_t offset;	/* of files: bytes that were read, */
	uint64_t size;		/* of so many; 0: not known */
};

/* An interface that frames of a source come from (frame.ifindex). */
struct capture_interface {
	const char *name;	/* NULL when the file has none */
	const char *description; /* or NULL */
	uint32_t linktype;
	uint32_t snaplen;
};

/* Received, and still in the kernel's buffer: of a capture that gave away so
 * many.  What was refused is neither. */
static inline uint64_t
capture_unread(const struct capture_stats *s, uint64_t captured)
{
	uint64_t gone = captured + s->dropped;

	return s->has_received && s->received > gone ? s->received - gone : 0;
}

struct capture;

/* Memory that frames are read into. */
struct capture_block {
	struct capture_block *next;	/* for whoever has it, */
	void *owner;			/* likewise; NULL: nobody yet */
	size_t size;
	uint8_t data[];
};

/* One that needs frames for longer than until the next read. */
struct capture_keeper {
	/* When a read is about to take back what was lent: this takes the
	 * block over, to free() it later than in this read, and gives one of
	 * at least that size for it.  NULL when memory is short: the block
	 * stays the source's. */
	struct capture_block *(*exchange)(void *arg, struct capture_block *,
	    size_t size);
	void *arg;
};

struct capture_ops {
	const char *name;	/* "afpacket", "pcap", "savefile" */
	/* Lends up to n (<= CAPTURE_BATCH) frames, or answers CAPTURE_...; a
	 * file that is damaged gives all that stood before the damage first.
	 * Frames that the filter refuses are not lent.  Live sources wait for
	 * at most wait_ms, and return early on a signal. */
	int (*read)(struct capture *, struct frame *, int n, struct errbuf *);
	/* From now on blocks are exchanged: all frames stay for as long as
	 * their blocks do.  -1 where it cannot be; may be NULL then.  The
	 * keeper, NULL for none again, must outlive the source. */
	int (*keep)(struct capture *, const struct capture_keeper *);
	/* 0, or -1 when the source cannot say. */
	int (*stats)(struct capture *, struct capture_stats *);
	/* Live: from now on only what was received before is lent, and then
	 * read() answers CAPTURE_END; stats() tells of that time.  NULL where
	 * nobody needs it: what is to come is to come. */
	void (*stop)(struct capture *);
	/* NULL when there is none of that number; else it stays until the
	 * source is closed. */
	const struct capture_interface *(*interface)(struct capture *,
	    uint32_t ifindex);
	/* The i-th of the sources that it is made of, NULL behind the last;
	 * may be NULL where it is one. */
	struct capture *(*part)(struct capture *, unsigned int i);
	/* What of it went through the whole; -1 where it cannot say, or there
	 * is no such part. */
	int (*part_stats)(struct capture *, unsigned int i,
	    struct capture_stats *);
	void (*close)(struct capture *);
};

/* The head of every source; the source's own struct begins with it. */
struct capture {
	const struct capture_ops *ops;
	const char *name;	/* interface or file, as the user wrote it;
				 * borrowed from the caller of open */
	uint32_t linktype;	/* of the source's first interface; frames
				 * may differ; Ethernet where not yet known */
	uint32_t snaplen;
	int fd;			/* readable when frames wait, to poll several
				 * live sources; else -1 */
	int watch;		/* of a live source whose interface is away:
				 * readable when it may be back; else -1 */
	int wait_ms;		/* of a live source, see read() */
	const int64_t *now;	/* of a source that takes its time: the packet
				 * time that has come; else NULL */
	uint8_t live;
	uint8_t behind;		/* live: CAPTURE_IDLE did not mean that there
				 * are no more frames at hand */
	uint8_t several;	/* frames come from more than one interface, so
				 * far; or may, live */
	uint8_t spent;		/* the next read takes another block, so far as
				 * the source can say */
	uint8_t stream;		/* a pipe: the next read may wait for frames;
				 * of several sources, whether it is so now */
};

/* Each opens a source, or gives NULL and sets errbuf (with the cure in its
 * hint: the setcap line, the interfaces that exist).  Close what you opened.
 * The caller is in the place's namespace, and need not stay there. */
struct capture *capture_open_afpacket(const struct capture_place *,
    const struct capture_options *, struct errbuf *);
struct capture *capture_open_libpcap(const struct capture_place *,
    const struct capture_options *, struct errbuf *);
/* A capture file; "-" is standard input.  A file that is neither pcap nor
 * pcapng is handed to libpcap. */
struct capture *capture_open_savefile(const char *path,
    const struct capture_options *, struct errbuf *);
/* The same in two steps, so that nothing is parsed before the sandbox is
 * entered: its descriptor, or -1; and the source, which takes that over,
 * whatever it answers. */
int capture_open_path(const char *path, struct errbuf *);
struct capture *capture_open_file(const char *path, int fd,
    const struct capture_options *, struct errbuf *);

static inline int
capture_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	return c->ops->read(c, f, n, e);
}

static inline int
capture_keep(struct capture *c, const struct capture_keeper *k)
{
	return c->ops->keep != NULL ? c->ops->keep(c, k) : -1;
}

static inline int
capture_stats(struct capture *c, struct capture_stats *s)
{
	return c->ops->stats(c, s);
}

static inline void
capture_stop(struct capture *c)
{
	c->ops->stop(c);
}

static inline const struct capture_interface *
capture_interface(struct capture *c, uint32_t ifindex)
{
	return c->ops->interface(c, ifindex);
}

static inline struct capture *
capture_part(struct capture *c, unsigned int i)
{
	return c->ops->part != NULL ? c->ops->part(c, i) : NULL;
}

static inline int
capture_part_stats(struct capture *c, unsigned int i, struct capture_stats *s)
{
	return c->ops->part_stats != NULL ? c->ops->part_stats(c, i, s) : -1;
}

static inline void
capture_close(struct capture *c)
{
	c->ops->close(c);
}

#endif
