/* savefile.c: capture files, read by ourselves: pcap, pcapng and snoop. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/file/decompress.h"
#include "capture/file/magic.h"
#include "capture/file/savefile.h"
#include "capture/libpcap.h"
#include "core/losses.h"

enum { NANOSECONDS = 1000000000 };

static const struct capture_ops savefile_ops;

int
savefile_damaged(struct savefile *s, struct errbuf *e, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(e, "%s: the file is damaged at packet %llu (byte %llu): "
	    "%s", s->head.name, (unsigned long long)s->packets + 1,
	    (unsigned long long)reader_offset(&s->reader), why);
}

uint32_t
savefile_linktype(uint32_t field)
{
	/* The upper half holds the length of the frame check sequence. */
	field &= 0xffff;
	/* Raw IP, by the numbers that some systems use within. */
	return field == 12 || field == 14 ? 101 : field;
}

struct savefile_interface *
savefile_interface_add(struct savefile *s)
{
	struct savefile_interface **bigger, *i;
	uint32_t room = s->interface_room ? s->interface_room * 2 : 4;

	if (s->interface_count == s->interface_room) {
		bigger = realloc(s->interfaces, room * sizeof(*bigger));
		if (bigger == NULL)
			return NULL;
		s->interfaces = bigger;
		s->interface_room = room;
	}
	i = calloc(1, sizeof(*i));
	if (i == NULL)
		return NULL;
	i->last = i->reported = INT64_MIN;
	s->interfaces[s->interface_count++] = i;
	return i;
}

void
savefile_lost(struct savefile *s, struct savefile_interface *i, uint64_t n,
    int64_t from, int64_t to)
{
	s->dropped += n;
	i->dropped += n;
	if (s->losses != NULL)
		losses_add(s->losses, from, to);
}

static int64_t
clamp(__int128 ns)
{
	if (ns > FRAME_TS_MAX)
		return FRAME_TS_MAX;
	return ns < -FRAME_TS_MAX ? -FRAME_TS_MAX : (int64_t)ns;
}

static uint64_t
power_of_10(unsigned n)
{
	uint64_t v = 1;

	while (n-- > 0)
		v *= 10;
	return v;
}

void
savefile_clock_set(struct savefile_clock *c, uint8_t tsresol, int64_t offset)
{
	c->tsresol = tsresol;
	c->offset = offset;
	c->multiply = tsresol <= 9 ? power_of_10(9 - tsresol) : 1;
	c->fast_end = tsresol <= 9 && offset == 0 ?
	    FRAME_TS_MAX / c->multiply : 0;
}

int64_t
savefile_clock_slow(const struct savefile_clock *c, uint64_t units)
{
	unsigned n = c->tsresol & 0x7f;
	unsigned __int128 ns = units;

	if (c->tsresol & 0x80)
		ns = n < 94 ? ns * NANOSECONDS >> n : 0;
	else if (n <= 9)
		ns *= power_of_10(9 - n);
	else
		ns = n - 9 < 20 ? units / power_of_10(n - 9) : 0;
	return clamp((__int128)ns + (__int128)c->offset * NANOSECONDS);
}

/* CAPTURE_END, or CAPTURE_ERROR when that is where no record ends. */
static int
savefile_end(struct savefile *s, struct errbuf *e)
{
	unsigned long long n = s->packets + 1;

	if (s->decompress != NULL && decompress_end(s->decompress, e) == -1)
		return CAPTURE_ERROR;
	if (reader_left(&s->reader) == 0 && s->skip == 0 && s->trailer == 0)
		return CAPTURE_END;
	if (strcmp(s->inside, "packet") == 0)
		return err_set(e, "%s: the file is cut short in the middle of "
		    "packet %llu", s->head.name, n);
	return err_set(e, "%s: the file is cut short in the middle of a %s, "
	    "after packet %llu", s->head.name, s->inside, n - 1);
}

