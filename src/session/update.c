/* update.c: a packet comes to its session. */
#include "core/keep.h"
#include "session/impl.h"
#include "session/role.h"
#include "session/zeek.h"
#include "tcp/plain.h"

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
count(struct session_table *t, struct session *s, struct side *me,
    const struct packet *p, unsigned int dir)
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
	s->changed = 1;
	if (p->frame->flags & FRAME_SUPER)
		count_segments(t, s, p, dir);
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

/* What few packets do: open the session, move a state, turn roles round. */
static void __attribute__((noinline))
tell(struct session_table *t, struct session *s, const struct packet *p,
    const char *cause, int is_new, int turned)
{
	int64_t now = p->frame->ts;

	if (is_new) {
		expire_queue(t, s);
		session_emit(t, EVENT_NEW, cause != NULL ? cause : "packet",
		    now, s, p);
		return;
	}
	expire_requeue(t, s);
	if (turned)
		session_emit(t, EVENT_ROLE, session_role_name[s->role], now,
		    s, p);
	if (cause != NULL)
		session_emit(t, EVENT_STATE, cause, now, s, p);
}

/* All that a packet may be to a session. */
static struct session * __attribute__((noinline))
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
	count(t, s, &s->side[l->dir], p, l->dir);
	if (now > s->last)
		keep_last(s, now);
	if (p->flow.has & FLOW_BAD_CHECKSUM)
		check = count_bad_sum(t, s, l->dir);
	cause = session_is_tcp(s) ? connection_step(t, s, p, l->dir, check) :
	    step_other(t, s, l->dir, check);
	expire_touch(t, s);
	turned = !is_new && check != SUM_BAD && turn(t, s, &p->flow, l->dir);
	if (is_new || turned || cause != NULL || s->side[l->dir].packets == 1)
		tell(t, s, p, cause, is_new, turned);
	return s;
}

/* The same for what most packets are, see tcp/plain.h; 0: it is another, and
 * nothing was touched. */
static inline int
update_plain(struct session_table *t, struct session *s,
    const struct packet *p, unsigned int dir)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	const struct flow *f = &p->flow;
	int64_t now = p->frame->ts;
	enum tcp_event moved;

	KEEP(me);
	KEEP(peer);
	if ((f->has & (FLOW_TCP | FLOW_BAD_CHECKSUM)) != FLOW_TCP ||
	    expire_is_due(t, s, now) || (s->trouble != 0 &&
	    !plain_trouble(&t->troubles.slab[s->trouble], dir)) ||
	    !plain_is(me, peer, f))
		return 0;
	count(t, s, me, p, dir);
	if (now > s->last)
		keep_last(s, now);
	moved = plain_move(me, peer, f);
	zeek_plain(s, &t->troubles, dir, f);
	plain_follow(me, peer, f, now);
	expire_touch(t, s);
	if (moved != TCP_EV_NONE)
		connection_ends(s, moved);
	if (moved != TCP_EV_NONE || me->packets == 1)
		tell(t, s, p, moved != TCP_EV_NONE ? tcp_event_name[moved] :
		    NULL, 0, 0);
	return 1;
}

/* The same for a datagram of a side that has sent one before. */
static inline int
update_datagram(struct session_table *t, struct session *s,
    const struct packet *p, unsigned int dir)
{
	int64_t now = p->frame->ts;

	if (!zeek_has_datagram(s, dir) || p->flow.has & FLOW_BAD_CHECKSUM ||
	    expire_is_due(t, s, now))
		return 0;
	count(t, s, &s->side[dir], p, dir);
	if (now > s->last)
		s->last = now;
	expire_touch(t, s);
	return 1;
}

/* The packet was counted where it came first: what is new is the way. */
static struct session * __attribute__((noinline))
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
	if (s != NULL && (session_is_tcp(s) ? update_plain(t, s, p, l->dir) :
	    update_datagram(t, s, p, l->dir)))
		return s;
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
