/* pcapng.c: blocks of a pcapng capture file, draft-ietf-opsawg-pcapng. */
#include <stdlib.h>

#include "capture/file/savefile.h"
#include "capture/live/sll2.h"

enum {
	PCAPNG_SHB	= 0x0a0d0d0a,	/* section header */
	PCAPNG_IDB	= 1,		/* interface description */
	PCAPNG_PB	= 2,		/* packet, obsolete */
	PCAPNG_SPB	= 3,		/* simple packet */
	PCAPNG_ISB	= 5,		/* interface statistics */
	PCAPNG_EPB	= 6,		/* enhanced packet */
	PCAPNG_ORDER	= 0x1a2b3c4d,

	/* Fixed parts, the leading type and length included. */
	PCAPNG_FRAME	= 12,		/* type, length, ..., length */
	PCAPNG_SHB_HEAD	= 24,
	PCAPNG_IDB_HEAD	= 16,
	PCAPNG_EPB_HEAD	= 28,
	PCAPNG_SPB_HEAD	= 12,
	PCAPNG_ISB_HEAD	= 20,
	PCAPNG_ISB_MAX	= 65536,	/* a longer one is passed over */

	PCAPNG_TRAILER	= 4,

	PCAPNG_IF_NAME		= 2,
	PCAPNG_IF_DESCRIPTION	= 3,
	PCAPNG_IF_TSRESOL	= 9,
	PCAPNG_IF_TSOFFSET	= 14,
	PCAPNG_EPB_FLAGS	= 2,
	PCAPNG_INBOUND		= 1,	/* the flags' lowest two bits */
	PCAPNG_OUTBOUND		= 2,
	PCAPNG_NO_CSUM		= 1 << 9, /* checksum not ready, */
	PCAPNG_CSUM_GOOD	= 1 << 10, /* or valid */
	PCAPNG_TCP_SUPER	= 1 << 11, /* segmentation offloaded */
	IP_TCP			= 6,
	PCAPNG_EPB_DROPCOUNT	= 4,
	PCAPNG_PB_UNKNOWN	= 0xffff, /* a count of drops */
	PCAPNG_ISB_STARTTIME	= 2,
	PCAPNG_ISB_ENDTIME	= 3,
	PCAPNG_ISB_IFDROP	= 5,
	PCAPNG_ISB_OSDROP	= 7,

	PCAPNG_MICROSECONDS	= 6,	/* if_tsresol when absent */
};

struct option {
	const uint8_t *value;
	uint16_t code, length;
};

static size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The option at *p, which moves behind it.  0 at the end of the options. */
static int
option_next(const uint8_t **p, const uint8_t *end, int swapped,
    struct option *o)
{
	size_t left = (size_t)(end - *p);

	if (left < 4)
		return 0;
	o->code = load16(*p, swapped);
	o->length = load16(*p + 2, swapped);
	o->value = *p + 4;
	if (o->code == 0 || o->length > left - 4)
		return 0;
	left -= 4;
	*p = o->value + (padded(o->length) < left ? padded(o->length) : left);
	return 1;
}

/* To be freed; NULL without memory, as if there were none. */
static char *
option_text(const struct option *o)
{
	return strndup((const char *)o->value,
	    o->length < SAVEFILE_NAME ? o->length : SAVEFILE_NAME);
}

/* A new section: byte order, and interfaces counted from zero again. */
static int
pcapng_section(struct savefile *s, const uint8_t *p, struct errbuf *e)
{
	uint32_t total, order = load32(p + 8, 0);

	if (order != PCAPNG_ORDER &&
	    __builtin_bswap32(order) != PCAPNG_ORDER)
		return savefile_damaged(s, e,
		    "a section without byte-order magic");
	s->swapped = order != PCAPNG_ORDER;
	total = load32(p + 4, s->swapped);
	if (load16(p + 12, s->swapped) != 1)
		return err_set(e, "%s: pcapng of version %u.%u is not known",
		    s->head.name, load16(p + 12, s->swapped),
		    load16(p + 14, s->swapped));
	if (total < PCAPNG_SHB_HEAD + PCAPNG_TRAILER || total % 4 != 0)
		return savefile_damaged(s, e, "a section header of %u bytes",
		    total);
	s->section = s->interface_count;
	/* Its options say nothing about frames, and the length of the
	 * section is not to be trusted: a killed writer never filled it in. */
	s->reader.pos += 16;
	s->skip = total - 16 - PCAPNG_TRAILER;
	s->trailer = total;
	return 0;
}

