/* format_pcapng.c: the pcapng capture file, draft-ietf-opsawg-pcapng. */
#include <sys/utsname.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/now.h"
#include "write/format.h"

enum {
	PCAPNG_SHB	= 0x0a0d0d0a,	/* section header */
	PCAPNG_IDB	= 1,		/* interface description */
	PCAPNG_ISB	= 5,		/* interface statistics */
	PCAPNG_EPB	= 6,		/* enhanced packet */
	PCAPNG_ORDER	= 0x1a2b3c4d,
	PCAPNG_EPB_HEAD	= 28,

	OPTION_END		= 0,
	OPTION_COMMENT		= 1,
	SHB_HARDWARE		= 2,
	SHB_OS			= 3,
	SHB_USERAPPL		= 4,
	IF_NAME			= 2,
	IF_DESCRIPTION		= 3,
	IF_TSRESOL		= 9,
	IF_FILTER		= 11,
	IF_OS			= 12,
	EPB_FLAGS		= 2,
	ISB_STARTTIME		= 2,
	ISB_ENDTIME		= 3,
	ISB_IFRECV		= 4,
	ISB_IFDROP		= 5,
	ISB_FILTERACCEPT	= 6,
	ISB_OSDROP		= 7,
	ISB_USRDELIV		= 8,

	FLAG_INBOUND		= 1,
	FLAG_OUTBOUND		= 2,
	FLAG_NO_CSUM		= 1 << 9,
	FLAG_CSUM_GOOD		= 1 << 10,
	FLAG_TCP_SUPER		= 1 << 11,	/* without its size */
	IP_TCP			= 6,

	RESOLUTION		= 9,	/* nanoseconds */
	FILTER_STRING		= 0,	/* what the filter option holds */
	/* Of the blocks that are put together before they are written. */
	BLOCK_MAX		= 6144,
	STRING_MAX		= 1024,
	FILTER_MAX		= 4096,
};

struct pcapng_interface {
	uint32_t ifindex;
	uint16_t linktype;
};

/* A block that is put together, with its length at either end. */
struct block {
	uint8_t *p;
	uint8_t data[BLOCK_MAX];
};

static void
put(struct block *b, const void *p, size_t n)
{
	memcpy(b->p, p, n);
	b->p += n;
}

static void
put32(struct block *b, uint32_t v)
{
	put(b, &v, sizeof(v));
}

static void
put_pad(struct block *b)
{
	while ((b->p - b->data) % 4 != 0)
		*b->p++ = 0;
}

static void
block_begin(struct block *b, uint32_t type)
{
	b->p = b->data;
	put32(b, type);
	put32(b, 0);
}

static void
put_option(struct block *b, uint16_t code, const void *p, size_t n)
{
	uint16_t head[2] = { code, (uint16_t)n };

	put(b, head, sizeof(head));
	put(b, p, n);
	put_pad(b);
}

static void
put_string(struct block *b, uint16_t code, const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n > 0)
		put_option(b, code, s, n < STRING_MAX ? n : STRING_MAX);
}

static void
put_count(struct block *b, uint16_t code, uint64_t v, int has)
{
	if (has)
		put_option(b, code, &v, sizeof(v));
}

static void
put_time(struct block *b, uint16_t code, int64_t ts)
{
	uint32_t t[2] = { (uint32_t)((uint64_t)ts >> 32), (uint32_t)ts };

	put_option(b, code, t, sizeof(t));
}

static void
block_end(struct block *b, struct stream *s)
{
	uint32_t n;

	put32(b, OPTION_END);
	n = (uint32_t)(b->p - b->data) + 4;
	put32(b, n);
	memcpy(b->data + 4, &n, sizeof(n));
	outbuf_add(stream_record(s, n), (const char *)b->data, n);
}

static size_t
pcapng_length(const uint8_t *p, uint64_t at)
{
	uint32_t n;

	(void)at;
	memcpy(&n, p + 4, sizeof(n));
	return n;
}

/* "Linux 6.1.0", or "". */
static void
host(char *os, size_t n, struct utsname *u)
{
	os[0] = '\0';
	if (uname(u) == -1)
		u->machine[0] = '\0';
	else
		snprintf(os, n, "%s %s", u->sysname, u->release);
}

