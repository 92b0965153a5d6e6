/* test_sockets.c: what the kernel says of sessions' sockets: when it is asked,
 * and when both may be compared. */
#include <sys/socket.h>

#include <unistd.h>

#include "process/asker.h"
#include "process/sockets.h"
#include "tcp/tcp_state.h"

#include "sessions.h"

static struct sockets *sockets;
static unsigned int snapshots;

static void
ask_at_end(void *arg, const struct session_event *ev)
{
	on_event(arg, ev);
	sockets_event(sockets, ev);
}

static void
ask_ahead(void *arg, const struct session *s, int64_t now)
{
	(void)arg;
	sockets_ask(sockets, s, now, 0);
}

static void
count_snapshot(void *arg, const struct session *s)
{
	(void)arg, (void)s;
	snapshots++;
}

static struct session_table *
asking_table(int fd, uint32_t max)
{
	struct session_config c = config(max);
	struct session_table *t;
	struct errbuf e;

	c.on_event = ask_at_end;
	c.on_ahead = ask_ahead;
	c.on_snapshot = count_snapshot;
	c.interval = 10 * SECOND;
	c.ahead = SECOND / 5;
	snapshots = 0;
	t = table_of(&c);
	sockets = sockets_new(fd, max, &e);
	sockets_bind(sockets, t, NULL, NULL);
	return t;
}

/* The question that was sent; "wants" is -1 when there is none. */
static struct ask
asked(int fd, int *wants)
{
	struct ask a = { 0 };

	sockets_send(sockets);
	*wants = recv(fd, &a, sizeof(a), MSG_DONTWAIT) == sizeof(a) ?
	    a.wants : -1;
	return a;
}

/* The side with port 80 has such a socket, "after" ns behind the last packet;
 * the other is elsewhere. */
static void
tell(int fd, const struct ask *a, const struct session *s, int64_t after,
    enum socket_status status, enum tcp_state state)
{
	unsigned int serves = a->port[0] == 80 ? 0 : 1;
	struct tell_sockets t = { .id = a->id, .number = a->number };

	t.time = s->last + after;
	t.spent_us = 42;
	t.side[serves].status = (uint8_t)status;
	t.side[serves].state = (uint8_t)state;
	t.side[serves].recv_queue = 7;
	t.side[serves ^ 1].status = SOCKET_ELSEWHERE;
	send(fd, &t, sizeof(t), 0);
	sockets_receive(sockets);
}

static struct session *
established(struct session_table *t, double time)
{
	segment(t, "> S 100 0 0", time);
	segment(t, "< SA 500 101 0", time + 0.001);
	segment(t, "> A 101 501 0", time + 0.002);
	return segment(t, "< A 501 101 0", time + 0.003);
}

static void
test_agreement(void)
{
	static const struct {
		const char *what;
		int64_t after;
		enum socket_status status;
		enum tcp_state state;
		int agree, seen;
	} t[] = {
		{ "the same", SECOND / 10, SOCKET_THERE, TCP_ESTABLISHED, 1,
		    1 },
		{ "another", SECOND / 10, SOCKET_THERE, TCP_CLOSE_WAIT, 0, 1 },
		{ "gone", SECOND / 10, SOCKET_GONE, TCP_UNKNOWN, 0, 1 },
		{ "elsewhere", SECOND / 10, SOCKET_ELSEWHERE, TCP_UNKNOWN, -1,
		    0 },
		{ "too soon", SECOND / 50, SOCKET_THERE, TCP_CLOSE_WAIT, -1,
		    1 },
		{ "before the last packet", -SECOND / 2, SOCKET_THERE,
		    TCP_CLOSE_WAIT, -1, 1 },
		{ "gone, but before the last packet", -SECOND / 2, SOCKET_GONE,
		    TCP_UNKNOWN, -1, 0 },
		{ "long before the last packet", -2 * SECOND, SOCKET_THERE,
		    TCP_ESTABLISHED, -1, 0 },
	};
	struct session_table *table;
	const struct socket_view *v;
	unsigned int serves;
	struct session *s;
	int fd[2], wants;
	struct ask a;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	table = asking_table(fd[0], 4);
	s = established(table, 0);
	serves = s->key.port[0] != 80;
	ok(sockets_get(sockets, s, serves, NULL) == NULL, "nothing is known");
	asked(fd[1], &wants);
	is_u64((uint64_t)wants, (uint64_t)-1, "nothing was asked");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		sockets_ask(sockets, s, s->last, 0);
		a = asked(fd[1], &wants);
		tell(fd[1], &a, s, t[i].after, t[i].status, t[i].state);
		v = sockets_get(sockets, s, serves, NULL);
		ok(sockets_agree(sockets, s, serves) == t[i].agree &&
		    (v != NULL) == t[i].seen, "%s", t[i].what);
		ok(sockets_get(sockets, s, serves ^ 1, NULL) == NULL,
		    "%s: nothing of the other side", t[i].what);
	}
	is_u64(sockets_stats(sockets)->spent_us, 42, "what it took");
	is_u64(a.id == s->id && a.protocol == 6 &&
	    a.number == session_number(table, s), 1, "it was about this one");
	/* What nobody asked for is not read; nor what is of another form. */
	send(fd[1], "x", 1, 0);
	sockets_ask(sockets, s, s->last, 0);
	a = asked(fd[1], &wants);
	a.number = 1000000;
	tell(fd[1], &a, s, SECOND / 10, SOCKET_THERE, TCP_ESTABLISHED);
	ok(sockets_get(sockets, s, serves, NULL) == NULL,
	    "an answer about no session");
	close(fd[1]);
	sockets_ask(sockets, s, s->last, 0);
	sockets_send(sockets);
	is_u64(sockets_stats(sockets)->refused, 1, "who is gone is not asked");
	session_table_free(table);
	sockets_free(sockets);
	close(fd[0]);
}

