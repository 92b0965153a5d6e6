/* asker.c: questions about sessions, on their way to the helper. */
#include <sys/socket.h>

#include <string.h>

#include "process/asker.h"

void
asker_init(struct asker *k, int fd)
{
	memset(k, 0, sizeof(*k));
	k->fd = fd;
	k->credit = ASKER_RATE;
}

int
asker_admit(struct asker *k, int64_t now)
{
	int64_t passed = now - k->counted;

	if (passed >= 1000000 || passed < 0) {
		uint64_t more = passed < 0 || passed > 1000000000 ?
		    ASKER_RATE : (uint64_t)passed * ASKER_RATE / 1000000000;

		k->counted = now;
		k->credit = k->credit + more > ASKER_RATE ? ASKER_RATE :
		    k->credit + (uint32_t)more;
	}
	if (k->credit == 0)
		return 0;
	k->credit--;
	return 1;
}

/* Without its namespace. */
static void
name_interface(const struct asker *k, uint32_t ifindex, char name[WIRE_NAME])
{
	const char *s = k->interface != NULL ? k->interface(k->arg, ifindex) :
	    NULL, *colon = s != NULL ? strrchr(s, ':') : NULL;

	if (colon != NULL)
		s = colon + 1;
	if (s != NULL && strlen(s) < WIRE_NAME)
		memcpy(name, s, strlen(s));
}

struct ask *
asker_add(struct asker *k, const struct session *s, uint32_t ifindex)
{
	struct ask *a = &k->ask[k->n++];

	memset(a, 0, sizeof(*a));
	a->id = s->id;
	a->number = session_number(k->table, s);
	name_interface(k, ifindex, a->interface);
	for (unsigned int i = 0; i < 2; i++) {
		a->addr[i] = s->key.addr[i];
		a->port[i] = s->key.port[i];
	}
	a->protocol = s->key.protocol;
	a->ip_version = s->key.ip_version;
	a->client = s->client;
	return a;
}

int
asker_send(struct asker *k)
{
	return send(k->fd, k->ask, k->n * sizeof(k->ask[0]), MSG_DONTWAIT |
	    MSG_NOSIGNAL) == -1 ? -1 : 0;
}
