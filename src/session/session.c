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
	for (unsigned int i = 0; i < TIMEOUTS; i++)
		t->limit[i] = config->timeout[i] != 0 ? config->timeout[i] :
		    INT64_MAX;
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

/* The event is put together only for one who is there to be told. */
static inline void
emit(const struct session_table *t, void *arg, enum session_event_kind kind,
    const char *cause, int64_t time, const struct session *s,
    const struct packet *p)
{
	if (t->config.on_event == NULL)
		return;
	t->config.on_event(arg, &(struct session_event){ kind, time, cause, s,
	    p });
}

void
session_emit(struct session_table *t, enum session_event_kind kind,
    const char *cause, int64_t time, const struct session *s,
    const struct packet *p)
{
	emit(t, t->config.arg, kind, cause, time, s, p);
}

void
session_conclude(const struct session_table *t, struct session *s,
    enum session_end why, int64_t time, void *arg)
{
	/* What it was heading for says more than what set it free. */
	if (s->end == END_OPEN)
		s->end = (uint8_t)why;
	emit(t, arg, EVENT_END, session_end_name[s->end], time, s, NULL);
	if (t->config.on_end != NULL)
		t->config.on_end(arg, s);
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
	session_conclude(t, s, why, time, t->config.arg);
	t->stats.live--;
	path_put(t->paths, s->path);
	trouble_put(&t->troubles, s->trouble);
	table_dequeue(&t->table, s);
	table_remove(&t->table, s);
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
