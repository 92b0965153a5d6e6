/*
 * path.h: the headers, tags and tunnels that a session's packets come in.
 *
 * Few paths serve many sessions, so each one stands once and sessions share
 * it.  A sender may give every session one of its own, so a path is packed: a
 * byte a layer, two a tag, and of a tunnel what it has.
 */
#ifndef SRC_SESSION_PATH_H
#define SRC_SESSION_PATH_H

#include <sessdump/packet.h>

struct path {
	struct path *next;	/* of the same bucket */
	const struct dissector *const *known;	/* what bytes stand for */
	uint32_t hash;
	uint32_t number;	/* of those that the table has made, as far as
				 * 32 bits tell */
	uint32_t users;
	uint32_t ifindex;	/* see frame.ifindex */
	uint8_t nlayers, nvlans, ntunnels;
	uint8_t nothers;	/* interfaces that showed the same packets */
	uint8_t len;		/* of data */
	uint8_t data[];		/* layers, tags, tunnels, interfaces: see
				 * below */
};

enum { PATH_OTHERS = 8 };	/* interfaces kept beside the first */

/* The i-th, outermost first. */
static inline const struct dissector *
path_layer(const struct path *p, unsigned int i)
{
	return p->known[p->data[i]];
}

static inline unsigned int
path_vlan(const struct path *p, unsigned int i)
{
	return be16(p->data + p->nlayers + 2 * i);
}

/* The i-th of the others, in order of appearance; see frame.ifindex. */
static inline uint32_t
path_other(const struct path *p, unsigned int i)
{
	return be16(p->data + p->len - 2 * (p->nothers - i));
}

void path_tunnel(const struct path *, unsigned int i, struct tunnel *);

/* The layer behind the transport, when one was recognized: "dns"; else NULL.
 * The path may be NULL. */
const char *path_service(const struct path *);

struct path_table;

struct path_table *path_table_new(void);
void path_table_free(struct path_table *);

/* The path that the packet came; NULL when memory is short, or more
 * dissectors are in use than a byte can tell. */
const struct path *path_get(struct path_table *, const struct packet *);
/* The same with one more interface, unless it is in it; it takes the place of
 * the path, which is put back.  Without memory it is the path itself. */
const struct path *path_also_on(struct path_table *, const struct path *,
    uint32_t ifindex);
void path_put(struct path_table *, const struct path *);

#endif
