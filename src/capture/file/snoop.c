/* snoop.c: records of a capture of Solaris snoop, RFC 1761 and RFC 3827. */
#include "capture/file/savefile.h"

enum {
	SNOOP_VERSION	= 8,
	SNOOP_TYPE	= 12,
	SNOOP_HEADER	= 16,

	SNOOP_LEN	= 0,
	SNOOP_CAPLEN	= 4,
	SNOOP_LENGTH	= 8,	/* of the record: header, frame, padding */
	SNOOP_DROPS	= 12,	/* from the first record on; 0 may be unknown */
	SNOOP_SECONDS	= 16,
	SNOOP_MICROS	= 20,
	SNOOP_RECORD	= 24,

	/* Every number is in network byte order. */
	SNOOP_SWAPPED	= __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
};

/* The media of RFC 1761, RFC 3827 and Solaris that have a LINKTYPE_. */
static const struct {
	uint32_t type, linktype;
} snoop_types[] = {
	{ 0, 1 },		/* IEEE 802.3 */
	{ 2, 6 },		/* IEEE 802.5, token ring */
	{ 4, 1 },		/* Ethernet */
	{ 8, 10 },		/* FDDI */
	{ 16, 122 },		/* Fibre Channel: IP over it, RFC 2625 */
	{ 18, 123 },		/* ATM, with the header of SunATM */
	{ 26, 242 },		/* IP over InfiniBand */
	{ 0x80000005, 226 },	/* ipnet(4D) */
};

enum { SNOOP_TYPES = sizeof(snoop_types) / sizeof(snoop_types[0]) };

/* The padding behind a frame; 1 when it is passed. */
static int
snoop_skip(struct savefile *s)
{
	size_t left = reader_left(&s->reader);
	size_t n = s->skip < left ? (size_t)s->skip : left;

	s->reader.pos += n;
	s->skip -= n;
	s->inside = "record";
	s->want = s->skip < READER_BLOCK ? s->skip : READER_BLOCK;
	return s->skip == 0;
}

/* What was lost before the packet, by the sum that its record has.  One that
 * went down tells of nothing: records of two files, maybe. */
static void
snoop_drops(struct savefile *s, uint32_t drops, int64_t ts)
{
	struct savefile_interface *i = s->interfaces[0];

	if (drops > i->dropped)
		savefile_lost(s, i, drops - i->dropped, i->last == INT64_MIN ?
		    ts : i->last, ts);
	i->dropped = drops;
	i->last = ts;
}

/* One record, as in pcapng.c.  1: a frame; 0: more bytes are needed; -1. */
static int
snoop_record(struct savefile *s, struct frame *f, struct errbuf *e)
{
	const uint8_t *p = reader_at(&s->reader);
	size_t left = reader_left(&s->reader);
	uint32_t caplen, length;

	s->inside = "packet";
	s->want = SNOOP_RECORD;
	if (left < SNOOP_RECORD)
		return 0;
	caplen = load32(p + SNOOP_CAPLEN, SNOOP_SWAPPED);
	length = load32(p + SNOOP_LENGTH, SNOOP_SWAPPED);
	if (caplen > SAVEFILE_FRAME_MAX)
		return savefile_damaged(s, e, "it claims %u captured bytes",
		    caplen);
	if (length < SNOOP_RECORD + caplen || length > SAVEFILE_BLOCK_MAX)
		return savefile_damaged(s, e,
		    "it claims %u captured bytes in a record of %u", caplen,
		    length);
	s->want = SNOOP_RECORD + caplen;
	if (left < s->want)
		return 0;
	memset(f, 0, sizeof(*f));
	f->data = p + SNOOP_RECORD;
	f->caplen = caplen;
	f->len = load32(p + SNOOP_LEN, SNOOP_SWAPPED);
	if (f->len < caplen)
		f->len = caplen;
	f->ts = (int64_t)load32(p + SNOOP_SECONDS, SNOOP_SWAPPED) * 1000000000 +
	    (int64_t)load32(p + SNOOP_MICROS, SNOOP_SWAPPED) * 1000;
	f->linktype = (uint16_t)s->head.linktype;
	snoop_drops(s, load32(p + SNOOP_DROPS, SNOOP_SWAPPED), f->ts);
	s->reader.pos += s->want;
	s->skip = length - s->want;
	return 1;
}

static int
snoop_walk(struct savefile *s, struct frame *f, int n, struct errbuf *e)
{
	int r, k = 0;

	while (k < n && (s->skip == 0 || snoop_skip(s))) {
		r = snoop_record(s, f + k, e);
		if (r == -1 && k == 0)
			return -1;
		if (r != 1)
			break;
		s->packets++;
		k++;
	}
	return k;
}

int
snoop_start(struct savefile *s, struct errbuf *e)
{
	const uint8_t *p = reader_at(&s->reader);
	struct savefile_interface *i;
	uint32_t version, type;
	size_t t;

	s->want = SNOOP_HEADER;
	if (reader_left(&s->reader) < SNOOP_HEADER)
		return 1;
	version = load32(p + SNOOP_VERSION, SNOOP_SWAPPED);
	if (version != 2)
		return err_set(e, "%s: snoop of version %u is not known",
		    s->head.name, version);
	type = load32(p + SNOOP_TYPE, SNOOP_SWAPPED);
	for (t = 0; t < SNOOP_TYPES && snoop_types[t].type != type; t++)
		;
	if (t == SNOOP_TYPES)
		return err_set(e, "%s: snoop: no link type is known for its "
		    "medium, %u", s->head.name, type);
	i = savefile_interface_add(s);
	if (i == NULL)
		return err_set(e, "%s: no memory", s->head.name);
	i->head.linktype = snoop_types[t].linktype;
	i->head.snaplen = CAPTURE_SNAPLEN;
	s->head.linktype = i->head.linktype;
	s->walk = snoop_walk;
	s->reader.pos += SNOOP_HEADER;
	return 0;
}