static int
pcapng_interface(struct savefile *s, const uint8_t *p, uint32_t total,
    struct errbuf *e)
{
	const uint8_t *end = p + total - PCAPNG_TRAILER;
	const uint8_t *at = p + PCAPNG_IDB_HEAD;
	struct savefile_interface *i;
	uint8_t tsresol = PCAPNG_MICROSECONDS;
	int64_t offset = 0;
	struct option o;

	if (total < PCAPNG_IDB_HEAD + PCAPNG_TRAILER)
		return savefile_damaged(s, e, "an interface block of %u bytes",
		    total);
	if (s->interface_count == SAVEFILE_INTERFACES)
		return savefile_damaged(s, e, "more than %d interfaces",
		    SAVEFILE_INTERFACES);
	i = savefile_interface_add(s);
	if (i == NULL)
		return err_set(e, "%s: no memory", s->head.name);
	i->head.linktype = savefile_linktype(load16(p + 8, s->swapped));
	i->head.snaplen = load32(p + 12, s->swapped);
	while (option_next(&at, end, s->swapped, &o)) {
		if (o.code == PCAPNG_IF_NAME && i->name == NULL)
			i->name = option_text(&o);
		else if (o.code == PCAPNG_IF_DESCRIPTION &&
		    i->description == NULL)
			i->description = option_text(&o);
		else if (o.code == PCAPNG_IF_TSRESOL && o.length >= 1)
			tsresol = o.value[0];
		else if (o.code == PCAPNG_IF_TSOFFSET && o.length >= 8)
			offset = (int64_t)load64(o.value, s->swapped);
	}
	i->head.name = i->name;
	i->head.description = i->description;
	s->head.several |= s->interface_count > 1 ||
	    i->head.linktype == LINKTYPE_SLL2;
	savefile_clock_set(&i->clock, tsresol, offset);
	return 0;
}

/* A time, in the units of the interface. */
static inline int64_t
pcapng_time(const struct savefile *s, const struct savefile_interface *i,
    const uint8_t *p)
{
	uint64_t units = (uint64_t)load32(p, s->swapped) << 32 |
	    load32(p + 4, s->swapped);

	return units < i->clock.fast_end ?
	    (int64_t)(units * i->clock.multiply) :
	    savefile_clock_slow(&i->clock, units);
}

/* So many packets of the interface were lost before the one of that time. */
static void
pcapng_lost(struct savefile *s, struct savefile_interface *i, uint64_t n,
    int64_t ts)
{
	if (n > 0)
		savefile_lost(s, i, n, i->last == INT64_MIN ? ts : i->last,
		    ts);
}

/* What the options of a packet say of its way, and was lost before it. */
static void
pcapng_options(struct savefile *s, struct savefile_interface *i,
    const uint8_t *p, const uint8_t *end, struct frame *f)
{
	uint32_t flags = 0, way;
	struct option o;

	while (option_next(&p, end, s->swapped, &o))
		if (o.code == PCAPNG_EPB_FLAGS && o.length >= 4)
			flags = load32(o.value, s->swapped);
		else if (o.code == PCAPNG_EPB_DROPCOUNT && o.length >= 8)
			pcapng_lost(s, i, load64(o.value, s->swapped), f->ts);
	way = flags & 3;
	f->flags = (way == PCAPNG_OUTBOUND ? FRAME_OUTGOING :
	    way == PCAPNG_INBOUND ? FRAME_INCOMING : 0) |
	    (flags & PCAPNG_NO_CSUM ? FRAME_NO_CSUM : 0) |
	    (flags & PCAPNG_CSUM_GOOD ? FRAME_CSUM_GOOD : 0) |
	    (flags & PCAPNG_TCP_SUPER ? FRAME_SUPER : 0);
	f->super_protocol = IP_TCP;
	f->super_size = 0;		/* it is not told */
}

/*
 * What the interface has lost since the capture began, or was told to: of all
 * that the packets have not told, only the time from the last such block to
 * this one is known.
 */
static void
pcapng_statistics(struct savefile *s, const uint8_t *p, uint32_t total)
{
	const uint8_t *end = p + total - PCAPNG_TRAILER;
	const uint8_t *at = p + PCAPNG_ISB_HEAD;
	uint32_t number = load32(p + 8, s->swapped);
	struct savefile_interface *i;
	uint64_t dropped = 0;
	int64_t from, to;
	struct option o;

	if (number >= s->interface_count - s->section)
		return;
	i = s->interfaces[s->section + number];
	from = i->reported;
	to = pcapng_time(s, i, p + 12);
	while (option_next(&at, end, s->swapped, &o)) {
		if (o.length < 8)
			continue;
		if (o.code == PCAPNG_ISB_STARTTIME && from == INT64_MIN)
			from = pcapng_time(s, i, o.value);
		else if (o.code == PCAPNG_ISB_ENDTIME)
			to = pcapng_time(s, i, o.value);
		else if (o.code == PCAPNG_ISB_IFDROP ||
		    o.code == PCAPNG_ISB_OSDROP)
			dropped += load64(o.value, s->swapped);
	}
	if (dropped > i->dropped)
		savefile_lost(s, i, dropped - i->dropped, from, to);
	i->reported = to;
}

