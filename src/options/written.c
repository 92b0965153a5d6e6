/* written.c: what the options ask for that are about the files of -w. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/parse.h"
#include "options/optable.h"
#include "options/options.h"

/* As tcpdump: millions of bytes, or what the unit says. */
static int
set_size(struct options *o, const char *s, struct errbuf *e)
{
	static const struct { char unit; uint64_t bytes; } units[] = {
		{ '\0', 1000000 }, { 'k', UINT64_C(1) << 10 },
		{ 'm', UINT64_C(1) << 20 }, { 'g', UINT64_C(1) << 30 },
	};
	uint64_t n;
	char *end;

	errno = 0;
	n = strtoull(s, &end, 10);
	for (unsigned int i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (tolower((unsigned char)*end) != units[i].unit ||
		    (*end != '\0' && end[1] != '\0' &&
		    strcmp(end + 1, "iB") != 0))
			continue;
		if (*s < '0' || *s > '9' || errno != 0 || n == 0 ||
		    n > INT64_MAX / units[i].bytes)
			break;
		o->dump.series.bytes = n * units[i].bytes;
		return 0;
	}
	err_set(e, "-C: %s: not a size", s);
	return err_hint(e, "millions of bytes, or with a unit: 100, 64k, "
	    "10MiB, 1g");
}

static int
set_kind(struct options *o, const char *s, struct errbuf *e)
{
	for (int i = DUMPER_PCAP; i < DUMPER_KINDS; i++)
		if (strcmp(s, dumper_kind_name[i]) == 0) {
			o->dump.kind = (enum dumper_kind)i;
			return 0;
		}
	return err_set(e, "--write-format: %s: not pcap or pcapng", s);
}

int
options_set_written(struct options *o, int opt, char *s, struct errbuf *e)
{
	uint64_t v = 0;

	switch (opt) {
	case 'w':
		o->write = s;
		return 0;
	case 'C':
		return set_size(o, s, e);
	case 'G':
		if (parse_number("-G", s, 1, 1000000000, &v, e) == -1)
			return -1;
		o->dump.series.period = (int64_t)v * 1000000000;
		return 0;
	case 'W':
		if (parse_number("-W", s, 1, 1000000000, &v, e) == -1)
			return -1;
		o->dump.series.files = (uint32_t)v;
		return 0;
	default:
		return set_kind(o, s, e);
	}
}

static int
check_series(const struct options *o, struct errbuf *e)
{
	const struct series_options *s = &o->dump.series;

	if (s->files != 0 && s->bytes == 0 && s->period == 0)
		return err_set(e, "-W: with -C or -G only");
	if (s->bytes == 0 && s->period == 0)
		return 0;
	if (strcmp(o->write, "-") == 0)
		return err_set(e, "-C, -G: not with -w -");
	if (s->bytes == 0 && s->files != 1 && strchr(o->write, '%') == NULL) {
		err_set(e, "-G: every file would overwrite the one before: "
		    "no time is in the name %s", o->write);
		return err_hint(e, "as in strftime(3): -w "
		    "%%Y-%%m-%%d_%%H:%%M:%%S.pcap");
	}
	return 0;
}

static int
check_comments(const struct options *o, struct errbuf *e)
{
	enum dumper_kind kind = o->dump.kind != DUMPER_BY_SUFFIX ?
	    o->dump.kind : dumper_kind_of(o->write);

	if (!o->dump.comments)
		return 0;
	if (kind != DUMPER_PCAPNG) {
		err_set(e, "--comments: pcap has no place for them");
		return err_hint(e, "pcapng has: -w NAME.pcapng, or "
		    "--write-format pcapng");
	}
	if (o->workers > 1)
		return err_set(e, "--workers: not with --comments");
	return 0;
}

int
options_check_written(const struct options *o, struct errbuf *e)
{
	const struct dumper_options *d = &o->dump;
	size_t stem;

	if (o->write == NULL) {
		if (d->series.bytes != 0 || d->series.period != 0 ||
		    d->series.files != 0 || d->kind != DUMPER_BY_SUFFIX ||
		    d->comments)
			return err_set(e, "-C, -G, -W, --write-format, "
			    "--comments: with -w only");
		return 0;
	}
	if (strcmp(o->write, "-") == 0 && (o->sink.views != 0 ||
	    o->stats != 0))
		return err_set(e, "-w -: standard output is taken, no view "
		    "can go there");
	if (o->packet_buffered &&
	    packer_by_suffix(o->write, &stem) != PACKER_NONE)
		return err_set(e, "-U: not with a compressed file, which "
		    "each packet would make larger");
	if (check_series(o, e) == -1)
		return -1;
	return check_comments(o, e);
}