static void
test_when(void)
{
	struct session_table *t;
	struct session *s;
	struct packet p;
	struct frame f;
	int fd[2], wants;
	struct ask a;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	t = asking_table(fd[0], 4);
	s = established(t, 0);
	packet(&p, &f, &server, &client, 1, 9.7);
	update(t, &p);
	asked(fd[1], &wants);
	is_u64((uint64_t)wants, (uint64_t)-1, "not yet");
	packet(&p, &f, &server, &client, 1, 9.81);
	update(t, &p);
	a = asked(fd[1], &wants);
	is_u64((uint64_t)wants, ASK_SOCKETS, "a fifth of a second ahead");
	is_u64(a.id, s->id, "of what has changed, and has ports");
	packet(&p, &f, &client, &server, 17, 9.9);
	update(t, &p);
	is_u64(snapshots, 0, "it is not shown yet");
	packet(&p, &f, &server, &client, 1, 10.01);
	update(t, &p);
	is_u64(snapshots, 2, "then those are shown that had changed");
	asked(fd[1], &wants);
	is_u64((uint64_t)wants, (uint64_t)-1, "and nothing is asked");
	packet(&p, &f, &server, &client, 1, 19.82);
	update(t, &p);
	a = asked(fd[1], &wants);
	ok(wants == ASK_SOCKETS && a.protocol == 17,
	    "what changed later is asked about the next time");
	/* It ends. */
	segment(t, "> FA 101 501 0", 19.83);
	segment(t, "< FA 501 102 0", 19.84);
	asked(fd[1], &wants);
	is_u64((uint64_t)wants, (uint64_t)-1, "one side is not the end");
	segment(t, "> A 102 502 0", 19.85);
	a = asked(fd[1], &wants);
	ok(wants == ASK_SOCKETS_SOON && a.id == s->id,
	    "when it has come to rest: the end");
	tell(fd[1], &a, s, SECOND / 10, SOCKET_GONE, TCP_UNKNOWN);
	ok(sockets_get(sockets, s, s->key.port[0] != 80, NULL) == NULL,
	    "that it has gone is as it must be");
	close(fd[1]);
	session_table_free(t);
	sockets_free(sockets);
	close(fd[0]);
}

static void
test_rate(void)
{
	enum { MANY = 2 * ASKER_RATE };
	struct session_table *t;
	struct session *s;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == -1)
		return;
	t = asking_table(fd[0], 4);
	s = established(t, 0);
	for (unsigned int i = 0; i < MANY; i++)
		sockets_ask(sockets, s, s->last, 0);
	sockets_send(sockets);
	is_u64(sockets_stats(sockets)->asked + sockets_stats(sockets)->refused,
	    MANY, "each is counted");
	ok(sockets_stats(sockets)->refused >= MANY - ASKER_RATE,
	    "and no more are asked about than so many in a second");
	close(fd[1]);
	session_table_free(t);
	sockets_free(sockets);
	close(fd[0]);
}

int
main(void)
{
	test_agreement();
	test_when();
	test_rate();
	return done();
}