/* An enhanced packet; or an obsolete one, whose interface number has only 16
 * bits and shares its word with a count of drops. */
static inline int
pcapng_packet(struct savefile *s, const uint8_t *p, uint32_t type,
    uint32_t total, struct frame *f, struct errbuf *e)
{
	const uint8_t *options, *end = p + total - PCAPNG_TRAILER;
	struct savefile_interface *i;
	uint32_t number, drops;

	if (total < PCAPNG_EPB_HEAD + PCAPNG_TRAILER)
		return savefile_damaged(s, e, "a block of %u bytes", total);
	number = type == PCAPNG_EPB ? load32(p + 8, s->swapped) :
	    load16(p + 8, s->swapped);
	if (number >= s->interface_count - s->section)
		return savefile_damaged(s, e,
		    "it names interface %u of %u", number,
		    s->interface_count - s->section);
	i = s->interfaces[s->section + number];
	f->caplen = load32(p + 20, s->swapped);
	f->len = load32(p + 24, s->swapped);
	f->data = p + PCAPNG_EPB_HEAD;
	if (f->caplen > total - PCAPNG_EPB_HEAD - PCAPNG_TRAILER ||
	    f->caplen > SAVEFILE_FRAME_MAX)
		return savefile_damaged(s, e,
		    "it claims %u captured bytes in a block of %u", f->caplen,
		    total);
	if (f->len < f->caplen)
		f->len = f->caplen;
	f->ts = pcapng_time(s, i, p + 12);
	f->ifindex = s->section + number;
	f->linktype = (uint16_t)i->head.linktype;
	f->flags = 0;
	options = f->data + padded(f->caplen);
	if (options < end)
		pcapng_options(s, i, options, end, f);
	if (type == PCAPNG_PB) {
		drops = load16(p + 10, s->swapped);
		pcapng_lost(s, i, drops == PCAPNG_PB_UNKNOWN ? 0 : drops,
		    f->ts);
	}
	i->last = f->ts;
	return 0;
}

/* A simple packet: of the section's first interface, without a time. */
static int
pcapng_simple(struct savefile *s, const uint8_t *p, uint32_t total,
    struct frame *f, struct errbuf *e)
{
	const struct savefile_interface *i;

	if (total < PCAPNG_SPB_HEAD + PCAPNG_TRAILER)
		return savefile_damaged(s, e, "a block of %u bytes", total);
	if (s->interface_count == s->section)
		return savefile_damaged(s, e,
		    "a simple packet in a section without an interface");
	i = s->interfaces[s->section];
	memset(f, 0, sizeof(*f));
	f->data = p + PCAPNG_SPB_HEAD;
	f->len = load32(p + 8, s->swapped);
	f->caplen = f->len;
	if (i->head.snaplen != 0 && f->caplen > i->head.snaplen)
		f->caplen = i->head.snaplen;
	if (f->caplen > total - PCAPNG_SPB_HEAD - PCAPNG_TRAILER)
		f->caplen = total - PCAPNG_SPB_HEAD - PCAPNG_TRAILER;
	f->linktype = (uint16_t)i->head.linktype;
	f->ifindex = s->section;
	return 0;
}

/* Passes over the rest of a block of no interest; 1 when it is done. */
static int
pcapng_skip(struct savefile *s, struct errbuf *e)
{
	size_t left = reader_left(&s->reader);
	size_t n = s->skip < left ? (size_t)s->skip : left;

	s->reader.pos += n;
	s->skip -= n;
	s->inside = "block";
	s->want = s->skip < READER_BLOCK ? s->skip + PCAPNG_TRAILER :
	    READER_BLOCK;
	if (s->skip > 0 || left - n < PCAPNG_TRAILER)
		return 0;
	if (load32(reader_at(&s->reader), s->swapped) != s->trailer)
		return savefile_damaged(s, e,
		    "a block of %u bytes does not end with its length",
		    s->trailer);
	s->reader.pos += PCAPNG_TRAILER;
	s->trailer = 0;
	return 1;
}

/* Whether the block at p is one that can be read; it is in the window up to
 * its type and length. */
