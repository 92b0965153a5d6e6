/* sockets.c: what the kernel says of the sockets of sessions. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/now.h"
#include "core/region.h"
#include "process/asker.h"
#include "process/sockets.h"
#include "session/path.h"
#include "tcp/tcp_state.h"

/* Nanoseconds. */
#define QUIET	INT64_C(50000000)	/* without a packet: all is settled */
#define FRESH	INT64_C(1000000000)	/* older words are of no use */
#define FINISH	INT64_C(300000000)	/* waited for, at the end */

struct entry {
	uint64_t id;		/* of the session */
	int64_t time;
	struct socket_view side[2];
};

struct sockets {
	struct asker asker;
	uint32_t max;
	struct entry *entry;	/* by the session's number */
	unsigned int waiting;	/* answers that are still to come */
	struct sockets_stats stats;
};

static size_t
entries_bytes(uint32_t max)
{
	return ((size_t)max + 1) * sizeof(struct entry);
}

struct sockets *
sockets_new(int fd, uint32_t max, struct errbuf *e)
{
	struct sockets *k = calloc(1, sizeof(*k));

	if (k != NULL)
		k->entry = region_new(entries_bytes(max));
	if (k == NULL || k->entry == NULL) {
		err_set(e, "sockets: %s", strerror(errno));
		free(k);
		return NULL;
	}
	asker_init(&k->asker, fd);
	k->max = max;
	return k;
}

void
sockets_free(struct sockets *k)
{
	if (k == NULL)
		return;
	region_free(k->entry, entries_bytes(k->max));
	free(k);
}

void
sockets_bind(struct sockets *k, struct session_table *t,
    const char *(*interface)(void *, uint32_t ifindex), void *arg)
{
	k->asker.table = t;
	k->asker.interface = interface;
	k->asker.arg = arg;
}

const struct sockets_stats *
sockets_stats(const struct sockets *k)
{
	return &k->stats;
}

void
sockets_ask(struct sockets *k, const struct session *s, int64_t now, int soon)
{
	if (!session_has_ports(&s->key))
		return;
	if (!asker_admit(&k->asker, now)) {
		k->stats.refused++;
		return;
	}
	asker_add(&k->asker, s, s->path != NULL ? s->path->ifindex : 0)->wants
	    = soon ? ASK_SOCKETS_SOON : ASK_SOCKETS;
	if (k->asker.n == WIRE_ASKS)
		sockets_send(k);
}

/* It has ended: the last that is known of it is how the kernel sees that. */
void
sockets_event(struct sockets *k, const struct session_event *ev)
{
	if (ev->kind == EVENT_STATE && ev->session->end != END_OPEN)
		sockets_ask(k, ev->session, ev->time, 1);
}

void
sockets_send(struct sockets *k)
{
	if (k->asker.n == 0)
		return;
	if (asker_send(&k->asker) == -1) {
		k->stats.refused += k->asker.n;
	} else {
		k->stats.asked += k->asker.n;
		k->waiting += k->asker.n;
	}
	k->asker.n = 0;
}

/* The session may have gone meanwhile. */
static void
take(struct sockets *k, const struct tell_sockets *t)
{
	const struct session *s;
	struct entry *n;

	if (k->waiting > 0)
		k->waiting--;
	k->stats.spent_us = t->spent_us;
	if (t->number > k->max)
		return;
	s = session_at(k->asker.table, t->number);
	if (s->id != t->id)
		return;
	n = &k->entry[t->number];
	n->id = t->id;
	n->time = t->time;
	memcpy(n->side, t->side, sizeof(n->side));
}

static int
receive(struct sockets *k)
{
	struct tell_sockets t;
	ssize_t n;
	int any = 0;

	while (k->waiting > 0 && (n = recv(k->asker.fd, &t, sizeof(t),
	    MSG_DONTWAIT)) != -1) {
		if (n == 0)
			k->waiting = 0;		/* it is gone */
		if (n == sizeof(t))
			take(k, &t);
		any = 1;
	}
	return any;
}

void
sockets_receive(struct sockets *k)
{
	if (k->waiting > 0)
		(void)receive(k);
}

static void
ask_last(void *arg, const struct session *s)
{
	sockets_ask(arg, s, now_realtime(), 0);
}

void
sockets_finish(struct sockets *k)
{
	struct pollfd p = { k->asker.fd, POLLIN, 0 };

	session_each(k->asker.table, ask_last, k);
	sockets_send(k);
	for (int64_t end = now_monotonic() + FINISH; k->waiting > 0 &&
	    now_monotonic() < end;)
		if (poll(&p, 1, 10) > 0 && !receive(k))
			break;
}

/* Could the session's socket be gone? */
static int
is_over(enum tcp_state state)
{
	return state == TCP_CLOSED || state == TCP_TIME_WAIT ||
	    state == TCP_LISTEN || state == TCP_UNKNOWN;
}

static const struct entry *
find(const struct sockets *k, const struct session *s)
{
	const struct entry *n = &k->entry[session_number(k->asker.table, s)];

	return n->id == s->id && s->last - n->time < FRESH ? n : NULL;
}

int
sockets_agree(const struct sockets *k, const struct session *s,
    unsigned int dir)
{
	const struct entry *n = find(k, s);
	enum tcp_state state = (enum tcp_state)s->side[dir].state;

	if (n == NULL || !session_is_tcp(s) || state == TCP_UNKNOWN ||
	    n->time - s->last < QUIET)
		return -1;
	if (n->side[dir].status == SOCKET_THERE)
		return n->side[dir].state == state;
	return n->side[dir].status == SOCKET_GONE && !is_over(state) ? 0 : -1;
}

const struct socket_view *
sockets_get(const struct sockets *k, const struct session *s,
    unsigned int dir, int64_t *time)
{
	const struct entry *n = find(k, s);

	if (n == NULL || (n->side[dir].status != SOCKET_THERE &&
	    sockets_agree(k, s, dir) != 0))
		return NULL;
	if (time != NULL)
		*time = n->time;
	return &n->side[dir];
}
