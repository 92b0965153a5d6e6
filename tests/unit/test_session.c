/* test_session.c: scripts of segments, and what the session is after each. */
#include "sessions.h"

#include "tcp/rtt.h"

/* A script: what it is about, then segment and states in turn. */
static const char *const scripts[][32] = {
	{ "the design's example",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 101 501 10", "ESTABLISHED ESTABLISHED?",
	  "< A 501 111 0", "ESTABLISHED ESTABLISHED", NULL },
	{ "the client closes first",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 102 0", "FIN-WAIT-2? CLOSE-WAIT",
	  "< PA 501 102 20", "FIN-WAIT-2? CLOSE-WAIT",
	  "> A 102 521 0", "FIN-WAIT-2 CLOSE-WAIT",
	  "< FA 521 102 0", "TIME-WAIT? LAST-ACK",
	  "> A 102 522 0", "TIME-WAIT CLOSED?", NULL },
	{ "the server closes first, FIN and ACK in one segment",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< FA 501 101 0", "CLOSE-WAIT? FIN-WAIT-1",
	  "> FA 101 502 0", "LAST-ACK TIME-WAIT?",
	  "< A 502 102 0", "CLOSED? TIME-WAIT", NULL },
	{ "both close at once",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< FA 501 101 0", "CLOSING? CLOSING?",
	  "> A 102 502 0", "CLOSING TIME-WAIT?",
	  "< A 502 102 0", "TIME-WAIT? TIME-WAIT", NULL },
	{ "both open at once",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< S 500 0 0", "SYN-RECEIVED? SYN-RECEIVED?",
	  "> SA 100 501 0", "SYN-RECEIVED ESTABLISHED?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "refused",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< RA 0 101 0", "CLOSED? CLOSED", NULL },
	{ "a refusal that acknowledges another SYN is not believed",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< RA 0 5000 0", "SYN-SENT LISTEN?", NULL },
	{ "given up before an answer",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> R 101 0 0", "CLOSED LISTEN?", NULL },
	{ "a SYN that is sent again is the same session",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED", NULL },
	{ "the SYN-ACK was lost behind us: the client says so",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> S 100 0 0", "SYN-SENT SYN-RECEIVED", NULL },
	{ "the ACK was lost behind us: the server says so",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< SA 500 101 0", "ESTABLISHED SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "the last ACK was lost behind us: the server's FIN comes again",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< FA 501 102 0", "TIME-WAIT? LAST-ACK",
	  "> A 102 502 0", "TIME-WAIT CLOSED?",
	  "< FA 501 102 0", "TIME-WAIT LAST-ACK",
	  "> A 102 502 0", "TIME-WAIT CLOSED?", NULL },
	{ "a FIN sent again is not the other side's",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "> FA 101 501 0", "FIN-WAIT-1 CLOSE-WAIT?", NULL },
	{ "an old ACK does not acknowledge a FIN",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FPA 101 501 10", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 111 0", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 112 0", "FIN-WAIT-2? CLOSE-WAIT", NULL },
	{ "a reset with a wild sequence number is not believed",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< A 501 101 0", "ESTABLISHED ESTABLISHED",
	  "> R 900000 0 0", "ESTABLISHED ESTABLISHED",
	  "> R 102 0 0", "ESTABLISHED ESTABLISHED",
	  "> R 101 0 0", "CLOSED CLOSED?", NULL },
	{ "the SYN-ACK is the first that was seen",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "mid-stream: what came before is not known",
	  "> A 101 501 0", "ESTABLISHED? UNKNOWN?",
	  "< PA 501 101 10", "ESTABLISHED? ESTABLISHED?",
	  "> PA 101 511 5", "ESTABLISHED ESTABLISHED?", NULL },
	{ "mid-stream: a FIN may be the first or the second",
	  "> FA 101 501 0", "FIN-WAIT-1? UNKNOWN?",
	  "< A 501 102 0", "FIN-WAIT-2? CLOSE-WAIT?", NULL },
	{ "a FIN that is seen only when it is sent again",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> A 112 501 0", "ESTABLISHED ESTABLISHED?",
	  "> FPA 101 501 10", "FIN-WAIT-1 CLOSE-WAIT?",
	  "< A 501 112 0", "FIN-WAIT-2? CLOSE-WAIT", NULL },
	{ "one direction only",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 101 501 10", "ESTABLISHED ESTABLISHED?",
	  "> FA 111 600 0", "FIN-WAIT-1 CLOSE-WAIT?", NULL },
	{ "Fast Open: the SYN carries data",
	  "> S 100 0 20", "SYN-SENT LISTEN?",
	  "< SA 500 121 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 121 501 0", "ESTABLISHED ESTABLISHED?", NULL },
	{ "sequence numbers wrap in the handshake",
	  "> S 4294967295 0 0", "SYN-SENT LISTEN?",
	  "< SA 4294967290 0 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 0 4294967291 0", "ESTABLISHED ESTABLISHED?",
	  "> PA 0 4294967291 10", "ESTABLISHED ESTABLISHED?",
	  "< FA 4294967291 10 0", "CLOSE-WAIT? FIN-WAIT-1",
	  "> A 10 4294967292 0", "CLOSE-WAIT FIN-WAIT-2?", NULL },
	{ "half-open: the peer acknowledges what it did not send",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< A 777 42 0", "SYN-SENT LISTEN?",
	  "> R 42 0 0", "SYN-SENT LISTEN?", NULL },
	{ "a forged SYN does not wipe a connection",
	  "> S 100 0 0", "SYN-SENT LISTEN?",
	  "< SA 500 101 0", "ESTABLISHED? SYN-RECEIVED",
	  "> A 101 501 0", "ESTABLISHED ESTABLISHED?",
	  "< A 501 101 0", "ESTABLISHED ESTABLISHED",
	  "> S 7777777 0 0", "ESTABLISHED ESTABLISHED", NULL },
};

static void
run_script(const char *const *script)
{
	struct session_table *t = table(16);
	unsigned int n = 0;

	for (unsigned int i = 1; script[i] != NULL; i += 2) {
		struct session *s = segment(t, script[i], ++n * 0.01);
		char what[128];

		snprintf(what, sizeof(what), "%s: %s", script[0], script[i]);
		is_str(s != NULL ? states(s) : NULL, script[i + 1], what);
	}
	is_u64(session_stats(t)->created, 1, script[0]);
	session_table_free(t);
}

static void
test_events(void)
{
	struct session_table *t = table(16);

	whole_connection(t, 0);
	session_finish(t);
	is_str(events, "new:syn state:syn_ack state:ack state:fin "
	    "state:fin_ack state:ack_of_fin end:closed",
	    "every change is an event");
	is_u64(nended, 1, "one session ended");
	is_u64(ended[0].end, END_CLOSED, "it was closed, not cut off");
	is_u64((uint64_t)rtt_unpack(ended[0].side[ended[0].client]
	    .rtt_handshake), 20000000, "time of the handshake");
	session_table_free(t);
}

static void
test_reuse(void)
{
	struct session_table *t = table(16);
	struct session *s;

	whole_connection(t, 0);
	s = segment(t, "> S 9000 0 0", 5);
	is_u64(s->id, 2, "a new SYN out of TIME-WAIT opens another session");
	is_u64(ended[0].end, END_CLOSED, "the first one ended as closed");
	s = segment(t, "> S 19000 0 0", 6);
	is_u64(s->id, 3, "an unanswered attempt gives way to the next");
	is_u64(ended[1].end, END_REUSED, "and ends as reused");
	segment(t, "< RA 0 19001 0", 6.1);
	s = segment(t, "> S 19000 0 0", 6.2);
	is_u64(s->id, 3, "the same SYN again after a refusal is no other");
	segment(t, "< RA 0 19001 0", 6.3);
	s = segment(t, "> S 29000 0 0", 6.4);
	is_u64(s->id, 4, "another one is");
	is_u64(ended[2].end, END_RESET, "the refused one ended by reset");
	session_table_free(t);

	t = table(16);
	segment(t, "> S 100 0 0", 0);
	segment(t, "< SA 500 101 0", 0.1);
	segment(t, "> A 101 501 0", 0.2);
	segment(t, "< A 501 101 0", 0.3);
	segment(t, "> S 90000 0 0", 400);
	s = segment(t, "< SA 70000 90001 0", 400.1);
	is_u64(s->id, 2, "a SYN that was not believed is, once answered");
	is_str(states(s), "ESTABLISHED? SYN-RECEIVED", "the new connection");
	is_u64(ended[0].end, END_REUSED, "the old one ended unseen");
	session_table_free(t);

	t = table(16);
	segment(t, "> PA 101 501 10", 0);
	s = segment(t, "> S 90000 0 0", 400);
	is_u64(s->id, 2, "mid-stream, a SYN opens another session");
	session_table_free(t);
}

/* Where only part of the sequence space was seen. */
static void
test_holes(void)
{
	static const uint32_t sizes[] = { 0x7fffffff, 0x80000000, 0x80000001,
	    0xffffffff, 1, 1500000000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct session_table *t = table(16);
		uint32_t end = 501 + sizes[i], step = 16000000;
		char line[64];
		struct session *s;

		segment(t, "> S 100 0 0", 0);
		segment(t, "< SA 500 101 0", 0.1);
		s = segment(t, "> A 101 501 0", 0.2);
		for (unsigned int j = 0; j < 2; j++) {
			s->side[j].seen |= SIDE_SCALE;
			side_set_scale(&s->side[j], 14);
		}
		/* Only the client's acknowledgements pass by. */
		for (uint32_t n = step; n < sizes[i]; n += step) {
			snprintf(line, sizeof(line), "> A 101 %" PRIu32 " 0",
			    501 + n);
			segment(t, line, 1);
			if (n > UINT32_MAX - step)
				break;
		}
		snprintf(line, sizeof(line), "> A 101 %" PRIu32 " 0", end);
		segment(t, line, 2);
		snprintf(line, sizeof(line), "< FA %" PRIu32 " 101 0", end);
		segment(t, line, 3);
		snprintf(line, sizeof(line), "> FA 101 %" PRIu32 " 0",
		    end + 1);
		segment(t, line, 4);
		snprintf(line, sizeof(line), "< A %" PRIu32 " 102 0", end + 1);
		s = segment(t, line, 5);
		snprintf(line, sizeof(line), "a hole of %" PRIu32 " bytes",
		    sizes[i]);
		is_str(states(s), "CLOSED? TIME-WAIT", line);
		session_table_free(t);
	}
}

static void
test_stream(void)
{
	struct session_table *t = table(16);
	uint64_t sent = 0;
	struct session *s;
	char line[64];

	segment(t, "> S 4294967000 0 0", 0);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "> A %u 1 60000000",
		    4294967001U + (uint32_t)sent);
		s = segment(t, line, 1);
		sent += 60000000;
	}
	s = segment(t, line, 2);
	is_u64(side_stream_bytes(&s->side[s->client]), sent,
	    "6 GB of sequence space, past two wraps, a repetition not");
	is_u64(s->side[s->client].payload_bytes, sent + 60000000,
	    "payload counts the repetition");
	session_table_free(t);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		run_script(scripts[i]);
	test_events();
	test_reuse();
	test_holes();
	test_stream();
	return done();
}
