/* dumper.c: writes frames to capture files (-w). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "write/dumper.h"

struct dumper {
	const struct dumper_options *options;
	const char *wanted;	/* the path as it was given */
	struct dump_file file;
	struct series series;
	struct place place;
	struct stat stat;	/* of the file */
	char path[PATH_MAX];	/* for messages */
	char *name;		/* of the file, within the place */
	uint8_t turns;		/* there will be several files */
	uint8_t open, over;
};

const char *const dumper_kind_name[DUMPER_KINDS] = {
	[DUMPER_PCAP] = "pcap", [DUMPER_PCAPNG] = "pcapng",
};

static int
ends_with(const char *s, size_t n, const char *suffix)
{
	size_t len = strlen(suffix);

	return n >= len && strncasecmp(s + n - len, suffix, len) == 0;
}

enum dumper_kind
dumper_kind_of(const char *path)
{
	size_t stem;

	packer_by_suffix(path, &stem);
	return ends_with(path, stem, ".pcapng") ||
	    ends_with(path, stem, ".ntar") ? DUMPER_PCAPNG : DUMPER_PCAP;
}

static int
dumper_is_stdout(const struct dumper *d)
{
	return strcmp(d->wanted, "-") == 0;
}

/* 0, or -1 and what became of a write since the last look. */
static int
dumper_result(const struct dumper *d, struct errbuf *e)
{
	int error = d->file.stream.error;

	if (error == 0)
		return 0;
	if (error == EINTR)
		return err_set(e, "%s: blocked when told to stop; what was "
		    "held is lost", d->path);
	err_set(e, "%s: write: %s", d->path, strerror(error));
	if (S_ISREG(d->stat.st_mode) && error != EPIPE)
		err_hint(e, "nothing more is written to it; what it holds is "
		    "whole");
	return -1;
}

/* The file whose name is known by now. */
static int
dumper_begin(struct dumper *d, struct errbuf *e)
{
	const struct place *p = &d->place;
	int fd = STDOUT_FILENO;

	if (!dumper_is_stdout(d)) {
		snprintf(d->path, sizeof(d->path), "%.*s%s", (int)p->skip,
		    p->path, d->name);
		fd = d->turns ? place_begin(p, d->name,
		    series_is_ring(&d->series), &d->stat, e) :
		    place_create(p, d->name, &d->stat, e);
	}
	if (fd == -1)
		return -1;
	stream_begin(&d->file.stream, fd);
	d->file.format->begin(&d->file);
	d->open = 1;
	return 0;
}

/* The file is whole; "moved": its name is no longer ours. */
static int
dumper_end(struct dumper *d, int moved, struct errbuf *e)
{
	char part[PATH_MAX + sizeof(PLACE_PART)];
	int keeps = !d->turns || moved;

	if (!d->open)
		return 0;
	if (d->file.stream.error == 0)
		d->file.format->end(&d->file);
	snprintf(part, sizeof(part), "%s" PLACE_PART, d->name);
	stream_end(&d->file.stream, d->place.dir, keeps ? NULL : part,
	    keeps ? NULL : d->name);
	d->open = 0;
	return dumper_result(d, e);
}

/* Whether at that time another file is due; the one before has ended then. */
static int
dumper_turn(struct dumper *d, int64_t t, struct errbuf *e)
{
	uint64_t size = d->open ? stream_size(&d->file.stream) : 0;
	struct series next;
	int turn;

	if (series_goes_on(&d->series, t, size) ||
	    (d->open && !stream_ready(&d->file.stream)))
		return 0;
	next = d->series;
	turn = series_turn(&next, t, size, e);
	if (turn == -1)
		return -1;
	if (turn == SERIES_OVER)
		d->over = 1;
	if (turn != SERIES_STAY && dumper_end(d, 0, e) == -1)
		return -1;
	d->series = next;
	return 0;
}

static struct dumper *
dumper_new(const char *path, const struct dumper_options *o,
    const struct dump_source *s, struct errbuf *e)
{
	enum dumper_kind kind = o->kind != DUMPER_BY_SUFFIX ? o->kind :
	    dumper_kind_of(path);
	struct dumper *d = calloc(1, sizeof(*d));
	size_t stem;
	enum packer_method method = packer_by_suffix(path, &stem);

	if (d == NULL) {
		err_set(e, "%s: no memory", path);
		return NULL;
	}
	d->options = o;
	d->wanted = path;
	d->file.source = *s;
	d->file.format = kind == DUMPER_PCAPNG ? &format_pcapng :
	    &format_pcap;
	d->file.path = d->path;
	d->place.dir = -1;
	snprintf(d->path, sizeof(d->path), "%s", path);
	if (stream_init(&d->file.stream, method, s->live, s->stop,
	    e) == -1) {
		free(d);
		return NULL;
	}
	d->file.stream.length = d->file.format->length;
	return d;
}

