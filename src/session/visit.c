/* visit.c: all sessions, one after the other. */
#include <stdlib.h>

#include "core/fetch.h"
#include "session/impl.h"

struct session_entry *
session_list(const struct session_table *t, enum session_visit why,
    int64_t now, uint32_t *n)
{
	struct session_entry *list;

	*n = 0;
	list = malloc(((size_t)t->table.live + 1) * sizeof(*list));
	for (uint32_t i = 1; list != NULL && i <= t->table.used; i++) {
		struct session *s = &t->table.slab[i];

		if (s->id != 0 && (why == VISIT_END || s->changed ||
		    expire_is_due(t, s, now)))
			list[(*n)++] = (struct session_entry){ s->id, s };
	}
	if (list != NULL)
		session_sort(list, *n);
	return list;
}

void
session_close(const struct session_table *t, struct session *s, int64_t now,
    void *arg)
{
	if (expire_is_due(t, s, now))
		session_conclude(t, s, END_TIMEOUT, expire_time(t, s), arg);
	else
		session_conclude(t, s, END_CAPTURE, now, arg);
}

void
session_visit(struct session_table *t, struct session *s,
    enum session_visit why, int64_t now)
{
	if (why == VISIT_END) {
		session_close(t, s, now, t->config.arg);
		t->stats.live--;
	} else if (expire_is_due(t, s, now)) {
		session_end(t, s, END_TIMEOUT, expire_time(t, s));
	} else if (t->config.ahead != 0 ? s->noted : s->changed) {
		s->changed = 0;
		s->noted = 0;
		t->config.on_snapshot(t->config.arg, s);
	}
}

void
session_ahead(struct session_table *t, int64_t now)
{
	for (uint32_t i = 1; i <= t->table.used; i++) {
		struct session *s = &t->table.slab[i];

		if (s->id == 0 || !s->changed)
			continue;
		s->noted = 1;
		t->config.on_ahead(t->config.arg, s, now);
	}
}

void
session_each(const struct session_table *t,
    void (*each)(void *, const struct session *), void *arg)
{
	for (uint32_t i = 1; i <= t->table.used; i++)
		if (t->table.slab[i].id != 0)
			each(arg, &t->table.slab[i]);
}

/* As it is where no session took the place of one that had ended. */
static int
slab_is_in_order(const struct table *t)
{
	uint64_t last = 0;

	for (uint32_t i = 1; i <= t->used; i++) {
		uint64_t id = t->slab[i].id;

		if (id != 0 && id < last)
			return 0;
		last = id != 0 ? id : last;
	}
	return 1;
}

/* How many sessions before its turn one is fetched, and then, since only it
 * tells where that stands, what went wrong in it. */
enum { AHEAD = 8, AHEAD_TROUBLE = 4 };

void
session_fetch(const struct session_table *t, const struct session_entry *list,
    uint32_t left)
{
	const struct trouble *trouble;

	if (left > AHEAD)
		fetch(list[AHEAD].session, list[AHEAD].session + 1);
	if (left <= AHEAD_TROUBLE)
		return;
	trouble = session_trouble(t, list[AHEAD_TROUBLE].session);
	if (trouble != NULL)
		fetch(trouble, trouble + 1);
}

/* In order; but without memory to sort, the order in the slab must do. */
void
session_walk(struct session_table *t, enum session_visit why, int64_t now)
{
	struct session *slab = t->table.slab;
	struct session_entry *list = NULL;
	uint32_t n = 0;

	if (!slab_is_in_order(&t->table))
		list = session_list(t, why, now, &n);

	for (uint32_t i = 1; list == NULL && i <= t->table.used; i++)
		if (slab[i].id != 0)
			session_visit(t, &slab[i], why, now);
	for (uint32_t i = 0; i < n; i++) {
		session_fetch(t, list + i, n - i);
		session_visit(t, list[i].session, why, now);
	}
	free(list);
}

void
session_finish(struct session_table *t)
{
	session_walk(t, VISIT_END, t->schedule.clock.now);
}
