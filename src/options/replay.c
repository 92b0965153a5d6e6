/* replay.c: the options of src/replay/. */
#include <math.h>

#include "options/optable.h"

/* Digits with a point, whatever the locale; at least "min". */
static int
decimal(const char *what, const char *s, double min, double max,
    double *value, struct errbuf *e)
{
	double scale = 1, v = 0;
	const char *p = s;
	int digits = 0, point = 0;

	for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = 1;
			continue;
		}
		digits++;
		v = v * 10 + (*p - '0');
		scale *= point ? 10 : 1;
	}
	*value = v / scale;
	if (digits == 0 || *p != '\0' || *value < min || *value > max)
		return err_set(e, "%s: %s: not a number from %g to %.0f",
		    what, s, min, max);
	return 0;
}

int
options_set_replay(struct options *o, int opt, const char *s,
    struct errbuf *e)
{
	struct replay_options *r = &o->replay;
	double v;

	switch (opt) {
	case OPT_PACE:
		return decimal("--pace", s, 1e-3, 1e6, &r->pace, e);
	case OPT_MAX_GAP:
		if (decimal("--max-gap", s, 1e-3, 1e6, &v, e) == -1)
			return -1;
		r->max_gap = (int64_t)(v * 1e9);
		return 0;
	default:
		return err_set(e, "option %d: not handled", opt);
	}
}

int
options_check_replay(const struct options *o, struct errbuf *e)
{
	const struct replay_options *r = &o->replay;

	double v;

	/* It would be a filter: "host 0.0.0.2". */
	if (r->pace != 0 && o->filter != NULL &&
	    decimal("--pace", o->filter, 0, HUGE_VAL, &v, e) == 0)
		return err_set(e, "--pace %s: write --pace=%s", o->filter,
		    o->filter);
	if (r->pace != 0 && o->nread == 0 && o->action == ACTION_RUN)
		return err_set(e, "--pace: with -r only");
	if (r->max_gap != 0 && r->pace == 0)
		return err_set(e, "--max-gap: with --pace only");
	return 0;
}
