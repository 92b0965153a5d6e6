/* replay.c: what the options ask of a replay. */
#include <string.h>
#include <unistd.h>

#include "options/options.h"
#include "replay/pace.h"

/* Is standard input free, and a terminal where somebody sits? */
static int
has_keys(const struct options *o)
{
	for (unsigned int i = 0; i < o->nread; i++)
		if (strcmp(o->read[i], "-") == 0)
			return 0;
	return isatty(STDIN_FILENO);
}

static void
set_rate(const struct replay_options *r, struct pace_options *p)
{
	p->mode = PACE_RECORDED;
	p->rate = r->pace != 0 ? r->pace : 1;
	if (r->topspeed) {
		p->mode = PACE_NONE;
	} else if (r->pps != 0) {
		p->mode = PACE_PACKETS;
		p->rate = r->pps;
	} else if (r->mbps != 0) {
		p->mode = PACE_BITS;
		p->rate = r->mbps * 1e6;
	}
}

struct capture *
replay_pace(const struct options *o, struct capture *c, struct errbuf *e)
{
	const struct replay_options *r = &o->replay;
	struct pace_options pace = {
		.max_gap = r->max_gap,
		.exact = r->nto > 0,
		.views = o->sink.views != 0,
		.keys = (uint8_t)has_keys(o),
	};

	if (r->pace == 0 && r->nto == 0)
		return c;
	set_rate(r, &pace);
	return pace_open(c, &pace, e);
}
