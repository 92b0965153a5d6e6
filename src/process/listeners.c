/* listeners.c: the sockets that listen, known before anybody connects. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process/listeners.h"

/* Nanoseconds between two looks. */
#define REFRESH		INT64_C(1000000000)
#define STALE		INT64_C(50000000)

int
listeners_init(struct listeners *l, struct errbuf *e)
{
	memset(l, 0, sizeof(*l));
	l->list = calloc(LISTENERS_MAX, sizeof(*l->list));
	return l->list != NULL ? 0 : err_set(e, "listening sockets: %s",
	    strerror(errno));
}

void
listeners_fini(struct listeners *l)
{
	free(l->list);
}

static void
add(void *arg, const struct diag_socket *s)
{
	struct listeners *l = arg;

	if (l->n < LISTENERS_MAX && s->state == DIAG_LISTEN)
		l->list[l->n++] = *s;
}

void
listeners_refresh(struct listeners *l, struct diag *d, int64_t now)
{
	if (l->asked != 0 && now - l->asked < (l->stale ? STALE : REFRESH))
		return;
	l->asked = now;
	l->stale = 0;
	l->n = 0;
	(void)diag_listeners(d, add, l);
}

static int
is_any(const union addr *a)
{
	return a->w[0] == 0 && a->w[1] == 0;
}

const struct diag_socket *
listeners_find(const struct listeners *l, const union addr *a,
    unsigned int ip_version, uint16_t port)
{
	const struct diag_socket *any = NULL;

	for (unsigned int i = 0; i < l->n; i++) {
		const struct diag_socket *s = &l->list[i];

		if (s->local_port != port)
			continue;
		/* "::" may take IPv4, too; whether it does, the kernel does
		 * not say here, and who else would have the port? */
		if (is_any(&s->local) && s->ip_version >= ip_version)
			any = s;
		else if (s->ip_version == ip_version &&
		    s->local.w[0] == a->w[0] && s->local.w[1] == a->w[1])
			return s;
	}
	return any;
}