/* Keeps the frames that pass, in their order; how many, or -1. */
static int
savefile_filter(struct savefile *s, struct frame *f, int n)
{
	int i, r, k = 0;

	for (i = 0; i < n; i++) {
		r = filter_set_match(s->filter, f + i, &s->failure);
		if (r == -1) {
			s->failed = 1;
			break;
		}
		if (r == 1)
			f[k++] = f[i];
	}
	return k;
}

static void
savefile_truncate(struct savefile *s, struct frame *f, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (f[i].caplen > s->cut)
			f[i].caplen = s->cut;
}

static int
savefile_read(struct capture *c, struct frame *f, int n, struct errbuf *e)
{
	struct savefile *s = (struct savefile *)c;
	int k, refused = 0, fills = 0;

	for (;;) {
		if (s->failed) {
			*e = s->failure;
			return CAPTURE_ERROR;
		}
		k = s->walk(s, f, n, e);
		if (k == -1)
			return CAPTURE_ERROR;
		s->head.spent = k < n;
		if (k > 0) {
			if (s->filter != NULL)
				k = savefile_filter(s, f, k);
			if (s->cut != UINT32_MAX)
				savefile_truncate(s, f, k);
			s->captured += (unsigned)k;
			if (k > 0)
				return k;
			refused = 1;
			continue;
		}
		/* Nothing passes in all this: let the caller look at its
		 * signals now and then. */
		if (refused || fills++ == SAVEFILE_FILLS)
			return CAPTURE_IDLE;
		switch (reader_fill(&s->reader, (size_t)s->want)) {
		case READER_MORE:
			break;
		case READER_IDLE:
			return CAPTURE_IDLE;
		case READER_END:
			return savefile_end(s, e);
		case READER_ERROR:
			return err_set(e, "%s: read: %s", c->name,
			    strerror(errno));
		}
	}
}

static int
savefile_keep(struct capture *c, const struct capture_keeper *k)
{
	((struct savefile *)c)->reader.keeper = k;
	return 0;
}

static int
savefile_stats(struct capture *c, struct capture_stats *st)
{
	struct savefile *s = (struct savefile *)c;
	off_t at;

	memset(st, 0, sizeof(*st));
	st->captured = s->captured;
	st->dropped = s->dropped;
	st->size = s->size;
	st->offset = reader_offset(&s->reader);
	if (s->decompress != NULL && s->size > 0) {
		at = lseek(s->fd, 0, SEEK_CUR);
		st->offset = at > 0 ? (uint64_t)at : 0;
	}
	return 0;
}

static const struct capture_interface *
savefile_interface(struct capture *c, uint32_t ifindex)
{
	struct savefile *s = (struct savefile *)c;

	return ifindex < s->interface_count ? &s->interfaces[ifindex]->head :
	    NULL;
}

static void
savefile_close(struct capture *c)
{
	struct savefile *s = (struct savefile *)c;
	uint32_t i;

	for (i = 0; i < s->interface_count; i++) {
		free(s->interfaces[i]->name);
		free(s->interfaces[i]->description);
		free(s->interfaces[i]);
	}
	free(s->interfaces);
	filter_set_free(s->filter);
	reader_close(&s->reader);
	decompress_close(s->decompress);
	free(s);
}

static const struct capture_ops savefile_ops = {
	.name = "savefile",
	.read = savefile_read,
	.keep = savefile_keep,
	.stats = savefile_stats,
	.interface = savefile_interface,
	.close = savefile_close,
};

int
capture_open_path(const char *path, struct errbuf *e)
{
	struct stat st;
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (fd != STDIN_FILENO)
			close(fd);
		return err_set(e, "%s: a directory, not a capture file", path);
	}
	return fd;
}

/* From here on the reader sees what was compressed. */
static int
savefile_decompress(struct savefile *s, enum magic magic, struct errbuf *e)
{
	struct reader *r = &s->reader;
	int fd;

	s->decompress = decompress_open(s->head.name, magic, r->fd,
	    reader_at(r), reader_left(r), &fd, e);
	if (s->decompress == NULL)
		return -1;
	reader_replace(r, fd);
	return 0;
}

