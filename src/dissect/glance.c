/* glance.c: whose a plain frame is, without dissecting it. */
#include "dissect/glance.h"
#include "dissect/heads.h"

int
glance(const struct registry *r, const struct frame *f, struct ends *e)
{
	struct heads h;
	unsigned int table;

	if (!heads_find(f, &h))
		return 0;
	heads_addresses(&h, &e->src, &e->dst);
	e->sport = be16(h.c.p);
	e->dport = be16(h.c.p + 2);
	table = h.protocol == HEADS_TCP ? TABLE_TCP_PORT : TABLE_UDP_PORT;
	return registry_find(r, table, e->sport) == NULL &&
	    registry_find(r, table, e->dport) == NULL;
}
