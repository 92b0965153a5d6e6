/* confine.c: what the options leave to the program. */
#include <string.h>

#include "capture/compiler.h"
#include "confine.h"
#include "dissect/plugin.h"
#include "resolve/resolve.h"
#include "sandbox/sandbox.h"

struct load {
	const struct options *options;
	struct registry *registry;
};

/* What takes files that nobody may open later. */
static int
load(void *arg, struct errbuf *e)
{
	const struct load *l = arg;
	const struct options *o = l->options;

	for (unsigned int i = 0; l->registry != NULL && i < o->nplugins; i++)
		if (plugin_load(l->registry, o->plugin[i], e) == -1)
			return -1;
	if (o->sink.resolve != NULL &&
	    resolve_start(o->sink.resolve, e) == -1)
		return -1;
	/* An expression may name hosts and services. */
	if (o->nread > 0 && o->filter != NULL && !o->no_sandbox)
		return compiler_start(o->filter, o->capture.optimize, e);
	return 0;
}

static unsigned int
uses(const struct options *o)
{
	unsigned int u = 0;

	if (o->action != ACTION_RUN)
		return SANDBOX_THREADS;
#ifdef HAVE_AFPACKET
	if (o->nread == 0)
		u |= o->backend == BACKEND_PCAP ? SANDBOX_LIBPCAP :
		    SANDBOX_LIVE;
#else
	if (o->nread == 0)
		u |= SANDBOX_LIBPCAP;
#endif
	/* A compressed file, read or written, has a thread of its own. */
	if (o->nread > 0 || o->workers > 1 || o->write != NULL)
		u |= SANDBOX_THREADS;
	if (o->write != NULL)
		u |= SANDBOX_WRITE;
	if (o->replay.pace != 0)
		u |= SANDBOX_PACE;
	if (o->replay.nto > 0)
		u |= SANDBOX_PACE | SANDBOX_SEND;
	if (o->resolve || o->processes != NULL)
		u |= SANDBOX_ASK;
	return u;
}

int
confine(const struct options *o, struct registry *r, struct errbuf *e)
{
	struct load l = { o, r };
	const struct sandbox_needs n = {
		.uses = uses(o),
		.write = o->write,
		.user = o->user,
		.unconfined = o->no_sandbox,
		.load = load,
		.arg = &l,
	};

	return sandbox_enter(&n, e);
}
