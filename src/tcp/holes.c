/* holes.c: what of a stream was seen, when not all of it came in order. */
#include <string.h>

#include "tcp/holes.h"

static void
track(struct trouble_side *t, const struct side *s)
{
	if (t->tracking)
		return;
	t->tracking = 1;
	t->blocks = 0;
	t->contiguous = s->next;
}

static void
drop(struct trouble_side *t, unsigned int i)
{
	t->blocks--;
	memmove(&t->block[i], &t->block[i + 1],
	    (t->blocks - i) * sizeof(t->block[0]));
}

/* What begins where all below was seen is no block of its own. */
static void
absorb(struct trouble_side *t)
{
	while (t->blocks > 0 && t->block[0].from <= t->contiguous) {
		if (t->block[0].to > t->contiguous)
			t->contiguous = t->block[0].to;
		drop(t, 0);
	}
}

static void
insert(struct trouble_side *t, int64_t from, int64_t to)
{
	unsigned int i = 0;

	while (i < t->blocks && t->block[i].to < from)
		i++;
	/* Grows over what it touches. */
	while (i < t->blocks && t->block[i].from <= to) {
		if (t->block[i].from < from)
			from = t->block[i].from;
		if (t->block[i].to > to)
			to = t->block[i].to;
		drop(t, i);
	}
	if (t->blocks == TROUBLE_BLOCKS) {
		t->contiguous = t->block[0].to;
		drop(t, 0);
		i -= i > 0;
	}
	memmove(&t->block[i + 1], &t->block[i],
	    (t->blocks - i) * sizeof(t->block[0]));
	t->block[i] = (struct block){ from, to };
	t->blocks++;
}

void
holes_fill(struct trouble_side *t, const struct side *s, int64_t from,
    int64_t to)
{
	track(t, s);
	if (from > t->contiguous)
		insert(t, from, to);
	else if (to > t->contiguous)
		t->contiguous = to;
	absorb(t);
}

void
holes_settle(struct trouble_side *t, const struct side *s)
{
	if (t->contiguous == s->next && t->blocks == 0)
		t->tracking = 0;
}

int64_t
holes_seen(const struct trouble_side *t, int64_t from, int64_t to)
{
	int64_t seen = 0;

	if (!t->tracking)
		return to - from;
	if (from < t->contiguous)
		seen = (to < t->contiguous ? to : t->contiguous) - from;
	for (unsigned int i = 0; i < t->blocks; i++) {
		int64_t low = from > t->block[i].from ? from :
		    t->block[i].from;
		int64_t high = to < t->block[i].to ? to : t->block[i].to;

		if (high > low)
			seen += high - low;
	}
	return seen;
}

void
holes_acked(struct trouble_side *t, const struct side *s, int64_t to,
    uint64_t *missed, uint32_t *gaps)
{
	track(t, s);
	while (t->contiguous < to) {
		int64_t end = to;

		if (t->blocks > 0 && t->block[0].from < to)
			end = t->block[0].from;
		*missed += (uint64_t)(end - t->contiguous);
		++*gaps;
		t->contiguous = end;
		absorb(t);
	}
	holes_settle(t, s);
}

void
holes_shift(struct trouble_side *t, int64_t places)
{
	t->contiguous += places;
	for (unsigned int i = 0; i < t->blocks; i++) {
		t->block[i].from += places;
		t->block[i].to += places;
	}
}
