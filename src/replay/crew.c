/* crew.c: frames as fast as it goes, from several threads. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "capture/live/netns.h"
#include "core/thread.h"
#include "replay/crew.h"
#include "replay/sending.h"

enum { LOOK = 20000000 };	/* ns */

struct hand {
	struct crew *crew;
	unsigned int number;
	pthread_t thread;
	struct errbuf failure;
};

/* In its namespace; the socket stays there. */
static struct sender *
open_sender(const struct capture_place *at, const struct sender_options *o,
    struct errbuf *e)
{
	struct sender *s;
	struct netns way;

	if (netns_enter(&way, at->netns, e) == -1)
		return NULL;
	s = sender_open(at, o, e);
	if (s == NULL) {
		(void)netns_leave(&way, &(struct errbuf){ "", "" });
	} else if (netns_leave(&way, e) == -1) {
		sender_close(s);
		s = NULL;
	}
	return s;
}

int
crew_open(struct crew *c, const struct capture_place *at, unsigned int nto,
    unsigned int n, const struct sender_options *o, struct errbuf *e)
{
	c->stop = o->stop;
	c->nto = nto;
	for (; c->n < n; c->n++)
		for (unsigned int i = 0; i < nto; i++) {
			c->to[c->n][i] = open_sender(&at[i], o, e);
			if (c->to[c->n][i] == NULL)
				return -1;
		}
	return 0;
}

void
crew_close(struct crew *c)
{
	for (unsigned int i = 0; i < CREW_MAX; i++) {
		sender_close(c->to[i][0]);
		sender_close(c->to[i][1]);
	}
}

void
crew_count(const struct crew *c, struct sender_counts sum[2])
{
	memset(sum, 0, 2 * sizeof(*sum));
	for (unsigned int i = 0; i < c->n; i++)
		for (unsigned int side = 0; side < c->nto; side++)
			sender_counted(c->to[i][side], &sum[side]);
}

static int
is_over(const struct crew *c)
{
	return *c->stop || __atomic_load_n(&c->failed, __ATOMIC_RELAXED);
}

/* Once through all of it. */
static int
send_round(struct hand *h)
{
	const struct crew *c = h->crew;
	struct sender *const *to = c->to[h->number];
	unsigned int last = 0;

	for (uint64_t i = 0; i < c->store->n; i++) {
		if (plan_owner(c->plan, i) != h->number)
			continue;
		if (sender_is_full(to[last]) && is_over(c))
			return 0;
		if (sending_one(c->plan, to, i, &c->store->frame[i], &last,
		    &h->failure) == -1)
			return -1;
	}
	return sender_flush(to[last], &h->failure);
}

/* On one processor: what a thread has sent from one may be overtaken by what
 * it sends from another.  No harm where it cannot. */
static void
stay(unsigned int number)
{
	cpu_set_t all, one;
	unsigned int at;

	if (sched_getaffinity(0, sizeof(all), &all) == -1 ||
	    CPU_COUNT(&all) == 0)
		return;
	number %= (unsigned)CPU_COUNT(&all);
	for (at = 0; !CPU_ISSET(at, &all) || number-- > 0; at++)
		;
	CPU_ZERO(&one);
	CPU_SET(at, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

static void *
work(void *arg)
{
	struct hand *h = arg;
	struct crew *c = h->crew;

	stay(h->number);
	for (uint64_t i = 0; !is_over(c) && (c->loops == 0 || i < c->loops);
	    i++)
		if (send_round(h) == -1) {
			__atomic_store_n(&c->failed, h->number + 1,
			    __ATOMIC_RELEASE);
			break;
		}
	__atomic_sub_fetch(&c->working, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void
look_on(struct crew *c)
{
	struct timespec nap = { .tv_nsec = LOOK };

	while (__atomic_load_n(&c->working, __ATOMIC_ACQUIRE) > 0) {
		nanosleep(&nap, NULL);
		c->look(c->arg);
	}
}

int
crew_run(struct crew *c, struct errbuf *e)
{
	struct hand hand[CREW_MAX];
	unsigned int n = 0;
	int error = 0;

	if (c->store->n == 0)
		return 0;
	c->failed = 0;
	c->working = c->n;
	for (; n < c->n && error == 0; n++) {
		hand[n].crew = c;
		hand[n].number = n;
		error = thread_start(&hand[n].thread, work, &hand[n]);
	}
	if (error != 0) {
		__atomic_store_n(&c->failed, CREW_MAX + 1, __ATOMIC_RELEASE);
		__atomic_sub_fetch(&c->working, c->n - --n, __ATOMIC_RELEASE);
		err_set(e, "--workers: a thread: %s", strerror(error));
	}
	look_on(c);
	for (unsigned int i = 0; i < n; i++)
		pthread_join(hand[i].thread, NULL);
	if (error == 0 && c->failed != 0)
		*e = hand[c->failed - 1].failure;
	return c->failed != 0 ? -1 : 0;
}