/* The machine and the system are told where they did the capturing. */
static void
pcapng_begin(struct dump_file *d)
{
	uint16_t version[2] = { 1, 0 };
	int64_t unknown = -1;		/* length of the section */
	char os[STRING_MAX];
	struct utsname u;
	struct block b;

	d->interfaces = 0;
	block_begin(&b, PCAPNG_SHB);
	put32(&b, PCAPNG_ORDER);
	put(&b, version, sizeof(version));
	put(&b, &unknown, sizeof(unknown));
	if (d->source.live) {
		host(os, sizeof(os), &u);
		put_string(&b, SHB_HARDWARE, u.machine);
		put_string(&b, SHB_OS, os);
	}
	put_string(&b, SHB_USERAPPL, PACKAGE_STRING);
	block_end(&b, &d->stream);
}

static void
put_filter(struct block *b, const char *filter)
{
	uint8_t option[1 + FILTER_MAX] = { FILTER_STRING };
	size_t n = filter != NULL ? strlen(filter) : 0;

	if (n == 0 || n > FILTER_MAX)
		return;
	memcpy(option + 1, filter, n);
	put_option(b, IF_FILTER, option, n + 1);
}

static void
pcapng_describe(struct dump_file *d, uint32_t ifindex, uint16_t linktype)
{
	const struct dump_source *s = &d->source;
	const uint8_t resolution = RESOLUTION;
	struct dump_interface about = { .snaplen = s->snaplen };
	char os[STRING_MAX];
	struct utsname u;
	struct block b;

	if (s->interface != NULL)
		s->interface(s->arg, ifindex, &about);
	block_begin(&b, PCAPNG_IDB);
	put32(&b, linktype);
	put32(&b, s->snaplen != 0 ? s->snaplen : about.snaplen);
	put_string(&b, IF_NAME, about.name);
	put_string(&b, IF_DESCRIPTION, about.description);
	put_option(&b, IF_TSRESOL, &resolution, 1);
	put_filter(&b, s->filter);
	if (s->live) {
		host(os, sizeof(os), &u);
		put_string(&b, IF_OS, os);
	}
	block_end(&b, &d->stream);
}

/* The number of the interface in the file: a block is written for a new one.
 * -1 without memory. */
static int
pcapng_find(struct dump_file *d, uint32_t ifindex, uint16_t linktype)
{
	struct pcapng_interface *v = d->interface;
	uint32_t i = 0;

	while (i < d->interfaces && (v[i].ifindex != ifindex ||
	    v[i].linktype != linktype))
		i++;
	if (i == d->room) {
		v = realloc(v, (2 * (size_t)i + 4) * sizeof(*v));
		if (v == NULL)
			return -1;
		d->interface = v;
		d->room = 2 * i + 4;
	}
	if (i == d->interfaces) {
		pcapng_describe(d, ifindex, linktype);
		v[i] = (struct pcapng_interface){ ifindex, linktype };
		d->interfaces++;
	}
	/* A longer way round for those that no hint can name. */
	d->hint[ifindex & 255] = (uint16_t)i;
	return (int)i;
}

static inline int
pcapng_interface(struct dump_file *d, const struct frame *f)
{
	uint32_t i = d->hint[f->ifindex & 255];

	if (i < d->interfaces && d->interface[i].ifindex == f->ifindex &&
	    d->interface[i].linktype == f->linktype)
		return (int)i;
	return pcapng_find(d, f->ifindex, f->linktype);
}

static inline uint32_t
pcapng_flags(const struct frame *f)
{
	return (f->flags & FRAME_OUTGOING ? FLAG_OUTBOUND :
	    f->flags & FRAME_INCOMING ? FLAG_INBOUND : 0U) |
	    (f->flags & FRAME_NO_CSUM ? FLAG_NO_CSUM : 0U) |
	    (f->flags & FRAME_CSUM_GOOD ? FLAG_CSUM_GOOD : 0U) |
	    (f->flags & FRAME_SUPER && f->super_protocol == IP_TCP ?
	    FLAG_TCP_SUPER : 0U);
}

