/* session.c: every session on the wire, and the state of both endpoints. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session/clock.h"
#include "session/path.h"
#include "session/role.h"
#include "session/table.h"
#include "session/tcp.h"

#define SECOND	INT64_C(1000000000)

enum { STEPS_BACK = 64 };	/* at a time; see expire_list() */

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58,
    PROTO_UDPLITE = 136 };

struct session_table {
	struct table table;
	struct session_config config;
	struct path_table *paths;
	struct session_stats stats;
	struct packet_clock clock;
	int64_t next_expiry;
};

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
	struct session_table *t = calloc(1, sizeof(*t));

	if (t == NULL || (t->paths = path_table_new()) == NULL) {
		err_set(e, "session table: %s", strerror(errno));
		free(t);
		return NULL;
	}
	t->config = *config;
	t->next_expiry = INT64_MIN;
	if (table_init(&t->table, config->max, config->seed, e) == -1) {
		path_table_free(t->paths);
		free(t);
		return NULL;
	}
	return t;
}

void
session_table_free(struct session_table *t)
{
	if (t == NULL)
		return;
	table_fini(&t->table);
	path_table_free(t->paths);
	free(t);
}

const struct session_stats *
session_stats(const struct session_table *t)
{
	return &t->stats;
}

/* These name their sessions by ports, or by type and code: without them, no
 * session. */
static int
needs_ports(uint8_t protocol)
{
	return protocol == PROTO_ICMP || protocol == PROTO_ICMPV6 ||
	    protocol_has_ports(protocol);
}

/* The lower (address, port) pair goes first: trap 2 of the design. */
static unsigned int
direction(const struct flow *f)
{
	int order = memcmp(&f->src, &f->dst, sizeof(f->src));

	if (f->has & FLOW_ONE_WAY)
		return 0;
	return order != 0 ? order > 0 : f->sport > f->dport;
}

static void
lookup_fill(const struct session_table *t, const struct flow *f,
    struct session_lookup *l)
{
	struct session_key *k = &l->key;
	unsigned int dir;

	l->held = (f->has & FLOW_FRAGMENT) != 0;
	l->valid = f->has & FLOW_IP && (f->has & FLOW_PORTS ||
	    (!needs_ports(f->protocol) && !l->held));
	if (!l->valid)
		return;
	l->dir = (uint8_t)(dir = direction(f));
	k->addr[dir] = f->src;
	k->addr[dir ^ 1] = f->dst;
	k->port[dir] = f->sport;
	k->port[dir ^ 1] = f->dport;
	k->protocol = f->protocol;
	k->ip_version = f->ip_version;
	k->one_way = (f->has & FLOW_ONE_WAY) != 0;
	k->zero = 0;
	l->hash = table_hash(&t->table, k);
}

void
session_prepare(struct session_table *t, const struct packet *p,
    struct session_lookup *l)
{
	lookup_fill(t, &p->flow, l);
	if (!(p->flow.has & FLOW_TRANSPORT) && p->flow.has & FLOW_PORTS &&
	    !(p->flags & PACKET_TRUNCATED) && !l->held)
		l->valid = 0;	/* ports of a header that is none */
	if (l->valid)
		table_prefetch(&t->table, l->hash);
}

void
session_prefetch(struct session_table *t, const struct session_lookup *l)
{
	if (l->valid)
		table_prefetch_session(&t->table, l->hash);
}

static void
emit(struct session_table *t, enum session_event_kind kind, const char *cause,
    int64_t time, const struct session *s, const struct packet *p)
{
	struct session_event ev = { kind, time, cause, s, p };

	if (t->config.on_event != NULL)
		t->config.on_event(t->config.arg, &ev);
}

static void
end_session(struct session_table *t, struct session *s, enum session_end why,
    int64_t time)
{
	/* What it was heading for says more than what set it free. */
	if (s->end == END_OPEN)
		s->end = (uint8_t)why;
	emit(t, EVENT_END, session_end_name[s->end], time, s, NULL);
	if (t->config.on_end != NULL)
		t->config.on_end(t->config.arg, s);
	path_put(t->paths, s->path);
	table_dequeue(&t->table, s);
	table_remove(&t->table, s);
	t->stats.live--;
}

static int
timed_out(const struct session_table *t, const struct session *s, int64_t now)
{
	int64_t limit = t->config.timeout[s->timeout];

	return limit != 0 && now - s->last > limit;
}

/* Ends what has timed out, from the head of one list.  A session with a time
 * stamp in the future must not keep those behind it alive: it steps back. */
static void
expire_list(struct session_table *t, unsigned int timeout, int64_t now)
{
	unsigned int steps = STEPS_BACK;
	struct session *s;

	while ((s = table_oldest(&t->table, timeout)) != NULL) {
		if (timed_out(t, s, now)) {
			end_session(t, s, END_TIMEOUT,
			    s->last + t->config.timeout[timeout]);
		} else if (s->last > now + CLOCK_NEAR && steps-- > 0) {
			table_dequeue(&t->table, s);
			table_enqueue(&t->table, s);
		} else {
			break;
		}
	}
}