static void
dumper_free(struct dumper *d)
{
	stream_fini(&d->file.stream);
	place_close(&d->place);
	d->file.format->free(&d->file);
	free(d);
}

/* The names of the files, and the first file, when its name is known. */
static int
dumper_start(struct dumper *d, struct errbuf *e)
{
	const struct dumper_options *o = d->options;
	const struct dump_source *s = &d->file.source;
	const char *pattern;
	size_t stem;

	if (dumper_is_stdout(d)) {
		series_init(&d->series, &o->series, d->wanted, 1);
	} else {
		if (place_open(&d->place, d->wanted, o->series.period != 0,
		    e) == -1)
			return -1;
		pattern = d->wanted + d->place.skip;
		packer_by_suffix(pattern, &stem);
		series_init(&d->series, &o->series, pattern, stem);
	}
	d->turns = series_turns(&d->series);
	d->name = d->series.name;
	tzset();
	if (o->series.period != 0 && !s->live)
		return 0;
	return series_turn(&d->series, s->start, 0, e) == -1 ? -1 :
	    dumper_begin(d, e);
}

struct dumper *
dumper_open(const char *path, const struct dumper_options *o,
    const struct dump_source *s, int (*is_taken)(void *, const struct stat *),
    void *arg, struct errbuf *e)
{
	struct dumper *d = dumper_new(path, o, s, e);

	if (d == NULL)
		return NULL;
	d->place.is_taken = is_taken;
	d->place.arg = arg;
	if (dumper_start(d, e) == 0)
		return d;
	dumper_free(d);
	return NULL;
}

void
dumper_hold(struct dumper *d, const volatile sig_atomic_t *stop)
{
	stream_hold(&d->file.stream, stop);
}

struct outbuf *
dumper_out(struct dumper *d)
{
	return &d->file.stream.out;
}

int
dumper_directory(const struct dumper *d)
{
	return d->place.dir;
}

/* As dumper_write(): is there a file for a frame of that time? */
static int
dumper_ready(struct dumper *d, int64_t t, struct errbuf *e)
{
	if (d->over || dumper_turn(d, t, e) == -1)
		return d->over ? 1 : -1;
	if (d->over)
		return 1;
	return d->open ? 0 : dumper_begin(d, e);
}

int
dumper_write(struct dumper *d, const struct frame *f, const char *comment,
    size_t n, struct errbuf *e)
{
	struct stream *s = &d->file.stream;
	int result;

	if (!d->open || !series_goes_on(&d->series, f->ts, stream_size(s))) {
		result = dumper_ready(d, f->ts, e);
		if (result != 0)
			return result;
	}
	if (!stream_admits(s))
		return 0;
	if (d->file.format->frame(&d->file, f, comment, n, e) == -1)
		return -1;
	return s->error != 0 ? dumper_result(d, e) : 0;
}

int
dumper_flush(struct dumper *d, struct errbuf *e)
{
	if (d->open)
		stream_flush(&d->file.stream);
	return dumper_result(d, e);
}

int
dumper_clock(struct dumper *d, int64_t now, struct errbuf *e)
{
	if (d->options->series.period == 0 || !series_has_begun(&d->series))
		return 0;
	if (!d->over && dumper_turn(d, now, e) == -1)
		return -1;
	return d->over;
}

/* Does its name still name the file that is being written? */
static int
dumper_in_place(const struct dumper *d)
{
	char part[PATH_MAX + sizeof(PLACE_PART)];

	if (dumper_is_stdout(d) || !d->open)
		return 1;
	snprintf(part, sizeof(part), "%s%s", d->name, d->turns ? PLACE_PART :
	    "");
	return place_holds(&d->place, part, &d->stat);
}

int
dumper_reopen(struct dumper *d, struct errbuf *e)
{
	if (dumper_flush(d, e) == -1)
		return -1;
	/* What waits for a reader goes to that reader. */
	if (dumper_in_place(d) || d->file.stream.out.hold ||
	    !stream_ready(&d->file.stream))
		return 0;
	if (dumper_end(d, 1, e) == -1)
		return -1;
	return dumper_begin(d, e);
}

int
dumper_close(struct dumper *d, struct errbuf *e)
{
	int result;

	dumper_end(d, 0, e);
	stream_finish(&d->file.stream);
	result = dumper_result(d, e);
	dumper_free(d);
	return result;
}

int
dumper_errno(const struct dumper *d)
{
	return d->file.stream.error;
}
