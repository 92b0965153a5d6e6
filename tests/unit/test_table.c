/* test_table.c: the index over the slab, against a list of what is in it. */
#include <stdlib.h>

#include "session/table.h"

#include "tap.h"

enum { KEYS = 5000, STEPS = 20000 };

/* Where probes begin: anywhere, or so near each other that they run into one
 * another, also across the end of the index. */
struct spread {
	const char *name;
	uint32_t from, places;
	unsigned int live;	/* at a time, about */
} spreads[] = {
	{ "all over a full index", 0, 0, 500 },
	{ "over an index that grows", 0, 0, 2500 },
	{ "in 200 places", 100, 200, 180 },
	{ "in 40 places", 17, 40, 300 },
	{ "in 7 places", 1, 7, 60 },
	{ "in one", 5, 1, 30 },
	{ "at the end, and on from the start", 1024 - 9, 12, 40 },
};

static struct entry {
	struct session_key key;
	uint32_t hash;
	struct session *session;	/* NULL: it is not there */
} entry[KEYS];

static uint32_t
number(void)
{
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

static void
make_keys(const struct spread *s)
{
	memset(entry, 0, sizeof(entry));
	for (unsigned int i = 0; i < KEYS; i++) {
		struct entry *e = &entry[i];

		e->key.addr[0].w[0] = i + 1;
		e->key.ip_version = 4;
		e->hash = number();
		if (s->places > 0)
			e->hash = (e->hash & ~UINT32_C(0xffff)) |
			    (s->from + e->hash % s->places);
	}
}

/* What is not as it should be: each is found if it is there, where it stands,
 * and else not. */
static unsigned int
count_wrong(const struct table *t)
{
	unsigned int wrong = 0, live = 0;

	for (unsigned int i = 0; i < KEYS; i++) {
		const struct entry *e = &entry[i];

		live += e->session != NULL;
		wrong += table_find(t, &e->key, e->hash) != e->session;
		wrong += e->session != NULL &&
		    (e->session->id != i + 1 || e->session->hash != e->hash);
	}
	return wrong + (t->live != live);
}

static int
change(struct table *t, unsigned int i)
{
	struct entry *e = &entry[i];

	if (e->session != NULL) {
		e->session->id = 0;
		table_remove(t, e->session);
		e->session = NULL;
		return 1;
	}
	e->session = table_add(t, &e->key, e->hash);
	if (e->session == NULL)
		return 0;
	e->session->id = i + 1;
	return 1;
}

static void
test(const struct spread *s)
{
	unsigned int wrong = 0, refused = 0;
	struct errbuf e;
	struct table t;

	srand(3);
	if (!ok(table_init(&t, KEYS, 1, &e) == 0, "%s: a table", s->name))
		return;
	make_keys(s);
	for (unsigned int i = 0; i < STEPS; i++) {
		refused += !change(&t, (unsigned int)rand() % (2 * s->live));
		if (i % 100 == 0)
			wrong += count_wrong(&t);
	}
	for (unsigned int i = 0; i < KEYS; i++)
		if (entry[i].session != NULL)
			refused += !change(&t, i);
	is_u64(refused, 0, "each had room");
	is_u64(wrong, 0, "each was found, and none that had gone");
	is_u64(count_wrong(&t), 0, "all have gone");
	wrong = 0;
	for (uint32_t i = 0; i <= t.mask; i++)
		wrong += t.index[i] != 0;
	is_u64(wrong, 0, "the index is empty");
	table_fini(&t);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(spreads) / sizeof(*spreads); i++)
		test(&spreads[i]);
	return done();
}
