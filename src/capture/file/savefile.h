/*
 * savefile.h: what the readers of the capture file formats share.
 *
 * savefile.c opens the file, fills the window and applies the filter; pcap.c,
 * pcapng.c and snoop.c walk the records in the window and know nothing of
 * files.
 */
#ifndef SRC_CAPTURE_FILE_SAVEFILE_H
#define SRC_CAPTURE_FILE_SAVEFILE_H

#include <string.h>

#include "capture/capture.h"
#include "capture/file/reader.h"
#include "capture/filter.h"

enum {
	/* A frame longer than this is damage.  The kernel's largest are of
	 * 512 KiB, and USB captures hold frames of some MiB. */
	SAVEFILE_FRAME_MAX = 16 * 1024 * 1024,
	/* The same for a block that must be read as a whole. */
	SAVEFILE_BLOCK_MAX = SAVEFILE_FRAME_MAX + 1024 * 1024,
	/* Interfaces of all sections together. */
	SAVEFILE_FILLS	= 16,	/* reads without a frame before the caller is
				 * let look at its signals */
	SAVEFILE_NAME	= 255,	/* bytes kept of an interface's name, and of
				 * its description */
	SAVEFILE_INTERFACES = 4096,
};

/* How the time units of an interface become nanoseconds. */
struct savefile_clock {
	uint64_t fast_end;	/* units below it: only multiply */
	uint64_t multiply;
	int64_t offset;		/* seconds */
	uint8_t tsresol;	/* as the file says it */
};

struct savefile_interface {
	struct capture_interface head;
	struct savefile_clock clock;
	char *name, *description; /* owned; the head shows them */
	int64_t last;		/* time of its last packet; INT64_MIN: none */
	int64_t reported;	/* what was lost until then was told */
	uint64_t dropped;	/* packets, as the file has told so far */
};

struct savefile {
	struct capture head;
	struct reader reader;
	struct decompress *decompress;	/* what fills the reader, or NULL */
	/*
	 * Lends up to n frames that stand whole in the window and moves past
	 * them.  0: `want` bytes are needed from here to go on.  -1: damage,
	 * never while frames before it are still to be lent.
	 */
	int (*walk)(struct savefile *, struct frame *, int n, struct errbuf *);
	uint64_t want;
	const char *inside;	/* what is cut short, if the file ends here:
				 * "packet", "block"; see savefile_cut() */
	uint64_t packets;	/* walked over, lent or not */
	uint64_t captured;	/* lent */
	int fd;			/* of the file as it is, the reader's or the
				 * decompressor's */
	uint64_t size;		/* of that; 0: it is no regular file */
	uint64_t dropped;	/* when the file was written, as it tells */
	struct losses *losses;	/* of the options */
	const volatile sig_atomic_t *stop; /* of the options */
	uint32_t cut;		/* -s, or UINT32_MAX */
	struct filter_set *filter;
	struct errbuf failure;	/* of the filter, told after its batch */
	uint8_t failed;
	uint8_t swapped;	/* the bytes are in the other order */

	/* pcap */
	uint8_t modified;	/* Kuznetzov's longer record header */
	uint8_t exchange;	/* old versions: enum pcap_exchange */
	uint32_t fraction;	/* nanoseconds of one sub-second unit */

	/* Interfaces, of which capture_interface() lends the heads: each in
	 * its own memory, so that it stays where it is.  pcapng numbers them
	 * from zero in every section. */
	struct savefile_interface **interfaces;
	uint32_t interface_count, interface_room;
	uint32_t section;	/* the number of the section's first one */

	/* What is passed over as it comes: a block of pcapng, the padding of
	 * snoop. */
	uint64_t skip;		/* bytes of it that are still to come */
	uint32_t trailer;	/* pcapng: then its length again; 0: nothing
				 * expected */
};

/* Integers in the order of the machine that wrote the file. */
static inline uint16_t
load16(const uint8_t *p, int swapped)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t
load32(const uint8_t *p, int swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t
load64(const uint8_t *p, int swapped)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap64(v) : v;
}

/* Each reads its file header; 0, or -1 and errbuf.  1: the window holds too
 * little, `want` says how much is needed. */
int pcap_start(struct savefile *, struct errbuf *);
int pcapng_start(struct savefile *, struct errbuf *);
int snoop_start(struct savefile *, struct errbuf *);

/* Appends an interface.  NULL when there is no memory. */
struct savefile_interface *savefile_interface_add(struct savefile *);

/* The file tells that n more packets of the interface were lost between the
 * times. */
void savefile_lost(struct savefile *, struct savefile_interface *, uint64_t n,
    int64_t from, int64_t to);

/* Units since the epoch in nanoseconds, clamped to what int64_t holds. */
int64_t savefile_clock_slow(const struct savefile_clock *, uint64_t units);
void savefile_clock_set(struct savefile_clock *, uint8_t tsresol,
    int64_t offset);

/* Link types that files hold under more than one number. */
uint32_t savefile_linktype(uint32_t field);

/* -1, with "FILE: damaged in packet N (at byte X): why". */
int savefile_damaged(struct savefile *, struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
