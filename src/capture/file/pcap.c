/* pcap.c: records of a classic capture file, draft-ietf-opsawg-pcap. */
#include "capture/file/savefile.h"
#include "capture/live/sll2.h"

enum {
	PCAP_MAGIC	= 0xa1b2c3d4u,	/* microseconds */
	PCAP_MAGIC_NS	= 0xa1b23c4du,	/* nanoseconds */
	PCAP_MAGIC_MOD	= 0xa1b2cd34u,	/* Kuznetzov's "modified" format */
	PCAP_HEADER	= 24,
	PCAP_RECORD	= 16,
	PCAP_RECORD_MOD	= 24,		/* + ifindex, protocol, packet type */
	PCAP_MOD_TYPE	= 22,
	PCAP_MOD_SENT	= 4,		/* PACKET_OUTGOING */
	PCAP_VERSION_AIX = 543,
};

/*
 * Before version 2.3 the lengths of a record stood the other way round; 2.3
 * was written both ways.
 */
enum pcap_exchange {
	PCAP_KEEP, PCAP_MAYBE, PCAP_EXCHANGE
};

/* Old and modified files: whatever is not a plain record. */
static void
pcap_oddities(const struct savefile *s, const uint8_t *p, struct frame *f)
{
	uint32_t swap;

	if (s->exchange == PCAP_EXCHANGE ||
	    (s->exchange == PCAP_MAYBE && f->caplen > f->len)) {
		swap = f->caplen;
		f->caplen = f->len;
		f->len = swap;
	}
	if (s->modified && p[PCAP_MOD_TYPE] == PCAP_MOD_SENT)
		f->flags |= FRAME_OUTGOING;
}

/*
 * The hot path.  Always inlined, so that the loop over a plain file in this
 * machine's byte order has neither swapping nor oddities in it.
 */
static inline __attribute__((always_inline)) int
pcap_walk(struct savefile *s, struct frame *f, int n, struct errbuf *e,
    const int swapped, const int odd)
{
	const uint8_t *p = reader_at(&s->reader);
	const uint8_t *end = s->reader.buf + s->reader.end;
	const size_t header = odd && s->modified ? PCAP_RECORD_MOD :
	    PCAP_RECORD;
	const uint32_t fraction = s->fraction;
	const uint16_t linktype = (uint16_t)s->head.linktype;
	size_t left;
	int k;

	s->want = header;
	for (k = 0; k < n; k++, f++) {
		left = (size_t)(end - p);
		if (left < header)
			break;
		f->caplen = load32(p + 8, swapped);
		f->len = load32(p + 12, swapped);
		f->ifindex = 0;
		f->linktype = linktype;
		f->flags = 0;
		if (odd)
			pcap_oddities(s, p, f);
		if (f->caplen > left - header ||
		    f->caplen > SAVEFILE_FRAME_MAX) {
			s->want = (uint64_t)header + f->caplen;
			break;
		}
		if (f->len < f->caplen)
			f->len = f->caplen;
		f->ts = (int64_t)load32(p, swapped) * 1000000000 +
		    (int64_t)load32(p + 4, swapped) * fraction;
		f->data = p + header;
		p = f->data + f->caplen;
	}
	s->reader.pos = (size_t)(p - s->reader.buf);
	s->packets += (unsigned)k;
	if (k == 0 && s->want > header + SAVEFILE_FRAME_MAX)
		return savefile_damaged(s, e, "it claims %llu captured bytes",
		    (unsigned long long)(s->want - header));
	return k;
}

static int
pcap_walk_plain(struct savefile *s, struct frame *f, int n, struct errbuf *e)
{
	return pcap_walk(s, f, n, e, 0, 0);
}

static int
pcap_walk_swapped(struct savefile *s, struct frame *f, int n, struct errbuf *e)
{
	return pcap_walk(s, f, n, e, 1, 0);
}

static int
pcap_walk_odd(struct savefile *s, struct frame *f, int n, struct errbuf *e)
{
	return pcap_walk(s, f, n, e, s->swapped, 1);
}

/* 0 when the version is one that has been written. */
static int
pcap_version(struct savefile *s, const uint8_t *p, struct errbuf *e)
{
	uint16_t major = load16(p + 4, s->swapped);
	uint16_t minor = load16(p + 6, s->swapped);

	if (major == PCAP_VERSION_AIX)
		s->exchange = PCAP_EXCHANGE;
	else if (major == 2 && minor < 3)
		s->exchange = PCAP_EXCHANGE;
	else if (major == 2 && minor == 3)
		s->exchange = PCAP_MAYBE;
	else if (major != 2)
		return err_set(e, "%s: pcap of version %u.%u is not known",
		    s->head.name, major, minor);
	return 0;
}

int
pcap_start(struct savefile *s, struct errbuf *e)
{
	const uint8_t *p = reader_at(&s->reader);
	struct savefile_interface *i;
	uint32_t magic;

	s->want = PCAP_HEADER;
	if (reader_left(&s->reader) < PCAP_HEADER)
		return 1;
	magic = load32(p, 0);
	s->swapped = magic != PCAP_MAGIC && magic != PCAP_MAGIC_NS &&
	    magic != PCAP_MAGIC_MOD;
	magic = load32(p, s->swapped);
	s->fraction = magic == PCAP_MAGIC_NS ? 1 : 1000;
	s->modified = magic == PCAP_MAGIC_MOD;
	if (pcap_version(s, p, e) == -1)
		return -1;
	if (s->modified || s->exchange != PCAP_KEEP)
		s->walk = pcap_walk_odd;
	else
		s->walk = s->swapped ? pcap_walk_swapped : pcap_walk_plain;
	i = savefile_interface_add(s);
	if (i == NULL)
		return err_set(e, "%s: no memory", s->head.name);
	i->head.snaplen = load32(p + 16, s->swapped);
	i->head.linktype = savefile_linktype(load32(p + 20, s->swapped));
	s->head.linktype = i->head.linktype;
	s->head.several = i->head.linktype == LINKTYPE_SLL2;
	s->head.snaplen = i->head.snaplen;
	s->inside = "packet";
	s->reader.pos += PCAP_HEADER;
	return 0;
}