void
session_expire(struct session_table *t, int64_t ts)
{
	int64_t now = clock_tick(&t->clock, ts);

	if (now < t->next_expiry && now > t->next_expiry - 2 * CLOCK_NEAR)
		return;
	t->next_expiry = now + SECOND;
	for (unsigned int i = 0; i < TIMEOUTS; i++)
		if (t->config.timeout[i] != 0)
			expire_list(t, i, now);
}

/* Closed sessions go before open ones, the least recently active first. */
static void
evict(struct session_table *t, int64_t now)
{
	struct session *victim = NULL;

	for (unsigned int i = 0; i < TIMEOUTS; i++) {
		struct session *s = table_oldest(&t->table, i);

		if (s != NULL && (victim == NULL || s->last < victim->last))
			victim = s;
		if (victim != NULL && i == TIMEOUT_TIME_WAIT)
			break;
	}
	if (victim == NULL)
		return;
	t->stats.evicted++;
	if (victim->end == END_OPEN)
		t->stats.evicted_open++;
	end_session(t, victim, END_EVICTED, now);
}

/* Lists are in order of activity, to a second or so: a busy session is not
 * moved with every packet. */
static void
keep_order(struct session_table *t, struct session *s, int64_t now)
{
	uint32_t step = (uint32_t)(now >> 30);

	if (s->moved == step)
		return;
	s->moved = step;
	if (s->next == 0)
		return;		/* the last already */
	table_dequeue(&t->table, s);
	table_enqueue(&t->table, s);
}

static enum session_timeout
timeout_for(const struct session *s)
{
	switch (s->key.protocol) {
	case PROTO_TCP:
		return tcp_timeout(s);
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return TIMEOUT_ICMP;
	case PROTO_UDP:
	case PROTO_UDPLITE:
		return session_two_way(s) ? TIMEOUT_UDP_ESTABLISHED :
		    TIMEOUT_UDP;
	default:
		return TIMEOUT_GENERIC;
	}
}

static struct session *
create(struct session_table *t, const struct packet *p,
    const struct session_lookup *l)
{
	struct session *s;

	if (t->table.live >= t->config.max)
		evict(t, p->frame->ts);
	s = table_add(&t->table, &l->key, l->hash);
	if (s == NULL)
		return NULL;
	s->id = ++t->stats.created;
	if (++t->stats.live > t->stats.peak)
		t->stats.peak = t->stats.live;
	s->start = s->last = p->frame->ts;
	s->ifindex = p->frame->ifindex;
	s->syn = s->syn_ack = s->ack = SESSION_NEVER;
	s->path = path_get(t->paths, p);
	role_init(s, &p->flow, l->dir);
	s->timeout = TIMEOUT_UNKNOWN;
	table_enqueue(&t->table, s);
	return s;
}

static void
count(struct side *me, const struct packet *p)
{
	const struct flow *f = &p->flow;

	if (me->packets++ == 0)
		me->ttl = f->ttl;
	me->frame_bytes += p->datagram_bytes;
	me->ip_bytes += f->ip_len;
	if (!(f->has & FLOW_TRANSPORT))
		return;
	me->seen |= SIDE_PAYLOAD;
	me->payload_bytes += f->payload_len;
}

/* The times of the three segments that open a connection. */
static void
time_handshake(struct session *s, unsigned int dir, enum tcp_event ev,
    int64_t ts)
{
	int by_client = dir == s->client;

	if (s->ack != SESSION_NEVER)
		return;
	if (ev == TCP_EV_SYN && by_client && s->syn_ack == SESSION_NEVER)
		s->syn = ts;
	else if (ev == TCP_EV_SYN_ACK && !by_client &&
	    s->syn != SESSION_NEVER && s->syn_ack == SESSION_NEVER)
		s->syn_ack = ts;
	else if ((ev == TCP_EV_ACK || ev == TCP_EV_DATA) && by_client &&
	    s->syn != SESSION_NEVER)
		s->ack = ts;
}

static void
update_end(struct session *s, enum tcp_event ev)
{
	for (unsigned int i = 0; i < 2; i++)
		if (s->side[i].state != TCP_CLOSED &&
		    s->side[i].state != TCP_TIME_WAIT &&
		    !(ev == TCP_EV_RST && s->side[i].state == TCP_LISTEN)) {
			s->end = END_OPEN;
			return;
		}
	if (s->end == END_OPEN)
		s->end = ev == TCP_EV_RST ? END_RESET : END_CLOSED;
}

