/* resolve.c: the names of hosts, and what is still being asked. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/child.h"
#include "core/mix.h"
#include "resolve/resolver.h"

enum {
	WAIT_MS		= 1000,
	WAITS_IN_VAIN	= 3,
	KEEP_S		= 3600,
};

enum state { UNKNOWN, ASKED, ANSWERED };

struct entry {
	struct resolver_question about;
	enum state state;
	uint32_t asked;		/* when, in seconds */
	char *name;		/* NULL: none, or not known */
};

struct resolve {
	pthread_mutex_t lock;
	int fd;			/* the other process has the other end; or -1 */
	int patience;		/* ms */
	int vain;		/* waits in a row */
	uint64_t seed;
	struct entry *entry;	/* RESOLVE_ADDRESSES, by hash; a later address
				 * takes the place of one before */
};

struct resolve *
resolve_new(struct errbuf *e)
{
	struct resolve *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->entry = calloc(RESOLVE_ADDRESSES, sizeof(*r->entry));
	if (r == NULL || r->entry == NULL) {
		err_set(e, "names: %s", strerror(errno));
		free(r);
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	r->fd = -1;
	/* Nobody is to choose which addresses share a place. */
	r->seed = (uint64_t)(uintptr_t)r->entry ^ (uint64_t)getpid() << 40;
	return r;
}

int
resolve_start(struct resolve *r, struct errbuf *e)
{
	struct errbuf why;

	r->fd = child_start(SOCK_SEQPACKET, resolver_run, NULL, &why);
	return r->fd != -1 ? 0 : err_set(e, "names: %s", why.text);
}

void
resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	if (r->fd != -1)
		close(r->fd);
	for (uint32_t i = 0; i < RESOLVE_ADDRESSES; i++)
		free(r->entry[i].name);
	free(r->entry);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void
resolve_wait(struct resolve *r)
{
	r->patience = WAIT_MS;
}

static uint32_t
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint32_t)t.tv_sec;
}

static struct entry *
place(struct resolve *r, const struct resolver_question *q)
{
	uint64_t h = mix(q->addr.w[0] ^ r->seed ^ UINT64_C(0x9e3779b97f4a7c15),
	    q->addr.w[1] ^ q->ip_version ^ UINT64_C(0xe7037ed1a0b428db));

	return &r->entry[h % RESOLVE_ADDRESSES];
}

static int
is_about(const struct entry *n, const struct resolver_question *q)
{
	return n->state != UNKNOWN && n->about.addr.w[0] == q->addr.w[0] &&
	    n->about.addr.w[1] == q->addr.w[1] &&
	    n->about.ip_version == q->ip_version;
}

static void
take_answers(struct resolve *r)
{
	struct resolver_answer a;
	struct entry *n;

	while (recv(r->fd, &a, sizeof(a), MSG_DONTWAIT) ==
	    (ssize_t)sizeof(a)) {
		n = place(r, &a.about);
		if (!is_about(n, &a.about))
			continue;
		free(n->name);
		n->name = a.name[0] != '\0' ?
		    strndup(a.name, RESOLVE_NAME - 1) : NULL;
		n->state = ANSWERED;
	}
}

/* When too much is being asked already, it is asked another time. */
static void
ask(struct resolve *r, struct entry *n, const struct resolver_question *q)
{
	if (!is_about(n, q)) {
		free(n->name);
		n->name = NULL;
	}
	n->about = *q;
	n->asked = now_s();
	if (send(r->fd, q, sizeof(*q), MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(*q))
		n->state = ASKED;
	else
		n->state = n->name != NULL ? ANSWERED : UNKNOWN;
}

static void
await(struct resolve *r, const struct entry *n,
    const struct resolver_question *q)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };

	while (is_about(n, q) && n->state == ASKED &&
	    poll(&p, 1, r->patience) > 0 && !(p.revents & POLLHUP))
		take_answers(r);
	r->vain = n->state == ASKED ? r->vain + 1 : 0;
	if (r->vain == WAITS_IN_VAIN)
		r->patience = 0;
}

size_t
resolve_name(struct resolve *r, const union addr *a, unsigned int ip_version,
    char name[static RESOLVE_NAME])
{
	struct resolver_question q = { *a, ip_version };
	struct entry *n;
	size_t len = 0;

	pthread_mutex_lock(&r->lock);
	n = place(r, &q);
	if (!is_about(n, &q) ||
	    (n->state == ANSWERED && now_s() - n->asked > KEEP_S))
		ask(r, n, &q);
	if (n->state == ASKED)
		take_answers(r);
	if (n->state == ASKED && n->name == NULL && r->patience > 0)
		await(r, n, &q);
	if (is_about(n, &q) && n->name != NULL) {
		len = strlen(n->name);
		memcpy(name, n->name, len + 1);
	}
	pthread_mutex_unlock(&r->lock);
	return len;
}