static int
pcapng_block_check(struct savefile *s, uint32_t type, uint32_t total,
    struct errbuf *e)
{
	if (total < PCAPNG_FRAME || total % 4 != 0)
		return savefile_damaged(s, e,
		    "a block of type 0x%08x and %u bytes", type, total);
	if (total > SAVEFILE_BLOCK_MAX)
		return savefile_damaged(s, e,
		    "a block of type 0x%08x claims %u bytes", type, total);
	return 0;
}

static int
pcapng_is_packet(uint32_t type)
{
	return type == PCAPNG_EPB || type == PCAPNG_PB || type == PCAPNG_SPB;
}

/* Must it stand in the window as a whole? */
static int
pcapng_is_read(uint32_t type, uint32_t total)
{
	return pcapng_is_packet(type) || type == PCAPNG_IDB ||
	    (type == PCAPNG_ISB && total <= PCAPNG_ISB_MAX &&
	    total >= PCAPNG_ISB_HEAD + PCAPNG_TRAILER);
}

/*
 * One block.  1: a frame; 0: more bytes are needed; -1: damage; 2: a block
 * that is no packet, behind us now.
 */
static inline int
pcapng_block(struct savefile *s, struct frame *f, struct errbuf *e)
{
	const uint8_t *p = reader_at(&s->reader);
	size_t left = reader_left(&s->reader);
	uint32_t type, total;
	int r;

	s->want = 16;
	s->inside = "block";
	if (left < PCAPNG_FRAME)
		return 0;
	type = load32(p, s->swapped);
	if (type == PCAPNG_SHB) {
		if (left < 16)
			return 0;
		return pcapng_section(s, p, e) == -1 ? -1 : 2;
	}
	total = load32(p + 4, s->swapped);
	s->want = total;
	if (!pcapng_is_read(type, total)) {
		if (total < PCAPNG_FRAME || total % 4 != 0)
			return pcapng_block_check(s, type, total, e);
		s->reader.pos += 8;
		s->skip = total - PCAPNG_FRAME;
		s->trailer = total;
		return 2;
	}
	if (left < total || total < PCAPNG_FRAME || total % 4 != 0) {
		s->inside = pcapng_is_packet(type) ? "packet" : "block";
		return pcapng_block_check(s, type, total, e);
	}
	if (load32(p + total - PCAPNG_TRAILER, s->swapped) != total)
		return savefile_damaged(s, e,
		    "a block of %u bytes does not end with its length", total);
	r = 2;
	if (type == PCAPNG_ISB)
		pcapng_statistics(s, p, total);
	else if (type == PCAPNG_IDB)
		r = pcapng_interface(s, p, total, e) == -1 ? -1 : 2;
	else if (type == PCAPNG_SPB)
		r = pcapng_simple(s, p, total, f, e) == -1 ? -1 : 1;
	else
		r = pcapng_packet(s, p, type, total, f, e) == -1 ? -1 : 1;
	if (r != -1)
		s->reader.pos += total;
	return r;
}

static int
pcapng_walk(struct savefile *s, struct frame *f, int n, struct errbuf *e)
{
	int r, k = 0;

	while (k < n) {
		if (s->trailer != 0) {
			r = pcapng_skip(s, e);
			if (r == 1)
				continue;
		} else {
			r = pcapng_block(s, f + k, e);
			if (r == 2)
				continue;
		}
		if (r == 0 || (r == -1 && k > 0))
			break;
		if (r == -1)
			return -1;
		s->packets++;
		k++;
	}
	return k;
}

/*
 * Stands the reader at the first packet, as far as the window goes, so that
 * the link type is known.  What is wrong there is found again by the walk.
 */
static void
pcapng_look_ahead(struct savefile *s)
{
	const uint8_t *p;
	struct errbuf ignored;
	struct frame none;
	int r = 2;

	while (r > 0) {
		p = reader_at(&s->reader);
		if (s->trailer != 0)
			r = pcapng_skip(s, &ignored);
		else if (reader_left(&s->reader) >= 4 &&
		    !pcapng_is_packet(load32(p, s->swapped)))
			r = pcapng_block(s, &none, &ignored);
		else
			r = 0;
	}
	if (s->interface_count == 0)
		return;
	s->head.linktype = s->interfaces[0]->head.linktype;
	s->head.snaplen = s->interfaces[0]->head.snaplen;
}

int
pcapng_start(struct savefile *s, struct errbuf *e)
{
	s->want = PCAPNG_SHB_HEAD + PCAPNG_TRAILER;
	if (reader_left(&s->reader) < s->want)
		return 1;
	if (pcapng_section(s, reader_at(&s->reader), e) == -1)
		return -1;
	s->walk = pcapng_walk;
	pcapng_look_ahead(s);
	return 0;
}
