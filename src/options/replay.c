/* replay.c: the options of src/replay/. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "capture/live/netns.h"
#include "core/parse.h"
#include "options/optable.h"

enum { ETHERTYPE_LEAST = 0x0600 };

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

static int
add_place(struct replay_options *r, const char *s, size_t n, struct errbuf *e)
{
	char *one;
	int result;

	if (n == 0)
		return err_set(e, "--replay-to: an interface has a name");
	one = strndup(s, n);
	if (one == NULL)
		return err_set(e, "--replay-to: no memory");
	result = netns_place(&r->to[r->nto++], one, NULL, e);
	free(one);
	return result;
}

/* IFACE, or IFACE,IFACE. */
static int
set_to(struct replay_options *r, const char *s, struct errbuf *e)
{
	size_t n;

	if (r->nto > 0)
		return err_set(e, "--replay-to: it is named twice");
	for (;; s += n + 1) {
		n = strcspn(s, ",");
		if (r->nto == 2)
			return err_set(e, "--replay-to: more than two "
			    "interfaces");
		if (add_place(r, s, n, e) == -1)
			return -1;
		if (s[n] == '\0')
			break;
	}
	if (r->nto == 2 && strcmp(r->to[0].name, r->to[1].name) == 0)
		return err_set(e, "--replay-to: %s is named twice",
		    r->to[0].name);
	return 0;
}

static int
set_loop(struct replay_options *r, const char *s, struct errbuf *e)
{
	r->loops = 1;
	return parse_number("--loop", s, 0, UINT32_MAX, &r->loop, e);
}

/* SRC,DST or SRC,DST,TYPE. */
static int
set_header(struct link_header *h, const char *s, struct errbuf *e)
{
	const char *p = parse_hex(s, h->mac[0], 6, ':');
	char *end;
	unsigned long type = 0;

	if (p == NULL || *p != ',' ||
	    (p = parse_hex(p + 1, h->mac[1], 6, ':')) == NULL)
		goto bad;
	if (*p == ',') {
		type = strtoul(++p, &end, 16);
		if (!isxdigit((unsigned char)*p) || *end != '\0' ||
		    type < ETHERTYPE_LEAST || type > UINT16_MAX)
			goto bad;
	} else if (*p != '\0')
		goto bad;
	h->type = (uint16_t)type;
	h->given = 1;
	return 0;
bad:
	return err_set(e, "--link-header: %s: not SRC,DST or SRC,DST,TYPE, "
	    "two Ethernet addresses and an EtherType in hex", s);
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
	case OPT_REPLAY_TO:
		return set_to(r, s, e);
	case OPT_PPS:
		return decimal("--pps", s, 1e-3, 1e9, &r->pps, e);
	case OPT_MBPS:
		return decimal("--mbps", s, 1e-3, 1e6, &r->mbps, e);
	case OPT_LOOP:
		return set_loop(r, s, e);
	case OPT_LINK_HEADER:
		return set_header(&r->header, s, e);
	default:
		return err_set(e, "option %d: not handled", opt);
	}
}

/* What makes no sense without, and what not with it. */
static int
check_sending(const struct options *o, struct errbuf *e)
{
	const struct replay_options *r = &o->replay;
	const char *rate = r->topspeed ? "--topspeed" : r->pps != 0 ?
	    "--pps" : r->mbps != 0 ? "--mbps" : NULL;
	const char *alone = rate != NULL ? rate : r->loops ? "--loop" :
	    r->header.given ? "--link-header" : NULL;

	if (r->nto == 0)
		return alone == NULL ? 0 : err_set(e, "%s: with --replay-to "
		    "only", alone);
	if (o->nread == 0)
		return err_set(e, "--replay-to: with -r only: it sends what "
		    "stands in files");
	if ((r->topspeed != 0) + (r->pps != 0) + (r->mbps != 0) +
	    (r->pace != 0) > 1)
		return err_set(e, "--pace, --pps, --mbps, --topspeed: one of "
		    "them");
	if (rate != NULL && r->max_gap != 0)
		return err_set(e, "--max-gap: not with %s", rate);
	if (o->write != NULL)
		return err_set(e, "--replay-to: not with -w");
	if (o->workers > 1 && (!r->topspeed || o->sink.views != 0 ||
	    o->stats != 0))
		return err_set(e, "--workers: with --replay-to only where "
		    "there is --topspeed, and nothing is shown");
	return 0;
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
	if (o->action != ACTION_RUN)
		return 0;
	if (r->pace != 0 && o->nread == 0)
		return err_set(e, "--pace: with -r only");
	if (check_sending(o, e) == -1)
		return -1;
	if (r->max_gap != 0 && r->pace == 0 && r->nto == 0)
		return err_set(e, "--max-gap: with --pace only");
	return 0;
}
