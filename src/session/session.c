/* session.c: every session on the wire, and the state of both endpoints. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/fetch.h"
#include "session/impl.h"
#include "session/role.h"
#include "session/zeek.h"
#include "tcp/rtt.h"

void
session_config_init(struct session_config *c)
{
	memset(c, 0, sizeof(*c));
	c->max = 1 << 20;
	for (unsigned int i = 0; i < TIMEOUTS; i++)
		c->timeout[i] = session_timeouts[i].seconds * SECOND;
}

struct session_table *
session_table_new(const struct session_config *config, struct errbuf *e)
{
	struct session_table *t = aligned_alloc(alignof(struct session_table),
	    sizeof(*t));

	if (t != NULL)
		memset(t, 0, sizeof(*t));
	if (t == NULL || (t->paths = path_table_new()) == NULL) {
		err_set(e, "session table: %s", strerror(errno));
		free(t);
		return NULL;
	}
	t->config = *config;
	schedule_init(&t->schedule, config->interval, config->ahead);
	if (table_init(&t->table, config->max, config->seed, e) == 0) {
		if (trouble_init(&t->troubles, config->max, e) == 0)
			return t;
		table_fini(&t->table);
	}
	path_table_free(t->paths);
	free(t);
	return NULL;
}

void
session_table_free(struct session_table *t)
{
	if (t == NULL)
		return;
	table_fini(&t->table);
	trouble_fini(&t->troubles);
	path_table_free(t->paths);
	free(t);
}

const struct session_stats *
session_stats(const struct session_table *t)
{
	return &t->stats;
}

const struct trouble *
session_trouble(const struct session_table *t, const struct session *s)
{
	return s->trouble != 0 ? &t->troubles.slab[s->trouble] : NULL;
}

void
session_emit(struct session_table *t, enum session_event_kind kind,
    const char *cause, int64_t time, const struct session *s,
    const struct packet *p)
{
	struct session_event ev = { kind, time, cause, s, p };

	if (t->config.on_event != NULL)
		t->config.on_event(t->config.arg, &ev);
}

void
session_conclude(struct session_table *t, struct session *s,
    enum session_end why, int64_t time)
{
	/* What it was heading for says more than what set it free. */
	if (s->end == END_OPEN)
		s->end = (uint8_t)why;
	session_emit(t, EVENT_END, session_end_name[s->end], time, s, NULL);
	if (t->config.on_end != NULL)
		t->config.on_end(t->config.arg, s);
	t->stats.live--;
	s->id = 0;		/* tells a free one from a live one */
}

void
session_end(struct session_table *t, struct session *s, enum session_end why,
    int64_t time)
{
	const struct session *next = &t->table.slab[s->next];

	/* The next in its list may be the next to end. */
	table_prefetch(&t->table, s->hash);
	fetch(next, next + 1);
	session_conclude(t, s, why, time);
	path_put(t->paths, s->path);
	trouble_put(&t->troubles, s->trouble);
	table_dequeue(&t->table, s);
	table_remove(&t->table, s);
}

static struct session * __attribute__((noinline))
create(struct session_table *t, const struct packet *p,
    const struct session_lookup *l, uint64_t number)
{
	struct session *s;

	if (t->table.live >= t->config.max)
		expire_evict(t, p->frame->ts);
	s = table_add(&t->table, &l->key, l->hash);
	if (s == NULL)
		return NULL;
	s->id = number;
	t->stats.created++;
	if (++t->stats.live > t->stats.peak)
		t->stats.peak = t->stats.live;
	s->start = s->last = p->frame->ts;
	s->side[0].timed_at = s->side[1].timed_at = RTT_NONE;
	s->path = path_get(t->paths, p);
	role_init(s, &p->flow, l->dir);
	if (s->client != l->dir)
		zeek_flipped(s, &t->troubles);
	s->timeout = TIMEOUT_UNKNOWN;
	table_enqueue(&t->table, s);
	return s;
}

/* One frame, several packets. */
static void __attribute__((noinline))
count_segments(struct session_table *t, struct session *s,
    const struct packet *p, unsigned int dir)
{
	struct side *me = &s->side[dir];
	uint64_t more = me->segments + (packet_segments(p) - UINT64_C(1));

	me->segments = (uint8_t)more;
	if (more > UINT8_MAX)
		trouble_get(&t->troubles, &s->trouble)->side[dir].segments
		    += more - me->segments;
}

_Static_assert(SIDE_PAYLOAD == FLOW_TRANSPORT << 2 &&
    SIDE_CHECKED == FLOW_CHECKED << 2 && SIDE_GOOD_SUM == SIDE_CHECKED << 1,
    "count() shifts where it might test");

