/* processes.c: who finds out whose sockets are, and the books of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process/helper.h"
#include "processes.h"

struct processes {
	struct helper helper;
	unsigned int n;
	struct book *book[HELPER_CHANNELS];
};

_Static_assert((int)WORKERS_MAX <= (int)HELPER_CHANNELS, "a channel each");

int
processes_wanted(const struct options *o)
{
	if (o->nread > 0 || o->no_processes)
		return 0;
	return helper_built[0] != '\0' || o->process_filter != NULL;
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

struct processes *
processes_start(const struct options *o, struct errbuf *e)
{
	const char *netns[OPTIONS_LIST];
	struct processes *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, "processes: %s", strerror(errno));
		return NULL;
	}
	if (helper_start(&p->helper, o->workers, netns, find_netns(o, netns),
	    !o->no_sandbox, e) == -1) {
		free(p);
		return NULL;
	}
	for (; p->n < o->workers; p->n++) {
		p->book[p->n] = book_new(p->helper.fd[p->n],
		    o->session.max / o->workers + 1, e);
		if (p->book[p->n] == NULL) {
			processes_stop(p);
			return NULL;
		}
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
	for (unsigned int i = 0; i < p->n; i++)
		book_free(p->book[i]);
	helper_stop(&p->helper);
	free(p);
}

struct book *
processes_book(struct processes *p, unsigned int i)
{
	return p != NULL ? p->book[i] : NULL;
}

void
processes_stats(const struct processes *p, struct book_stats *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; p != NULL && i < p->n; i++)
		book_stats_add(sum, book_stats(p->book[i]));
}
