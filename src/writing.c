/* writing.c: the files of -w, as the pipeline sees them. */
#include <sys/stat.h>

#include <errno.h>
#include <string.h>

#include "core/now.h"
#include "writing.h"

/* Is it one of the files that -r names? */
static int
is_read(void *arg, const struct stat *written)
{
	const struct options *o = arg;
	struct stat read;

	for (unsigned int i = 0; i < o->nread; i++)
		if (stat(o->read[i], &read) == 0 &&
		    read.st_dev == written->st_dev &&
		    read.st_ino == written->st_ino)
			return 1;
	return 0;
}

static void
describe(void *arg, uint32_t number, struct dump_interface *about)
{
	const struct writing *w = arg;
	const struct ifnames *names = w->names;
	const struct capture_interface *i = NULL;

	about->name = ifnames_get(names, number);
	if (number < names->n)
		i = capture_interface(w->capture, names->v[number].ifindex);
	else if (w->capture->live)
		about->name = w->capture->name;
	if (i == NULL)
		return;
	about->description = i->description;
	about->snaplen = i->snaplen;
}

/* Of the source that captures from this interface alone; "any" does not tell
 * its interfaces apart. */
static int
stats_of(struct capture *c, const char *name, struct capture_stats *s)
{
	struct capture *part;
	unsigned int i;

	if (name == NULL)
		return -1;
	for (i = 0; (part = capture_part(c, i)) != NULL; i++)
		if (strcmp(part->name, name) == 0)
			return capture_part_stats(c, i, s);
	return strcmp(c->name, name) == 0 ? capture_stats(c, s) : -1;
}

/* What a file of anonymized packets says of them: a name may be an address,
 * too, and is the owner's in any case. */
static void
describe_nothing(void *arg, uint32_t number, struct dump_interface *about)
{
	describe(arg, number, about);
	about->name = about->description = NULL;
}

static void
count(void *arg, uint32_t number, struct dump_counts *c)
{
	const struct writing *w = arg;
	struct dump_interface about = { NULL, NULL, 0 };
	struct capture_stats s;

	describe(arg, number, &about);
	if (stats_of(w->capture, about.name, &s) == -1)
		return;
	c->delivered = s.captured;
	c->has_delivered = 1;
	c->accepted = s.received;
	c->os_dropped = s.dropped;
	c->has_accepted = c->has_os_dropped = s.has_received;
	c->if_dropped = s.if_dropped;
	c->has_if_dropped = s.has_if_dropped;
	/* Without a filter it accepted all that there was. */
	c->received = s.received;
	c->has_received = s.has_received && w->options->filter == NULL;
}

static struct dump_source
source(struct writing *w, const volatile sig_atomic_t *stop)
{
	const struct capture *c = w->capture;
	struct dump_source s = {
		.filter = w->options->filter, .linktype = c->linktype,
		.ifindex = UINT32_MAX, .snaplen = w->options->capture.snaplen,
		.stop = stop, .live = c->live,
		.interface = describe, .counts = count, .arg = w,
	};

	s.start = now_realtime();
	if (w->options->rules.anonymize) {
		s.filter = NULL;
		s.interface = describe_nothing;
	}
	return s;
}

int
writing_open(struct writing *w, const struct options *o, struct capture *c,
    const struct writing_calls *calls, struct errbuf *e)
{
	struct dump_source from;

	if (o->write == NULL || w->dumper != NULL)
		return 0;
	w->over = 1;
	w->options = o;
	w->capture = c;
	w->names = calls->names;
	w->warn = o->sink.views != 0 ? calls->warn : NULL;
	w->arg = calls->arg;
	from = source(w, calls->stop);
	w->dumper = dumper_open(o->write, &o->dump, &from, is_read,
	    (void *)(uintptr_t)o, e);
	if (w->dumper == NULL)
		return -1;
	w->out = dumper_out(w->dumper);
	if (c->live)
		dumper_hold(w->dumper, calls->stop);
	w->over = 0;
	return 0;
}

/* No more of it, but what it holds is kept. */
static void
give_up(struct writing *w)
{
	struct errbuf ignored;

	w->lost = w->out->lost;
	w->out = NULL;
	dumper_close(w->dumper, &ignored);
	w->dumper = NULL;
}

/* What a call of the dumper has answered.  A reader that went away is no error:
 * that is how pipes end. */
static int
judge(struct writing *w, int result, const struct errbuf *e)
{
	if (result >= 0) {
		w->over |= (uint8_t)result;
		return 0;
	}
	if (dumper_errno(w->dumper) == EPIPE) {
		w->over = 1;
		give_up(w);
		return 0;
	}
	w->told = 1;
	give_up(w);
	if (w->warn == NULL) {
		w->over = 1;
		return -1;
	}
	w->warn(w->arg, e);
	return 0;
}

static int __attribute__((noinline))
write_commented(struct writing *w, const struct frame *f,
    const struct session *s, struct errbuf *e)
{
	char comment[COMMENT_MAX];

	return dumper_write(w->dumper, f, comment, comment_put(comment, s,
	    w->owner, w->owner_arg), e);
}

int
writing_frame(struct writing *w, const struct frame *f,
    const struct session *s, struct errbuf *e)
{
	const struct options *o = w->options;
	int result = o->dump.comments && s != NULL ?
	    write_commented(w, f, s, e) :
	    dumper_write(w->dumper, f, NULL, 0, e);

	if (result == 0 && o->packet_buffered)
		result = dumper_flush(w->dumper, e);
	return result == 0 ? 0 : judge(w, result, e);
}

int
writing_flush(struct writing *w, struct errbuf *e)
{
	if (w->dumper == NULL)
		return 0;
	return judge(w, dumper_flush(w->dumper, e), e);
}

int
writing_clock(struct writing *w, int64_t now, struct errbuf *e)
{
	if (w->dumper == NULL)
		return 0;
	return judge(w, dumper_clock(w->dumper, now, e), e);
}

int
writing_reopen(struct writing *w, struct errbuf *e)
{
	if (w->dumper == NULL)
		return 0;
	return judge(w, dumper_reopen(w->dumper, e), e);
}

int
writing_close(struct writing *w, struct errbuf *e)
{
	struct dumper *d = w->dumper;
	struct errbuf why;
	int result, quiet;

	if (d == NULL)
		return 0;
	outbuf_wait(w->out);
	dumper_flush(d, &why);
	w->lost = w->out->lost;
	quiet = dumper_errno(d) == EPIPE;
	w->out = NULL;
	w->dumper = NULL;
	result = dumper_close(d, &why);
	if (result == 0 || quiet)
		return 0;
	w->told = 1;
	*e = why;
	return -1;
}

uint64_t
writing_lost(const struct writing *w)
{
	return w->out != NULL ? w->out->lost : w->lost;
}

int
writing_failed(const struct writing *w)
{
	return w->told;
}