static inline void
count(struct side *me, const struct packet *p)
{
	const struct flow *f = &p->flow;
	unsigned int seen = (f->has & (FLOW_TRANSPORT | FLOW_CHECKED)) << 2;

	if (me->packets++ == 0)
		me->ttl = f->ttl;
	me->frame_bytes += p->datagram_bytes;
	me->ip_bytes += f->ip_len;
	me->payload_bytes += f->payload_len;	/* 0 where it is not known */
	if (!(f->has & FLOW_BAD_CHECKSUM))
		seen |= seen << 1 & SIDE_GOOD_SUM;
	me->seen |= (uint16_t)seen;
}

/*
 * Counts a checksum that is wrong.  A side of which no good one was ever seen
 * cannot send any that is right, or they were spoilt where it was captured: it
 * is believed.
 */
static enum sum __attribute__((noinline))
count_bad_sum(struct session_table *t, struct session *s, unsigned int dir)
{
	struct side *me = &s->side[dir];

	me->seen |= SIDE_CHECKED;
	trouble_get(&t->troubles, &s->trouble)->side[dir].bad_checksums++;
	return me->seen & SIDE_GOOD_SUM ? SUM_BAD : SUM_GOOD;
}

static const char *
step_other(struct session_table *t, struct session *s, unsigned int dir,
    enum sum check)
{
	if (check == SUM_BAD)
		zeek_bad_checksum(s, &t->troubles, dir);
	else if (s->key.protocol == PROTO_UDP ||
	    s->key.protocol == PROTO_UDPLITE)
		zeek_datagram(s, &t->troubles, dir);
	return s->side[dir].packets == 1 && session_two_way(s) ? "reply" :
	    NULL;
}

static struct session *
find_flow(const struct session_table *t, const struct packet *p,
    const struct flow *f, struct session_lookup *l)
{
	struct session *s;

	lookup_fill(t, p, f, l);
	if (!l->valid)
		return NULL;
	s = table_find(&t->table, &l->key, l->hash);
	return s == NULL || expire_is_due(t, s, p->frame->ts) ? NULL : s;
}

struct session *
session_quoted(struct session_table *t, const struct packet *p,
    const struct flow *quoted)
{
	struct session_lookup l;
	struct session *s = find_flow(t, p, quoted, &l);
	const char *cause;

	if (s == NULL)
		return NULL;
	trouble_get(&t->troubles, &s->trouble)->icmp_errors++;
	s->changed = 1;
	cause = session_icmp_cause(&p->flow);
	session_emit(t, EVENT_ICMP_ERROR, cause, p->frame->ts, s, p);
	if (connection_gives_up(s, p, l.dir)) {
		expire_requeue(t, s);
		session_emit(t, EVENT_STATE, cause, p->frame->ts, s, p);
	}
	return s;
}

int
session_quoted_inside(const struct packet *p, struct flow *inside)
{
	if (p->quoted.ip_version != p->flow.ip_version)
		return 0;
	*inside = p->quoted;
	inside->src = p->flow.dst;
	return 1;
}

/* An ICMP error is about the session that it quotes, if that is known. */
static struct session *
update_quoted(struct session_table *t, const struct packet *p)
{
	struct session *s = session_quoted(t, p, &p->quoted);
	struct flow inside;

	if (s == NULL && session_quoted_inside(p, &inside))
		s = session_quoted(t, p, &inside);
	return s;
}

/* The session that was found, unless it is over: then it ends here. */
static inline struct session *
give_way(struct session_table *t, struct session *s, const struct packet *p,
    unsigned int dir)
{
	int64_t now = p->frame->ts;

	if (s == NULL)
		return NULL;
	if (expire_is_due(t, s, now)) {
		session_end(t, s, END_TIMEOUT, expire_time(t, s));
		return NULL;
	}
	if (p->flow.has & FLOW_TCP && p->flow.tcp.flags & TCP_SYN &&
	    connection_is_another(t, s, &p->flow, dir)) {
		session_end(t, s, END_REUSED, now);
		return NULL;
	}
	return s;
}

/* What comes when both have closed is no part of Zeek's duration. */
static void
keep_last(struct session *s, int64_t now)
{
	if (session_is_tcp(s) && zeek_is_closed(s)) {
		int64_t us = s->trailing + (now - s->last) / 1000;

		s->trailing = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
	}
	s->last = now;
}

/* Do roles turn round? */
static inline int
turn(struct session_table *t, struct session *s, const struct flow *f,
    unsigned int dir)
{
	if (!(f->tcp.flags & TCP_SYN) || !role_update(s, f, dir))
		return 0;
	zeek_flipped(s, &t->troubles);
	return 1;
}

