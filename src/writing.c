/* writing.c: the file of -w. */
#include <sys/stat.h>

#include <errno.h>

#include "write/pcapwriter.h"
#include "writing.h"

/* Is it one of the files that -r names? */
static int
is_read(const struct options *o, const char *path)
{
	struct stat written, read;

	if (stat(path, &written) == -1 || !S_ISREG(written.st_mode))
		return 0;
	for (unsigned int i = 0; i < o->nread; i++)
		if (stat(o->read[i], &read) == 0 &&
		    read.st_dev == written.st_dev &&
		    read.st_ino == written.st_ino)
			return 1;
	return 0;
}

int
writing_open(struct writing *w, const struct options *o,
    const struct capture *c, const volatile sig_atomic_t *stop,
    struct errbuf *e)
{
	if (o->write == NULL || w->writer != NULL)
		return 0;
	w->over = 1;
	if (is_read(o, o->write))
		return err_set(e, "%s: it is being read, and would be "
		    "overwritten", o->write);
	w->writer = pcapwriter_open(o->write, c->linktype,
	    o->capture.snaplen, e);
	if (w->writer == NULL)
		return -1;
	w->out = pcapwriter_out(w->writer);
	w->packet_buffered = o->packet_buffered;
	if (c->live)
		pcapwriter_hold(w->writer, stop);
	w->over = 0;
	return 0;
}

/* A reader that went away is no error: that is how pipes end. */
static int
judge(struct writing *w, int result)
{
	int quiet = w->told || pcapwriter_errno(w->writer) == EPIPE;

	if (result == 0)
		return 0;
	w->over = w->told = 1;
	return quiet ? 0 : -1;
}

int
writing_frame(struct writing *w, const struct frame *f, struct errbuf *e)
{
	int result = pcapwriter_write(w->writer, f, e);

	if (result == 0 && w->packet_buffered)
		result = pcapwriter_flush(w->writer, e);
	return judge(w, result);
}

int
writing_flush(struct writing *w, struct errbuf *e)
{
	if (w->writer == NULL)
		return 0;
	return judge(w, pcapwriter_flush(w->writer, e));
}

int
writing_reopen(struct writing *w, struct errbuf *e)
{
	if (w->writer == NULL)
		return 0;
	return judge(w, pcapwriter_reopen(w->writer, e));
}

/* The last words; a reader that went away was told of before. */
int
writing_close(struct writing *w, struct errbuf *e)
{
	struct pcapwriter *p = w->writer;
	int quiet, result;

	if (p == NULL)
		return 0;
	outbuf_wait(w->out);
	result = writing_flush(w, e);
	w->lost = w->out->lost;
	w->out = NULL;
	quiet = result == -1 || pcapwriter_errno(p) == EPIPE;
	w->writer = NULL;
	if (pcapwriter_close(p, quiet ? &(struct errbuf){ "", "" } : e) == -1 &&
	    !quiet)
		return -1;
	return result;
}

uint64_t
writing_lost(const struct writing *w)
{
	return w->out != NULL ? w->out->lost : w->lost;
}
