/* planprint.c: what is to be sent, and what was, in words. */
#include "capture/live/interfaces.h"
#include "replay/plan.h"

static const char *const reasons[PLAN_VERDICTS][2] = {
	[PLAN_CUT] = { "frame was cut when it was captured",
	    "frames were cut when they were captured" },
	[PLAN_LONG] = { "frame is longer than the MTU allows",
	    "frames are longer than the MTU allows" },
	[PLAN_SHORT] = { "frame is shorter than its header",
	    "frames are shorter than their header" },
	[PLAN_LINK] = { "frame is of another link type",
	    "frames are of another link type" },
};

void
plan_print(FILE *f, const struct plan *p)
{
	char name[16];

	for (unsigned int i = 0; i < p->nto; i++) {
		const struct plan_side *side = &p->side[i];

		fprintf(f, "to send on %s, link type %s, MTU %u: %llu frame%s, "
		    "%llu bytes%s\n", p->to[i]->name, plan_linktype(p->to[i]->
		    linktype, name, sizeof(name)), p->to[i]->mtu,
		    (unsigned long long)side->frames,
		    side->frames == 1 ? "" : "s",
		    (unsigned long long)side->bytes, p->nto == 1 ? "" :
		    i == 0 ? ", of clients" : ", of servers");
	}
	census_print(f, &p->census);
	if (p->sides.alone > 0)
		fprintf(f, "  %llu frame%s in no session: by the Ethernet "
		    "address\n", (unsigned long long)p->sides.alone,
		    p->sides.alone == 1 ? "" : "s");
}

void
plan_print_refused(FILE *f, const struct plan *p)
{
	for (unsigned int i = PLAN_SEND + 1; i < PLAN_VERDICTS; i++)
		if (p->frames[i] > 0)
			fprintf(f, "not to be sent: %llu %s\n",
			    (unsigned long long)p->frames[i],
			    reasons[i][p->frames[i] != 1]);
}

static const char *
s_of(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
print_counts(FILE *f, const struct sender *s, const struct sender_counts *c,
    uint64_t planned, int64_t took)
{
	double seconds = (double)took / 1e9;

	fprintf(f, "%s: %llu", s->name, (unsigned long long)c->frames);
	if (planned != 0 && c->frames != planned)
		fprintf(f, " of %llu", (unsigned long long)planned);
	fprintf(f, " frame%s sent, %llu bytes, in %.6f s", s_of(planned != 0 ?
	    planned : c->frames), (unsigned long long)c->bytes, seconds);
	if (took > 0)
		fprintf(f, ": %.0f frames/s, %.3f Mbit/s",
		    (double)c->frames / seconds,
		    (double)c->bytes * 8 / 1e6 / seconds);
	fputc('\n', f);
}

static void
print_troubles(FILE *f, const struct sender *s, const struct sender_counts *c)
{
	if (c->no_room > 0)
		fprintf(f, "%s: %llu frame%s not sent: there was no room for "
		    "a second\n", s->name, (unsigned long long)c->no_room,
		    s_of(c->no_room));
	if (c->too_long > 0)
		fprintf(f, "%s: %llu frame%s not sent: longer than the MTU "
		    "allows\n", s->name, (unsigned long long)c->too_long,
		    s_of(c->too_long));
	if (c->waits > 0)
		fprintf(f, "%s: waited for room %llu time%s\n", s->name,
		    (unsigned long long)c->waits, s_of(c->waits));
}

void
plan_print_sent(FILE *f, const struct plan *p, const struct sender_counts *c,
    uint64_t times, int64_t took)
{
	for (unsigned int i = 0; i < p->nto; i++) {
		print_counts(f, p->to[i], &c[i], p->side[i].frames * times,
		    took);
		print_troubles(f, p->to[i], &c[i]);
	}
}
