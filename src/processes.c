/* processes.c: who finds out whose sockets are, and the books of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process/helper.h"
#include "processes.h"

struct processes {
	struct helper helper;
	unsigned int n;
	struct book *book[WORKERS_MAX];
	struct sockets *sockets[WORKERS_MAX];	/* or NULL */
};

_Static_assert(2 * (int)WORKERS_MAX <= (int)HELPER_CHANNELS, "two each");

int
processes_wanted(const struct options *o)
{
	if (o->nread > 0 || o->no_processes)
		return 0;
	return helper_built[0] != '\0' || o->process_filter != NULL ||
	    o->sockets;
}

/* The namespaces of all interfaces, each once; how many. */
static unsigned int
find_netns(const struct options *o, const char **netns)
{
	unsigned int n = 0, same;

	for (unsigned int i = 0; i < o->nplaces; i++) {
		const char *name = o->place[i].netns;

		for (same = 0; same < n; same++)
			if (name == netns[same] || (name != NULL &&
			    netns[same] != NULL &&
			    strcmp(name, netns[same]) == 0))
				break;
		if (same == n)
			netns[n++] = name;
	}
	return n;
}

/* For the worker of that number. */
static int
open_books(struct processes *p, const struct options *o, unsigned int i,
    struct errbuf *e)
{
	uint32_t max = o->session.max / o->workers + 1;

	p->book[i] = book_new(p->helper.fd[i], max, e);
	if (p->book[i] == NULL)
		return -1;
	if (!o->sockets)
		return 0;
	p->sockets[i] = sockets_new(p->helper.fd[o->workers + i], max, e);
	return p->sockets[i] != NULL ? 0 : -1;
}

struct processes *
processes_start(const struct options *o, struct errbuf *e)
{
	const char *netns[OPTIONS_LIST];
	struct processes *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, "processes: %s", strerror(errno));
		return NULL;
	}
	if (helper_start(&p->helper, o->workers * (o->sockets ? 2 : 1), netns,
	    find_netns(o, netns), !o->no_sandbox, e) == -1) {
		free(p);
		return NULL;
	}
	while (p->n < o->workers)
		if (open_books(p, o, p->n++, e) == -1) {
			processes_stop(p);
			return NULL;
		}
	return p;
}

const struct errbuf *
processes_note(const struct processes *p)
{
	return &p->helper.note;
}

void
processes_stop(struct processes *p)
{
	if (p == NULL)
		return;
	for (unsigned int i = 0; i < p->n; i++) {
		book_free(p->book[i]);
		sockets_free(p->sockets[i]);
	}
	helper_stop(&p->helper);
	free(p);
}

struct book *
processes_book(struct processes *p, unsigned int i)
{
	return p != NULL ? p->book[i] : NULL;
}

struct sockets *
processes_sockets(struct processes *p, unsigned int i)
{
	return p != NULL ? p->sockets[i] : NULL;
}

void
processes_sockets_stats(const struct processes *p, struct sockets_stats *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; p != NULL && i < p->n; i++)
		if (p->sockets[i] != NULL) {
			const struct sockets_stats *s =
			    sockets_stats(p->sockets[i]);

			sum->asked += s->asked;
			sum->refused += s->refused;
			if (s->spent_us > sum->spent_us)
				sum->spent_us = s->spent_us;
		}
}

void
processes_stats(const struct processes *p, struct book_stats *sum)
{
	struct sockets_stats s;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; p != NULL && i < p->n; i++)
		book_stats_add(sum, book_stats(p->book[i]));
	/* One helper does both. */
	processes_sockets_stats(p, &s);
	if (s.spent_us > sum->spent_us)
		sum->spent_us = s.spent_us;
}