/* Sets the timeout that the states now ask for. */
static void
requeue(struct session_table *t, struct session *s)
{
	enum session_timeout timeout = timeout_for(s);

	if (timeout == s->timeout)
		return;
	table_dequeue(&t->table, s);
	s->timeout = (uint8_t)timeout;
	table_enqueue(&t->table, s);
}

/* The cause of the change, or NULL when nothing changed. */
static const char *
step_tcp(struct session *s, const struct packet *p, unsigned int dir)
{
	struct side *me = &s->side[dir], *peer = &s->side[dir ^ 1];
	enum tcp_event ev;
	int changed;

	if (!(p->flow.has & FLOW_TCP))
		return NULL;
	ev = tcp_classify(me, peer, &p->flow);
	changed = tcp_move(me, peer, ev);
	tcp_remember(me, peer, &p->flow);
	time_handshake(s, dir, ev, p->frame->ts);
	if (!changed)
		return NULL;
	update_end(s, ev);
	return tcp_event_name[ev];
}

static const char *
step_other(struct session *s, unsigned int dir)
{
	struct side *me = &s->side[dir];

	me->stream_bytes = me->payload_bytes;
	return me->packets == 1 && session_two_way(s) ? "reply" : NULL;
}

/* An ICMP error is about the session that it quotes, if that is known. */
static struct session *
update_quoted(struct session_table *t, const struct packet *p)
{
	struct session_lookup l;
	struct session *s;

	lookup_fill(t, &p->quoted, &l);
	if (!l.valid)
		return NULL;
	s = table_find(&t->table, &l.key, l.hash);
	if (s == NULL || timed_out(t, s, p->frame->ts))
		return NULL;
	s->icmp_errors++;
	emit(t, EVENT_ICMP_ERROR, session_icmp_cause(&p->flow), p->frame->ts,
	    s, p);
	return s;
}

/* The session of the lookup, unless it is over: then it ends here. */
static struct session *
find_current(struct session_table *t, const struct packet *p,
    const struct session_lookup *l)
{
	struct session *s = table_find(&t->table, &l->key, l->hash);
	int64_t now = p->frame->ts;

	if (s == NULL)
		return NULL;
	if (timed_out(t, s, now)) {
		end_session(t, s, END_TIMEOUT,
		    s->last + t->config.timeout[s->timeout]);
		return NULL;
	}
	if (p->flow.has & FLOW_TCP && tcp_is_new_connection(
	    &s->side[l->dir], &s->side[l->dir ^ 1], &p->flow)) {
		end_session(t, s, END_REUSED, now);
		return NULL;
	}
	return s;
}

struct session *
session_update(struct session_table *t, const struct packet *p,
    const struct session_lookup *l)
{
	int64_t now = p->frame->ts;
	const char *cause;
	struct session *s;
	int is_new;

	session_expire(t, now);
	if (!l->valid)
		return NULL;
	if (l->held)
		return table_find(&t->table, &l->key, l->hash);
	if (p->flags & PACKET_QUOTE && (s = update_quoted(t, p)) != NULL)
		return s;
	s = find_current(t, p, l);
	is_new = s == NULL;
	if (is_new && (s = create(t, p, l)) == NULL)
		return NULL;
	count(&s->side[l->dir], p);
	if (now > s->last)
		s->last = now;
	cause = session_is_tcp(s) ? step_tcp(s, p, l->dir) :
	    step_other(s, l->dir);
	if (is_new || cause != NULL)
		requeue(t, s);
	keep_order(t, s, now);
	if (is_new)
		emit(t, EVENT_NEW, cause != NULL ? cause : "packet", now, s, p);
	else if (role_update(s, &p->flow, l->dir))
		emit(t, EVENT_ROLE, session_role_name[s->role], now, s, p);
	if (!is_new && cause != NULL)
		emit(t, EVENT_STATE, cause, now, s, p);
	return s;
}

static int
by_id(const void *a, const void *b)
{
	const struct session *const *x = a, *const *y = b;

	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

/* It may have timed out within the last second. */
static void
finish_one(struct session_table *t, struct session *s)
{
	int64_t now = t->clock.now;

	end_session(t, s, timed_out(t, s, now) ? END_TIMEOUT : END_CAPTURE,
	    now);
}

void
session_finish(struct session_table *t)
{
	struct session *slab = t->table.slab, **order;
	uint32_t n = 0;

	/* Without memory to sort, the order in the slab must do. */
	order = malloc(((size_t)t->table.live + 1) * sizeof(*order));
	for (uint32_t i = 1; i <= t->table.used; i++) {
		if (slab[i].id == 0)
			continue;
		if (order == NULL)
			finish_one(t, &slab[i]);
		else
			order[n++] = &slab[i];
	}
	if (order == NULL)
		return;
	qsort(order, n, sizeof(*order), by_id);
	for (uint32_t i = 0; i < n; i++)
		finish_one(t, order[i]);
	free(order);
}