static inline size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Bytes of the options of a packet. */
static inline uint32_t
options_size(uint32_t flags, size_t n)
{
	if (flags == 0 && n == 0)
		return 0;
	return (flags != 0 ? 8U : 0U) +
	    (n > 0 ? 4U + (uint32_t)padded(n) : 0U) + 4U;
}

/* What stands behind the bytes of the frame. */
static char *
put_tail(char *p, uint32_t pad, uint32_t flags, const char *comment, size_t n,
    uint32_t total)
{
	const uint16_t flags_head[2] = { EPB_FLAGS, sizeof(flags) };
	const uint16_t head[2] = { OPTION_COMMENT, (uint16_t)n };

	memset(p, 0, 4);
	p += pad;
	if (flags != 0) {
		memcpy(p, flags_head, sizeof(flags_head));
		memcpy(p + 4, &flags, sizeof(flags));
		p += 8;
	}
	if (n > 0) {
		memcpy(p, head, sizeof(head));
		memset(p + padded(n), 0, 4);
		memcpy(p + 4, comment, n);
		p += 4 + padded(n);
	}
	if (flags != 0 || n > 0) {
		memset(p, 0, 4);		/* OPTION_END */
		p += 4;
	}
	memcpy(p, &total, sizeof(total));
	return p + sizeof(total);
}

static int
pcapng_frame(struct dump_file *d, const struct frame *f, const char *comment,
    size_t n, struct errbuf *e)
{
	const uint64_t ts = f->ts > 0 ? (uint64_t)f->ts : 0;
	const uint32_t caplen = dump_caplen(f, d->source.snaplen);
	const uint32_t flags = pcapng_flags(f), pad = -caplen & 3;
	const int number = pcapng_interface(d, f);
	uint32_t h[PCAPNG_EPB_HEAD / 4] = {
		PCAPNG_EPB, PCAPNG_EPB_HEAD + caplen + pad +
		    options_size(flags, n) + 4, (uint32_t)number,
		(uint32_t)(ts >> 32), (uint32_t)ts, caplen, f->len,
	};
	struct outbuf *o;

	if (number == -1)
		return err_set(e, "%s: no memory", d->path);
	o = stream_record(&d->stream, h[1]);
	dump_put(o, h, sizeof(h), f, caplen);
	o->p = put_tail(outbuf_room(o), pad, flags, comment, n, h[1]);
	return 0;
}

/* What became of each interface's packets, as far as it is known. */
static void
pcapng_statistics(struct dump_file *d, uint32_t number, int64_t now)
{
	const struct dump_source *s = &d->source;
	struct dump_counts c = { 0 };
	struct block b;

	if (s->counts != NULL)
		s->counts(s->arg, d->interface[number].ifindex, &c);
	block_begin(&b, PCAPNG_ISB);
	put32(&b, number);
	put32(&b, (uint32_t)((uint64_t)now >> 32));
	put32(&b, (uint32_t)now);
	put_time(&b, ISB_STARTTIME, s->start);
	put_time(&b, ISB_ENDTIME, now);
	put_count(&b, ISB_IFRECV, c.received, c.has_received);
	put_count(&b, ISB_IFDROP, c.if_dropped, c.has_if_dropped);
	put_count(&b, ISB_FILTERACCEPT, c.accepted, c.has_accepted);
	put_count(&b, ISB_OSDROP, c.os_dropped, c.has_os_dropped);
	put_count(&b, ISB_USRDELIV, c.delivered, c.has_delivered);
	block_end(&b, &d->stream);
}

static void
pcapng_end(struct dump_file *d)
{
	const struct dump_source *s = &d->source;
	int64_t now = now_realtime();

	/* A file without packets tells what there was to be had. */
	if (d->interfaces == 0)
		pcapng_find(d, s->ifindex, (uint16_t)s->linktype);
	for (uint32_t i = 0; s->live && i < d->interfaces; i++)
		pcapng_statistics(d, i, now);
}

static void
pcapng_free(struct dump_file *d)
{
	free(d->interface);
}

const struct dump_format format_pcapng = {
	.name = "pcapng",
	.length = pcapng_length,
	.begin = pcapng_begin,
	.frame = pcapng_frame,
	.end = pcapng_end,
	.free = pcapng_free,
};
