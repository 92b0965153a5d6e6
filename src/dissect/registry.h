/*
 * registry.h: which dissector owns which key.
 *
 * Filled before the first frame is read, const and shared after that.
 */
#ifndef SRC_DISSECT_REGISTRY_H
#define SRC_DISSECT_REGISTRY_H

#include <stdint.h>

#include <sessdump/dissector.h>

#include "core/errbuf.h"

enum {
	REGISTRY_MAX	= 255,		/* dissectors, plugins included */
	REGISTRY_KEYS	= 65536,	/* keys of one table */
};

_Static_assert((TABLE_COUNT & (TABLE_COUNT - 1)) == 0,
    "what a plugin names is masked, not tested");

struct registry {
	const struct dissector *dissector[REGISTRY_MAX + 1]; /* [0] is NULL */
	unsigned int count;		/* dissector[1 .. count] are set */
	int common;			/* common_is_known() */
	uint8_t key[TABLE_COUNT][REGISTRY_KEYS]; /* into dissector[]; 0 none */
};

/* A registry with every built-in dissector; NULL and errbuf on failure. */
struct registry *registry_new(struct errbuf *);
void registry_free(struct registry *);

/* Adds one; "from" names it in messages.  -1 when it was built for another
 * ABI, or claims a name or a key that has an owner. */
int registry_add(struct registry *, const struct dissector *,
    const char *from, struct errbuf *);

/* "ethertype", "udp.port" ...: the name of a table. */
const char *registry_table_name(unsigned int table);

/* Does the key read better in hexadecimal? */
int registry_table_hex(unsigned int table);

static inline const struct dissector *
registry_find(const struct registry *r, unsigned int table, unsigned int key)
{
	return r->dissector[r->key[table & (TABLE_COUNT - 1)]
	    [key & (REGISTRY_KEYS - 1)]];
}

/* Is there one for either key? */
static inline int
registry_knows(const struct registry *r, unsigned int table, uint16_t a,
    uint16_t b)
{
	return (r->key[table][a] | r->key[table][b]) != 0;
}

/* The dissector of what packet_next() named. */
static inline const struct dissector *
registry_next(const struct registry *r, const struct packet *p)
{
	const struct dissector *d = registry_find(r, p->next_table,
	    p->next_key);

	return d != NULL ? d : registry_find(r, p->next_table, p->next_alt);
}

#endif