void
session_listens(struct session_table *t, struct session *s, unsigned int dir,
    int64_t now)
{
	if (!role_listens(s, dir))
		return;
	zeek_flipped(s, &t->troubles);
	s->changed = 1;
	session_emit(t, EVENT_ROLE, session_role_name[s->role], now, s, NULL);
}

uint32_t
session_number(const struct session_table *t, const struct session *s)
{
	return (uint32_t)(s - t->table.slab);
}

struct session *
session_at(struct session_table *t, uint32_t number)
{
	return &t->table.slab[number];
}

/* What few packets do: open the session, move a state, turn roles round. */
static void __attribute__((noinline))
tell(struct session_table *t, struct session *s, const struct packet *p,
    const char *cause, int is_new, int turned)
{
	int64_t now = p->frame->ts;

	expire_requeue(t, s);
	if (is_new)
		session_emit(t, EVENT_NEW, cause != NULL ? cause : "packet",
		    now, s, p);
	if (turned)
		session_emit(t, EVENT_ROLE, session_role_name[s->role], now,
		    s, p);
	if (!is_new && cause != NULL)
		session_emit(t, EVENT_STATE, cause, now, s, p);
}

static inline struct session *
update(struct session_table *t, struct session *s, const struct packet *p,
    const struct session_lookup *l, uint64_t number)
{
	int64_t now = p->frame->ts;
	enum sum check = SUM_GOOD;
	const char *cause;
	int is_new, turned;

	s = give_way(t, s, p, l->dir);
	is_new = s == NULL;
	if (is_new && (s = create(t, p, l, number)) == NULL)
		return NULL;
	count(&s->side[l->dir], p);
	if (p->frame->flags & FRAME_SUPER)
		count_segments(t, s, p, l->dir);
	s->changed = 1;
	if (now > s->last)
		keep_last(s, now);
	if (p->flow.has & FLOW_BAD_CHECKSUM)
		check = count_bad_sum(t, s, l->dir);
	cause = session_is_tcp(s) ? connection_step(t, s, p, l->dir, check) :
	    step_other(t, s, l->dir, check);
	expire_touch(t, s);
	if (is_new)
		s->active = 0;
	turned = !is_new && check != SUM_BAD && turn(t, s, &p->flow, l->dir);
	if (is_new || turned || cause != NULL || s->side[l->dir].packets == 1)
		tell(t, s, p, cause, is_new, turned);
	return s;
}

/* The packet was counted where it came first: what is new is the way. */
static struct session *
see_copy(struct session_table *t, const struct packet *p,
    const struct session_lookup *l)
{
	const struct flow *f = p->flags & PACKET_QUOTE ? &p->quoted : &p->flow;
	struct session_lookup its = *l;
	struct session *s = NULL;

	if (p->flags & PACKET_QUOTE)
		s = find_flow(t, p, f, &its);
	if (s == NULL && l->valid)
		s = find_flow(t, p, &p->flow, &its);
	if (s != NULL && s->path != NULL)
		s->path = path_also_on(t->paths, s->path, p->frame->ifindex);
	return s;
}

/* Mostly where session_prefetch() saw it; it may have ended since. */
static inline struct session *
find(const struct session_table *t, const struct session_lookup *l)
{
	struct session *s = &t->table.slab[l->number];

	return table_is(s, &l->key, l->hash) ? s :
	    table_find(&t->table, &l->key, l->hash);
}

struct session *
session_move(struct session_table *t, const struct packet *p,
    const struct session_lookup *l, uint64_t number)
{
	struct session *s;

	if (p->flags & PACKET_COPY)
		return see_copy(t, p, l);
	if (!l->valid)
		return NULL;
	s = find(t, l);
	if (l->held)
		return s == NULL || expire_is_due(t, s, p->frame->ts) ? NULL :
		    s;
	return update(t, s, p, l, number);
}

/* Something has timed out, or the packet is about another session. */
static struct session * __attribute__((noinline))
update_after(struct session_table *t, const struct packet *p,
    const struct session_lookup *l, uint64_t number)
{
	struct session *s;

	session_tick(t, p->frame->ts);
	if (session_is_error(p, l) && (s = update_quoted(t, p)) != NULL)
		return s;
	return session_move(t, p, l, number);
}

struct session *
session_update(struct session_table *t, const struct packet *p,
    const struct session_lookup *l, uint64_t number)
{
	if (session_is_error(p, l) ||
	    !schedule_goes_on(&t->schedule, p->frame->ts))
		return update_after(t, p, l, number);
	return session_move(t, p, l, number);
}
