/* test_sessions.c: many sessions: timeouts, evictions, roles, and errors. */
#include "sessions.h"

static void
test_timeouts(void)
{
	struct session_table *t = table(16);
	struct session *s;
	struct packet p;
	struct frame f;

	whole_connection(t, 0);
	s = segment(t, "> A 102 502 0", 119);
	is_u64(s->id, 1, "TIME-WAIT lasts 120 s");
	packet(&p, &f, &client, &server, 17, 300);
	update(t, &p);
	is_u64(nended, 0, "one far time stamp is not believed");
	update(t, &p);
	is_u64(nended, 1, "a second is: the session ends by itself");
	is_u64(ended[0].end, END_CLOSED, "as closed");
	packet(&p, &f, &client, &server, 17, 331);
	s = update(t, &p);
	is_u64(s->id, 3, "UDP without an answer ends after 30 s");
	packet(&p, &f, &server, &client, 17, 332);
	update(t, &p);
	packet(&p, &f, &client, &server, 17, 432);
	s = update(t, &p);
	is_u64(s->id, 3, "with one it lasts longer");
	ok(session_two_way(s), "both sides were seen");
	packet(&p, &f, &client, &server, 17, 20);
	s = update(t, &p);
	is_u64(s->id, 3, "a clock that jumps back ends nothing");
	session_table_free(t);

	t = table(16);
	packet(&p, &f, &client, &server, 17, 0);
	update(t, &p);
	packet(&p, &f, &server, &client, 6, 1e6);
	update(t, &p);
	packet(&p, &f, &client, &server, 17, 1);
	s = update(t, &p);
	is_u64(s->id, 1, "a bad time stamp ends no other session");
	session_finish(t);
	is_u64(ended[0].end, END_CAPTURE, "not even at the end");
	session_table_free(t);

	t = table(16);
	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0.1);
	segment(t, "> A 101 501 0", 0.2);
	s = segment(t, "> PA 101 501 1", 1e6);
	is_u64(s->id, 1, "an idle gap does not split an established session");
	session_table_free(t);
}

static void
test_eviction(void)
{
	struct session_table *t = table(4);
	struct packet p;
	struct frame f;
	struct end many = client;

	whole_connection(t, 0);
	for (unsigned int i = 1; i <= 5; i++) {
		many.port = (uint16_t)(1000 + i);
		packet(&p, &f, &many, &server, 17, i);
		update(t, &p);
	}
	is_u64(session_stats(t)->live, 4, "never more than --max-sessions");
	is_u64(session_stats(t)->evicted, 2, "evictions are counted");
	is_u64(session_stats(t)->evicted_open, 1, "and those of open ones");
	is_u64(ended[0].id, 1, "the closed one went first");
	is_u64(ended[1].side[ended[1].client].packets, 1, "then the oldest");
	is_u64(ended[1].id, 2, "of the open ones");
	is_u64(ended[1].end, END_EVICTED, "and says why");
	many.port = 1002;
	packet(&p, &f, &many, &server, 17, 6);
	update(t, &p);
	many.port = 1006;
	packet(&p, &f, &many, &server, 17, 7);
	update(t, &p);
	is_u64(ended[2].id, 4, "activity saves a session from eviction");
	session_table_free(t);
}

/* Many sessions come and go: the index must keep finding each of them. */
static void
test_index(void)
{
	struct session_table *t = table(5000);
	unsigned int wrong = 0;
	struct end many = client;
	struct session *s;
	struct packet p;
	struct frame f;

	for (unsigned int round = 0; round < 3; round++)
		for (unsigned int i = 0; i < 20000; i++) {
			many.ip[2] = (uint8_t)(i >> 8);
			many.ip[3] = (uint8_t)i;
			many.port = (uint16_t)(i % 7);
			packet(&p, &f, &many, &server, 17, i * 0.001);
			update(t, &p);
			s = update(t, &p);
			wrong += s->side[0].packets + s->side[1].packets != 2;
		}
	is_u64(wrong, 0, "each of 60000 is found again at once");
	is_u64(session_stats(t)->live, 5000, "and only as many as allowed");
	session_finish(t);
	is_u64(session_stats(t)->live, 0, "none is left at the end");
	session_table_free(t);
}

