/* format_pcap.c: the classic capture file, draft-ietf-opsawg-pcap. */
#include <string.h>

#include "write/format.h"

enum {
	PCAP_MAGIC_NS		= 0xa1b23c4du,
	PCAP_MAJOR		= 2,
	PCAP_MINOR		= 4,
	PCAP_HEADER		= 24,
	PCAP_RECORD		= 16,
	PCAP_CAPLEN		= 8,	/* of a record */

	PCAP_SNAPLEN		= 262144,	/* told when there is none */
	NANOSECONDS		= 1000000000,
};

static size_t
pcap_length(const uint8_t *p, uint64_t at)
{
	uint32_t caplen;

	if (at == 0)
		return PCAP_HEADER;
	memcpy(&caplen, p + PCAP_CAPLEN, sizeof(caplen));
	return PCAP_RECORD + (size_t)caplen;
}

/* The header waits for the first frame, which decides the link type. */
static void
pcap_begin(struct dump_file *d)
{
	d->started = 0;
	d->linktype = d->source.linktype;
}

static void
pcap_header(struct dump_file *d)
{
	uint32_t h[PCAP_HEADER / 4] = { PCAP_MAGIC_NS };
	uint16_t version[2] = { PCAP_MAJOR, PCAP_MINOR };
	uint32_t snaplen = d->source.snaplen;

	memcpy(&h[1], version, sizeof(version));
	h[4] = snaplen != 0 && snaplen < PCAP_SNAPLEN ? snaplen :
	    PCAP_SNAPLEN;
	h[5] = d->linktype;
	d->started = 1;
	outbuf_add(stream_record(&d->stream, sizeof(h)), (const char *)h,
	    sizeof(h));
}

/* Splits a time into what 32 unsigned bits of seconds can hold. */
static void
pcap_time(int64_t ts, uint32_t *seconds, uint32_t *fraction)
{
	*seconds = 0;
	*fraction = 0;
	if (ts < 0)
		return;
	*seconds = UINT32_MAX;
	*fraction = NANOSECONDS - 1;
	if (ts / NANOSECONDS > UINT32_MAX)
		return;
	*seconds = (uint32_t)(ts / NANOSECONDS);
	*fraction = (uint32_t)(ts % NANOSECONDS);
}

static int
pcap_refuse(const struct dump_file *d, const struct frame *f,
    struct errbuf *e)
{
	err_set(e, "%s: a frame of link type %u in a file of link type %u: "
	    "pcap holds only one", d->path, f->linktype, d->linktype);
	return err_hint(e, "pcapng holds several: -w NAME.pcapng, or "
	    "--write-format pcapng");
}

static int
pcap_frame(struct dump_file *d, const struct frame *f, const char *comment,
    size_t comment_n, struct errbuf *e)
{
	const uint32_t caplen = dump_caplen(f, d->source.snaplen);
	uint32_t r[PCAP_RECORD / 4] = { 0, 0, caplen, f->len };

	(void)comment, (void)comment_n;
	if (!d->started) {
		d->linktype = f->linktype;
		pcap_header(d);
	} else if (f->linktype != d->linktype) {
		return pcap_refuse(d, f, e);
	}
	pcap_time(f->ts, &r[0], &r[1]);
	dump_put(stream_record(&d->stream, sizeof(r) + (size_t)caplen), r,
	    sizeof(r), f, caplen);
	return 0;
}

static void
pcap_end(struct dump_file *d)
{
	if (!d->started)
		pcap_header(d);
}

static void
pcap_free(struct dump_file *d)
{
	(void)d;
}

const struct dump_format format_pcap = {
	.name = "pcap",
	.length = pcap_length,
	.begin = pcap_begin,
	.frame = pcap_frame,
	.end = pcap_end,
	.free = pcap_free,
};
