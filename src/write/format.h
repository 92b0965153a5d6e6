/*
 * format.h: how frames are laid out in a capture file.
 *
 * Each format adds records to a stream; it knows no names of files, nor when
 * one ends and another begins.
 */
#ifndef SRC_WRITE_FORMAT_H
#define SRC_WRITE_FORMAT_H

#include <string.h>

#include <sessdump/frame.h>

#include "write/stream.h"

/* What is known of an interface; what is not is NULL or 0. */
struct dump_interface {
	const char *name, *description;
	uint32_t snaplen;
};

/* What became of its packets since the capture began. */
struct dump_counts {
	uint64_t received;	/* by the interface */
	uint64_t if_dropped;	/* by the interface, for want of room */
	uint64_t accepted;	/* by the filter */
	uint64_t os_dropped;	/* by the kernel, for want of room */
	uint64_t delivered;	/* to us */
	uint8_t has_received, has_if_dropped, has_accepted, has_os_dropped,
	    has_delivered;
};

/* Where the frames come from.  Interfaces are known by frame.ifindex. */
struct dump_source {
	const char *filter;	/* expression, or NULL */
	uint32_t linktype;	/* of a file that gets no frame */
	uint32_t ifindex;	/* likewise; UINT32_MAX: none is known */
	uint32_t snaplen;	/* frames are cut to it; 0: they are not */
	int64_t start;		/* live: when the capture began */
	const volatile sig_atomic_t *stop; /* set by a signal; or NULL */
	uint8_t live;		/* captured here and now: the file is told of
				 * this host, and of statistics */
	/* What is borrowed stays until the next call. */
	void (*interface)(void *arg, uint32_t ifindex,
	    struct dump_interface *);
	void (*counts)(void *arg, uint32_t ifindex, struct dump_counts *);
	void *arg;
};

enum { DUMP_COMMENT = 512 };	/* bytes of a comment, at most */

struct pcapng_interface;

struct dump_file {
	struct stream stream;
	const struct dump_format *format;
	struct dump_source source;
	const char *path;	/* for messages */
	/* pcap */
	uint32_t linktype;
	uint8_t started;	/* its header is in the stream */
	/* pcapng: those that have a block in the file */
	struct pcapng_interface *interface;
	uint32_t interfaces, room;
	uint16_t hint[256];	/* by the low bits of ifindex */
};

/* A file begins, in a stream that is empty; a frame, with or without a comment
 * (not all formats have a place for it), 0 or -1 and errbuf; a file ends. */
struct dump_format {
	const char *name;
	size_t (*length)(const uint8_t *p, uint64_t at); /* see stream.h */
	void (*begin)(struct dump_file *);
	int (*frame)(struct dump_file *, const struct frame *,
	    const char *comment, size_t n, struct errbuf *);
	void (*end)(struct dump_file *);
	void (*free)(struct dump_file *);
};

extern const struct dump_format format_pcap, format_pcapng;

/* Bytes that are written of a frame. */
static inline uint32_t
dump_caplen(const struct frame *f, uint32_t snaplen)
{
	return snaplen != 0 && f->caplen > snaplen ? snaplen : f->caplen;
}

/* So many of them behind a header of n bytes.  Room for all was made by
 * stream_record(); most frames find it in one piece. */
static inline void
dump_put(struct outbuf *o, const void *head, size_t n, const struct frame *f,
    uint32_t caplen)
{
	char *p = outbuf_room(o);

	if (n + caplen > OUTBUF_ROOM) {
		outbuf_add(o, head, n);
		outbuf_add(o, (const char *)f->data, caplen);
		return;
	}
	memcpy(p, head, n);
	memcpy(p + n, f->data, caplen);
	o->p = p + n + caplen;
}

#endif
