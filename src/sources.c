/* sources.c: opens what -i or -r name. */
#include <unistd.h>

#include "capture/file/merge.h"
#include "capture/live/interfaces.h"
#include "capture/live/netns.h"
#include "capture/live/several.h"
#include "pipeline/pipeline.h"
#include "sources.h"

static struct capture *
open_here(const struct options *o, const struct capture_place *at,
    const struct capture_options *c, struct errbuf *e)
{
#ifdef HAVE_AFPACKET
	if (o->backend != BACKEND_PCAP)
		return capture_open_afpacket(at, c, e);
#else
	if (o->backend == BACKEND_AFPACKET) {
		err_set(e, "--backend afpacket: not in this build");
		return NULL;
	}
#endif
	return capture_open_libpcap(at, c, e);
}

/* In its namespace; sockets stay there. */
static struct capture *
open_interface(const struct options *o, const struct capture_place *at,
    const struct capture_options *c, struct errbuf *e)
{
	struct capture *source;
	struct netns way;

	if (netns_enter(&way, at->netns, e) == -1)
		return NULL;
	source = open_here(o, at, c, e);
	if (source == NULL) {
		(void)netns_leave(&way, &(struct errbuf){ "", "" });
	} else if (netns_leave(&way, e) == -1) {
		capture_close(source);
		source = NULL;
	}
	return source;
}

struct capture *
sources_live(const struct options *o,
    void (*failed)(void *, const struct errbuf *),
    void (*tell)(void *, const struct errbuf *), void *arg, struct errbuf *e)
{
	struct capture_options c = o->capture;
	struct capture *v[OPTIONS_LIST];
	unsigned int n;

	if (o->linktype != NULL)
		c.linktype = interfaces_linktype(o->linktype);
	c.immediate = o->line_buffered || isatty(STDOUT_FILENO);
	c.prompt = o->nplaces > 1;
	c.tell = tell;
	c.arg = arg;
	for (n = 0; n < o->nplaces; n++) {
		v[n] = open_interface(o, &o->place[n], &c, e);
		if (v[n] == NULL)
			break;
	}
	if (n == o->nplaces)
		return n == 1 ? v[0] : several_open(v, n, failed, arg, e);
	while (n > 0)
		capture_close(v[--n]);
	return NULL;
}

void
sources_open(const struct options *o, int *fd,
    void (*failed)(void *, const struct errbuf *), void *arg)
{
	struct errbuf e;

	for (unsigned int i = 0; i < o->nread; i++) {
		fd[i] = pipeline_stop ? -1 :
		    capture_open_path(o->read[i], &e);
		if (fd[i] == -1 && !pipeline_stop)
			failed(arg, &e);
	}
}

struct capture *
sources_files(const struct options *o, const int *fd,
    void (*failed)(void *, const struct errbuf *), void *arg)
{
	struct capture_options options = o->capture;
	struct capture *v[OPTIONS_LIST] = { NULL }, *c;
	struct errbuf e;
	unsigned int n = 0;

	options.stop = &pipeline_stop;
	for (unsigned int i = 0; i < o->nread && !pipeline_stop; i++) {
		if (fd[i] == -1)
			continue;
		v[n] = capture_open_file(o->read[i], fd[i], &options, &e);
		if (v[n] != NULL)
			n++;
		else
			failed(arg, &e);
	}
	if (n <= 1)
		return v[0];
	c = merge_open(v, n, failed, arg, &e);
	if (c == NULL)
		failed(arg, &e);
	return c;
}
