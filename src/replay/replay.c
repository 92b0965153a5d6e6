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

struct capture *
replay_pace(const struct options *o, struct capture *c, struct errbuf *e)
{
	struct pace_options pace = {
		.mode = PACE_RECORDED,
		.rate = o->replay.pace,
		.max_gap = o->replay.max_gap,
		.views = o->sink.views != 0,
		.keys = (uint8_t)has_keys(o),
	};

	return o->replay.pace == 0 ? c : pace_open(c, &pace, e);
}
