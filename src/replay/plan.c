/* plan.c: what is to be sent, before any of it is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/live/interfaces.h"
#include "core/mix.h"
#include "replay/plan.h"

enum { BITS_FIRST = 4096 };

#define SEED	UINT64_C(0x9e3779b97f4a7c15)	/* any odd number */

static enum plan_verdict
judge(const struct plan *p, const struct frame *f, const struct link_fit *fit)
{
	uint32_t n = f->caplen - fit->skip +
	    (fit->has_header ? LINKTYPE_HEADER : 0);

	if (f->caplen < f->len)
		return PLAN_CUT;
	for (unsigned int i = 0; i < p->nto; i++) {
		if (n < p->to[i]->least)
			return PLAN_SHORT;
		if (n > sender_longest(p->to[i], f))
			return PLAN_LONG;
	}
	return PLAN_SEND;
}

static int
set_bit(struct plan *p, uint64_t number)
{
	uint64_t at = number / 8, room = p->room > 0 ? p->room : BITS_FIRST;
	uint8_t *bigger;

	while (room <= at)
		room *= 2;
	if (room > p->room) {
		bigger = realloc(p->bits, room);
		if (bigger == NULL)
			return -1;
		memset(bigger + p->room, 0, room - p->room);
		p->bits = bigger;
		p->room = room;
	}
	p->bits[at] |= (uint8_t)(1 << number % 8);
	return 0;
}

static int
make_notes(struct plan *p)
{
	uint64_t room = p->notes > 0 ? 2 * p->notes : BITS_FIRST;
	uint32_t *length;
	uint8_t *owner;

	if (p->frames[PLAN_SEND] < p->notes)
		return 0;
	length = realloc(p->length, room * sizeof(*length));
	if (length == NULL)
		return -1;
	p->length = length;
	owner = realloc(p->owner, room);
	if (owner == NULL)
		return -1;
	p->owner = owner;
	p->notes = room;
	return 0;
}

/* Not all fragments are in a session: the order among them counts more than
 * that among them and the rest. */
static int
note(struct plan *p, uint32_t n, const struct packet *k,
    const struct session *s)
{
	uint64_t at = p->frames[PLAN_SEND];

	if (p->nto <= 1 && p->threads <= 1)
		return 0;
	if (make_notes(p) == -1)
		return -1;
	p->length[at] = n;
	p->owner[at] = 0;
	if (p->threads > 1 && s != NULL &&
	    !(k->flags & (PACKET_HELD | PACKET_REASSEMBLED)))
		p->owner[at] = (uint8_t)(mix(s->id, SEED) % p->threads);
	return p->nto > 1 ? sides_note(&p->sides, k, s) : 0;
}

static int
add(struct plan *p, uint64_t number, const struct frame *f,
    const struct packet *k, const struct session *s,
    const struct link_fit *fit)
{
	uint32_t n = f->caplen - fit->skip +
	    (fit->has_header ? LINKTYPE_HEADER : 0);

	if (set_bit(p, number) == -1 ||
	    census_take(&p->census, f, fit) == -1)
		return -1;
	if (note(p, n, k, s) == -1)
		return -1;
	if (p->frames[PLAN_SEND] == 0)
		p->first = p->latest = f->ts;
	if (f->ts > p->latest)
		p->latest = f->ts;
	p->bytes += n;
	return 0;
}

static int
no_memory(struct errbuf *e)
{
	return err_set(e, "what is to be sent: %s", strerror(ENOMEM));
}

int
plan_take(struct plan *p, uint64_t number, const struct frame *f,
    const struct packet *k, const struct session *s, struct errbuf *e)
{
	enum plan_verdict v = PLAN_LINK;
	struct link_fit fit;

	if (linktype_fit(f, p->to[0]->linktype, p->header, 0, &fit) == 0)
		v = judge(p, f, &fit);
	else if (p->frames[PLAN_LINK] == 0)
		p->link = f->linktype;
	if (v == PLAN_SEND && add(p, number, f, k, s, &fit) == -1)
		return no_memory(e);
	p->frames[v]++;
	return v == PLAN_SEND;
}

int
plan_fits(const struct plan *p, const struct frame *f)
{
	struct link_fit fit;

	return linktype_fit(f, p->to[0]->linktype, p->header, 0, &fit) == 0 &&
	    judge(p, f, &fit) == PLAN_SEND;
}

void
plan_ended(struct plan *p, const struct session *s)
{
	sides_ended(&p->sides, s);
}

const char *
plan_linktype(uint32_t linktype, char *number, size_t size)
{
	const char *name = interfaces_linktype_name(linktype);

	snprintf(number, size, "%u", linktype);
	return name != NULL ? name : number;
}

static int
no_way(const struct plan *p, struct errbuf *e)
{
	char from[16], onto[16];
	uint64_t n = p->frames[PLAN_LINK];
	uint32_t to = p->to[0]->linktype;

	err_set(e, "send on %s: %llu frame%s cannot go there: the link type is "
	    "%s, not %s", p->to[0]->name, (unsigned long long)n,
	    n == 1 ? "" : "s", plan_linktype(p->link, from, sizeof(from)),
	    plan_linktype(to, onto, sizeof(onto)));
	if (to == LINKTYPE_ETHERNET && !p->header->given)
		err_hint(e, "--link-header gives IP an Ethernet header; a "
		    "filter expression leaves frames out");
	return -1;
}

int
plan_settle(struct plan *p, struct errbuf *e)
{
	if (p->frames[PLAN_LINK] > 0)
		return no_way(p, e);
	if (p->nto == 1) {
		p->side[0].frames = p->frames[PLAN_SEND];
		p->side[0].bytes = p->bytes;
		return 0;
	}
	if (sides_settle(&p->sides) == -1)
		return no_memory(e);
	for (uint64_t i = 0; i < p->frames[PLAN_SEND]; i++) {
		struct plan_side *side = &p->side[sides_get(&p->sides, i)];

		side->frames++;
		side->bytes += p->length[i];
	}
	return 0;
}

void
plan_fini(struct plan *p)
{
	census_fini(&p->census);
	sides_fini(&p->sides);
	free(p->bits);
	free(p->length);
	free(p->owner);
}

uint64_t
plan_refused(const struct plan *p)
{
	uint64_t n = 0;

	for (unsigned int i = PLAN_SEND + 1; i < PLAN_VERDICTS; i++)
		n += p->frames[i];
	return n;
}