/* Brings more of a file that is being opened.  1; 0 at its end; or -1. */
static int
savefile_more(struct savefile *s, struct errbuf *e)
{
	switch (reader_fill(&s->reader, READER_BLOCK)) {
	case READER_ERROR:
		return err_set(e, "%s: read: %s", s->head.name,
		    strerror(errno));
	case READER_END:
		return s->decompress != NULL ?
		    decompress_end(s->decompress, e) : 0;
	case READER_IDLE:
		if (s->stop != NULL && *s->stop)
			return err_set(e, "%s: interrupted", s->head.name);
		break;
	case READER_MORE:
		break;
	}
	return 1;
}

/* Fills the window until the file header is read or the file ends. */
static int
savefile_start(struct savefile *s, struct errbuf *e)
{
	static int (*const starts[MAGICS])(struct savefile *,
	    struct errbuf *) = {
		[MAGIC_PCAP] = pcap_start,
		[MAGIC_PCAPNG] = pcapng_start,
		[MAGIC_SNOOP] = snoop_start,
	};
	const struct reader *r = &s->reader;
	enum magic magic, outer = MAGIC_SHORT;
	int more, again = 1;

	while (again == 1) {
		more = savefile_more(s, e);
		if (more == -1)
			return -1;
		magic = magic_find(reader_at(r), reader_left(r));
		if (magic == MAGIC_SHORT && more)
			continue;
		if (decompress_knows(magic)) {
			if (outer != MAGIC_SHORT)
				return magic_refuse_twice(s->head.name, outer,
				    magic, e);
			if (savefile_decompress(s, magic, e) == -1)
				return -1;
			outer = magic;
			continue;
		}
		if (starts[magic] == NULL)
			return magic_refuse(s->head.name, reader_at(r),
			    reader_left(r), e);
		again = starts[magic](s, e);
		if (again == 1 && !more)
			return err_set(e, "%s: the file is cut short in the "
			    "middle of its file header", s->head.name);
	}
	return again;
}

/* What none of us reads may be something that libpcap knows. */
static struct capture *
savefile_give_up(struct savefile *s, const struct capture_options *o,
    struct errbuf *e)
{
	struct reader *r = &s->reader;
	const char *path = s->head.name;
	struct capture *c = NULL;
	struct errbuf why;

	if (s->walk == NULL && !r->waits && r->fd != STDIN_FILENO &&
	    magic_find(reader_at(r), reader_left(r)) == MAGIC_UNKNOWN) {
		c = capture_open_pcapfile(path, r->fd, o, &why);
		r->fd = -1;
		if (c == NULL)
			err_set(e, "%s: not a capture file: %s", path,
			    why.text);
	}
	savefile_close(&s->head);
	return c;
}

struct capture *
capture_open_savefile(const char *path, const struct capture_options *o,
    struct errbuf *e)
{
	int fd = capture_open_path(path, e);

	return fd == -1 ? NULL : capture_open_file(path, fd, o, e);
}

struct capture *
capture_open_file(const char *path, int fd, const struct capture_options *o,
    struct errbuf *e)
{
	struct savefile *s = calloc(1, sizeof(*s));
	struct stat st;

	if (s == NULL || reader_open(&s->reader, fd) == -1) {
		err_set(e, "%s: no memory", path);
		free(s);
		if (fd != STDIN_FILENO)
			close(fd);
		return NULL;
	}
	s->head.ops = &savefile_ops;
	s->head.name = path;
	s->head.linktype = 1;
	s->head.snaplen = CAPTURE_SNAPLEN;
	s->head.fd = -1;
	s->head.stream = s->reader.waits;
	s->fd = fd;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	s->stop = o->stop;
	s->losses = o->losses;
	s->cut = o->snaplen ? o->snaplen : UINT32_MAX;
	if (savefile_start(s, e) == -1)
		return savefile_give_up(s, o, e);
	if (o->filter != NULL) {
		s->filter = filter_set_new(o->filter, o->snaplen, o->optimize);
		if (s->filter == NULL)
			err_set(e, "%s: no memory", path);
		if (s->filter == NULL ||
		    filter_set_add(s->filter, s->head.linktype, e) == -1) {
			savefile_close(&s->head);
			return NULL;
		}
	}
	return &s->head;
}
