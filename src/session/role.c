/* role.c: who is client and who is server, and how that is known. */
#include <stdlib.h>

#include "session/role.h"

/* Ports above 1023 that servers are commonly found on. */
static const uint16_t registered[] = {
	1080, 1194, 1433, 1521, 1701, 1723, 1812, 1813, 1883, 1900, 2049, 2152,
	2181, 2375, 2376, 2379, 3128, 3260, 3268, 3306, 3389, 3478, 4222, 4789,
	5000, 5060, 5061, 5222, 5269, 5353, 5355, 5432, 5601, 5671, 5672, 5900,
	5984, 5985, 6379, 6443, 6667, 6881, 7000, 8000, 8008, 8080, 8081, 8088,
	8123, 8333, 8443, 8883, 8888, 9000, 9042, 9090, 9092, 9100, 9200, 9300,
	9418, 9999, 10000, 11211, 20000, 25565, 27017, 44818, 47808, 50051,
};

static int
by_value(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int
is_well_known(uint16_t port)
{
	if (port < 1024)
		return port != 0;
	return bsearch(&port, registered,
	    sizeof(registered) / sizeof(registered[0]), sizeof(port),
	    by_value) != NULL;
}

/* Does the packet prove anything?  Answers the client's side, or -1. */
static int
evidence(const struct flow *f, unsigned int dir, enum session_role *role)
{
	unsigned int flags = f->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST);

	if (!(f->has & FLOW_TCP) || !(flags & TCP_SYN) || flags & TCP_RST)
		return -1;
	*role = flags & TCP_ACK ? ROLE_SYN_ACK : ROLE_SYN;
	return (int)(flags & TCP_ACK ? dir ^ 1 : dir);
}

void
role_init(struct session *s, const struct flow *f, unsigned int dir)
{
	enum session_role role = ROLE_FIRST;
	int client = evidence(f, dir, &role);

	if (client == -1) {
		client = (int)dir;
		if (f->has & FLOW_PORTS && !(f->has & FLOW_ICMP)) {
			int from = is_well_known(f->sport);
			int to = is_well_known(f->dport);

			if (from != to)
				role = ROLE_PORT;
			if (from > to)
				client = (int)(dir ^ 1);
		}
	}
	s->client = (uint8_t)client;
	s->role = (uint8_t)role;
}

/* 1 when the roles were swapped. */
static int
take(struct session *s, enum session_role role, unsigned int client)
{
	int swapped = client != s->client;

	s->client = (uint8_t)(client & 1);
	s->role = (uint8_t)role;
	return swapped;
}

int
role_update(struct session *s, const struct flow *f, unsigned int dir)
{
	enum session_role role = (enum session_role)s->role;
	int client = evidence(f, dir, &role);

	return client != -1 && role > s->role &&
	    take(s, role, (unsigned int)client);
}

int
role_listens(struct session *s, unsigned int dir)
{
	return ROLE_LISTEN > s->role && take(s, ROLE_LISTEN, dir ^ 1);
}
