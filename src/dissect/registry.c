/* registry.c: which dissector owns which key. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/common.h"
#include "dissect/registry.h"

enum { NAME_MAX_LENGTH = 31 };	/* records make room for that */

/* Generated from dissectors/Makemodule.am; ended by NULL. */
extern const struct dissector *const builtin_dissectors[];

static const struct {
	const char *name;
	int hex;
} tables[TABLE_COUNT] = {
	[TABLE_LINKTYPE] = { "linktype", 0 },
	[TABLE_ETHERTYPE] = { "ethertype", 1 },
	[TABLE_LLC_SAP] = { "llc.sap", 1 },
	[TABLE_PPP] = { "ppp", 1 },
	[TABLE_IP_PROTOCOL] = { "ip.protocol", 0 },
	[TABLE_TCP_PORT] = { "tcp.port", 0 },
	[TABLE_UDP_PORT] = { "udp.port", 0 },
};

const char *
registry_table_name(unsigned int table)
{
	return tables[table].name;
}

int
registry_table_hex(unsigned int table)
{
	return tables[table].hex;
}

static const struct dissector *
find_name(const struct registry *r, const char *name)
{
	for (unsigned int i = 1; i <= r->count; i++)
		if (strcmp(r->dissector[i]->name, name) == 0)
			return r->dissector[i];
	return NULL;
}

/* Nothing of the struct but its first two members is read before this. */
static int
check_abi(const struct dissector *d, const char *from, struct errbuf *e)
{
	if (d->abi != SESSDUMP_ABI)
		return err_set(e, "%s: built for dissector ABI %u, this is %u",
		    from, d->abi, SESSDUMP_ABI);
	if (d->size < sizeof(*d))
		return err_set(e, "%s: struct dissector of %u bytes, "
		    "this wants %zu", from, d->size, sizeof(*d));
	return 0;
}

static int
check_keys(const struct registry *r, const struct dissector *d,
    const char *from, struct errbuf *e)
{
	for (const struct dissector_match *m = d->match; m->table; m++) {
		const struct dissector *owner;

		if (m->table >= TABLE_COUNT)
			return err_set(e, "%s: no dissector table %u", from,
			    m->table);
		owner = registry_find(r, m->table, m->key);
		if (owner != NULL)
			return err_set(e, "%s: %s %u belongs to %s already",
			    from, tables[m->table].name, m->key, owner->name);
	}
	return 0;
}

int
registry_add(struct registry *r, const struct dissector *d, const char *from,
    struct errbuf *e)
{
	if (check_abi(d, from, e) == -1)
		return -1;
	if (d->name == NULL || d->title == NULL || d->match == NULL ||
	    d->dissect == NULL)
		return err_set(e, "%s: name, title, match or dissect is "
		    "missing", from);
	if (strlen(d->name) > NAME_MAX_LENGTH)
		return err_set(e, "%s: a name of more than %d characters",
		    from, NAME_MAX_LENGTH);
	if (find_name(r, d->name) != NULL)
		return err_set(e, "%s: there is a dissector named %s already",
		    from, d->name);
	if (r->count == REGISTRY_MAX)
		return err_set(e, "%s: no room for more than %d dissectors",
		    from, REGISTRY_MAX);
	if (check_keys(r, d, from, e) == -1)
		return -1;
	r->dissector[++r->count] = d;
	for (const struct dissector_match *m = d->match; m->table; m++)
		r->key[m->table][m->key] = (uint8_t)r->count;
	return 0;
}

struct registry *
registry_new(struct errbuf *e)
{
	struct registry *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(e, "dissectors: %s", strerror(errno));
		return NULL;
	}
	for (unsigned int i = 0; builtin_dissectors[i] != NULL; i++)
		if (registry_add(r, builtin_dissectors[i],
		    builtin_dissectors[i]->name, e) == -1) {
			registry_free(r);
			return NULL;
		}
	r->common = common_is_known(r);	/* a key never changes hands */
	return r;
}

void
registry_free(struct registry *r)
{
	free(r);
}
