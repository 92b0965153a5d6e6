/* series.c: when -w goes on in another file, and what that is called. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "write/series.h"

#define SERIES_LEAP	(86400 * INT64_C(1000000000))	/* ns */

void
series_init(struct series *s, const struct series_options *o,
    const char *pattern, size_t stem)
{
	*s = (struct series){ .options = o, .pattern = pattern, .stem = stem,
	    .from = INT64_MAX, .until = INT64_MIN };
}

/* Digits that let the names of a ring sort, as tcpdump's. */
static int
series_digits(uint32_t files)
{
	int n = 0;

	for (uint32_t last = files > 0 ? files - 1 : 0; last > 0; last /= 10)
		n++;
	return n;
}

static int
series_too_long(const struct series *s, struct errbuf *e)
{
	return err_set(e, "%s: the name of a file is empty or too long",
	    s->pattern);
}

/* The name of the period; 1: it is the one of the period before. */
static int
series_base(struct series *s, struct errbuf *e)
{
	time_t t = (time_t)(s->from / 1000000000) - (s->from % 1000000000 < 0);
	char pattern[PATH_MAX], base[PATH_MAX];
	struct tm tm;
	int same;

	if (s->stem == 0 || s->stem >= sizeof(pattern))
		return series_too_long(s, e);
	memcpy(pattern, s->pattern, s->stem);
	pattern[s->stem] = '\0';
	if (s->options->period == 0)
		memcpy(base, pattern, s->stem + 1);
	else if (localtime_r(&t, &tm) == NULL || strftime(base, sizeof(base),
	    pattern, &tm) == 0)
		return series_too_long(s, e);
	same = strcmp(base, s->base) == 0;
	memcpy(s->base, base, sizeof(base));
	return same;
}

static int
series_name(struct series *s, struct errbuf *e)
{
	int digits = s->options->bytes == 0 ? 0 :
	    series_digits(s->options->files);
	const char *suffix = s->pattern + s->stem;
	int n;

	if (s->number == 0 && digits == 0)
		n = snprintf(s->name, sizeof(s->name), "%s%s", s->base,
		    suffix);
	else
		n = snprintf(s->name, sizeof(s->name), "%s%0*u%s", s->base,
		    digits, s->number, suffix);
	/* ".part" goes behind it. */
	if (n <= 0 || n >= (int)sizeof(s->name) - 8)
		return series_too_long(s, e);
	return SERIES_NEXT;
}

static int
series_near(int64_t a, int64_t b)
{
	return a - b <= SERIES_LEAP && b - a <= SERIES_LEAP;
}

/* Is it to be believed that it is so late, or so early? */
static int
series_believes(struct series *s, int64_t t)
{
	int64_t known = t < s->from ? s->from : s->until;

	if (series_near(t, known) || (s->suspect != 0 &&
	    series_near(t, s->suspect))) {
		s->suspect = 0;
		return 1;
	}
	s->suspect = t;
	return 0;
}

/* Whether another period begins. */
static int
series_moves(struct series *s, int64_t t)
{
	int64_t period = s->options->period, n;

	if (period == 0) {
		s->from = INT64_MIN;
		s->until = INT64_MAX;
		return 1;
	}
	if (!series_has_begun(s)) {
		s->from = t;
	} else if (!series_believes(s, t)) {
		return 0;
	} else if (t >= s->until) {
		n = (t - s->from) / period;
		s->from += n * period;
		s->periods += (uint64_t)n;
	} else if (series_near(t, s->from)) {
		return 0;		/* late, but not by much */
	} else {
		s->from = t;		/* a clock was set back */
	}
	s->until = s->from + period;
	return 1;
}

int
series_turn(struct series *s, int64_t t, uint64_t size, struct errbuf *e)
{
	const struct series_options *o = s->options;
	int same;

	if ((t < s->from || t >= s->until) && series_moves(s, t)) {
		if (o->period != 0 && o->bytes == 0 && o->files != 0 &&
		    s->periods >= o->files)
			return SERIES_OVER;
		same = series_base(s, e);
		if (same == -1)
			return -1;
		if (!same) {
			s->number = 0;
			return series_name(s, e);
		}
	}
	if (o->bytes == 0 || size <= o->bytes)
		return SERIES_STAY;
	s->number = o->files != 0 ? (s->number + 1) % o->files :
	    s->number + 1;
	return series_name(s, e);
}