static void
test_roles(void)
{
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;

	s = segment(t, "< PA 501 101 10", 0);
	is_u64(s->role, ROLE_PORT, "mid-stream: the well-known port serves");
	is_u64(s->key.port[s->client], 50000, "so the other is the client");
	session_table_free(t);

	t = table(16);
	packet(&p, &f, &server, &client, 17, 0);
	p.flow.sport = 50001;
	s = update(t, &p);
	is_u64(s->role, ROLE_FIRST, "without a hint the first one opened it");
	is_u64(s->key.port[s->client], 50001, "and is the client");
	session_table_free(t);

	t = table(16);
	segment(t, "> A 101 501 0", 0);
	s = segment(t, "> SA 100 501 0", 1);
	is_u64(s->role, ROLE_SYN_ACK, "a SYN-ACK is stronger than a port");
	is_u64(s->key.port[s->client], 80, "its sender is the server");
	ok(strstr(events, "role:syn_ack") != NULL, "the change is an event");
	session_table_free(t);
}

/* A local socket that listens is stronger than a port, and no more. */
static void
test_listens(void)
{
	struct session_table *t = table(16);
	unsigned int dir;
	struct session *s;

	s = segment(t, "< PA 501 101 10", 0);
	dir = s->key.port[0] == 80;
	ok(session_number(t, s) == 1, "the first one is number 1");
	session_listens(t, s, dir, s->last);
	is_u64(s->role, ROLE_LISTEN, "who listens is the server");
	is_u64(s->key.port[s->client], 80, "so the other is the client");
	ok(strstr(events, "role:listen") != NULL, "the change is an event");
	events[0] = '\0';
	session_listens(t, s, dir, s->last);
	is_str(events, "", "to hear it again changes nothing");
	session_table_free(t);

	t = table(16);
	s = segment(t, "> S 100 0 0", 0);
	session_listens(t, s, s->client, s->last);
	is_u64(s->role, ROLE_SYN, "a SYN is stronger");
	is_u64(s->key.port[s->client], 50000, "its sender stays the client");
	session_table_free(t);
}

static void
test_to_itself(void)
{
	static const struct end here = { { 127, 0, 0, 1 }, 40000 };
	static const struct end there = { { 127, 0, 0, 1 }, 80 };
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;

	packet(&p, &f, &here, &there, 17, 0);
	update(t, &p);
	packet(&p, &f, &there, &here, 17, 0.1);
	s = update(t, &p);
	is_u64(session_stats(t)->created, 1, "127.0.0.1 to itself is one");
	is_u64(s->side[0].packets, 1, "a packet each way");
	is_u64(s->side[1].packets, 1, "told apart by port");
	session_table_free(t);
}

static void
test_quote(void)
{
	struct session_table *t = table(16);
	struct packet p;
	struct frame f;
	struct session *s;
	struct flow udp;

	packet(&p, &f, &client, &server, 17, 0);
	udp = p.flow;
	update(t, &p);
	packet(&p, &f, &server, &client, 1, 0.1);
	p.flow.has |= FLOW_ICMP | FLOW_ONE_WAY;
	p.flow.sport = p.flow.dport = p.flow.icmp_type = 3;
	p.flags = PACKET_QUOTE;
	p.quoted = udp;
	s = update(t, &p);
	is_u64(s->key.protocol, 17, "an ICMP error is about what it quotes");
	is_u64(session_trouble(t, s)->icmp_errors, 1, "and is counted there");
	is_u64(s->side[0].packets + s->side[1].packets, 1, "as no packet");
	ok(strstr(events, "icmp_error:unreachable") != NULL, "an event");
	p.quoted.src.b[0] = 203;
	s = update(t, &p);
	is_u64(s->key.protocol, 17, "also when NAT left an outside address");
	is_u64(session_trouble(t, s)->icmp_errors, 2, "in the quotation");
	p.quoted.dport++;
	s = update(t, &p);
	is_u64(s->key.protocol, 1, "of an unknown one it stands for itself");
	session_table_free(t);
}

int
main(void)
{
	test_timeouts();
	test_eviction();
	test_index();
	test_roles();
	test_listens();
	test_to_itself();
	test_quote();
	return done();
}
