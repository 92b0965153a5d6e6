/* sources.c: opens what -i or -r name. */
#include <unistd.h>

#include "capture/file/merge.h"
#include "capture/live/interfaces.h"
#include "pipeline.h"
#include "sources.h"

struct capture *
sources_live(const struct options *o, struct errbuf *e)
{
	struct capture_options c = o->capture;

	if (o->linktype != NULL)
		c.linktype = interfaces_linktype(o->linktype);
	c.immediate = o->line_buffered || isatty(STDOUT_FILENO);
#ifdef HAVE_AFPACKET
	if (o->backend != BACKEND_PCAP)
		return capture_open_afpacket(o->interface, &c, e);
#else
	if (o->backend == BACKEND_AFPACKET) {
		err_set(e, "--backend afpacket: not in this build");
		return NULL;
	}
#endif
	return capture_open_libpcap(o->interface, &c, e);
}

struct capture *
sources_files(const struct options *o,
    void (*failed)(void *, const struct errbuf *), void *arg)
{
	struct capture_options options = o->capture;
	struct capture *v[OPTIONS_LIST] = { NULL }, *c;
	struct errbuf e;
	unsigned int n = 0;

	options.stop = &pipeline_stop;
	for (unsigned int i = 0; i < o->nread && !pipeline_stop; i++) {
		v[n] = capture_open_savefile(o->read[i], &options, &e);
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
