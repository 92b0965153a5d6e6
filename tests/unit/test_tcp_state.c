/*
 * test_tcp_state.c: the whole of both tables, cell by cell.
 *
 * The rules below are written down from RFC 9293 section 3.10 in another form
 * than the tables: as what must hold for every cell.  Each cell is one test.
 */
#include "tcp/tcp_state.h"

#include "tap.h"

static unsigned int
sent(unsigned int confirmed, unsigned int ev, unsigned int from)
{
	return tcp_sent[confirmed][ev][from] & TCP_STATE_MASK;
}

static int
proven(unsigned int confirmed, unsigned int ev, unsigned int from)
{
	return (tcp_sent[confirmed][ev][from] & TCP_PROVEN) != 0;
}

/* Has the endpoint sent a FIN in this state? */
static int
fin_sent(unsigned int s)
{
	return s == TCP_FIN_WAIT_1 || s == TCP_FIN_WAIT_2 ||
	    s == TCP_CLOSING || s == TCP_LAST_ACK || s == TCP_TIME_WAIT;
}

/* Has it received one? */
static int
fin_received(unsigned int s)
{
	return s == TCP_CLOSE_WAIT || s == TCP_CLOSING || s == TCP_LAST_ACK ||
	    s == TCP_TIME_WAIT;
}

static int
before_established(unsigned int s)
{
	return s == TCP_UNKNOWN || s == TCP_LISTEN || s == TCP_SYN_SENT ||
	    s == TCP_SYN_RECEIVED;
}

/* What the RFC's diagram says that a confirmed endpoint is after it sent. */
static unsigned int
expected_sent(unsigned int ev, unsigned int s)
{
	switch (ev) {
	case TCP_EV_SYN:
		/* Only an endpoint that is nowhere yet opens; a closed one
		 * may open again under the same numbers. */
		return s == TCP_UNKNOWN || s == TCP_LISTEN ||
		    s == TCP_SYN_SENT || s == TCP_CLOSED ? TCP_SYN_SENT : s;
	case TCP_EV_SYN_ACK:
		return before_established(s) ? TCP_SYN_RECEIVED : s;
	case TCP_EV_ACK:
	case TCP_EV_DATA:
		return before_established(s) ? TCP_ESTABLISHED : s;
	case TCP_EV_ACK_OF_FIN:
		/* It has received the peer's FIN: 3.10.7.4, eighth. */
		if (before_established(s) || s == TCP_ESTABLISHED)
			return TCP_CLOSE_WAIT;
		if (s == TCP_FIN_WAIT_1)
			return TCP_CLOSING;
		return s == TCP_FIN_WAIT_2 ? TCP_TIME_WAIT : s;
	case TCP_EV_FIN:
		/* 3.10.4, CLOSE call. */
		if (before_established(s) || s == TCP_ESTABLISHED)
			return TCP_FIN_WAIT_1;
		return s == TCP_CLOSE_WAIT ? TCP_LAST_ACK : s;
	case TCP_EV_FIN_ACK:
		if (before_established(s) || s == TCP_ESTABLISHED ||
		    s == TCP_CLOSE_WAIT)
			return TCP_LAST_ACK;
		if (s == TCP_FIN_WAIT_1)
			return TCP_CLOSING;
		return s == TCP_FIN_WAIT_2 ? TCP_TIME_WAIT : s;
	case TCP_EV_RST:
		return TCP_CLOSED;
	default:
		return s;
	}
}

static unsigned int
expected_received(unsigned int ev, unsigned int s)
{
	int acks_fin = ev == TCP_EV_ACK_OF_FIN || ev == TCP_EV_FIN_ACK;
	int fin = ev == TCP_EV_FIN || ev == TCP_EV_FIN_ACK;

	if (ev == TCP_EV_NONE)
		return s;
	if (ev == TCP_EV_RST)
		return s == TCP_LISTEN ? TCP_LISTEN : TCP_CLOSED;
	if (ev == TCP_EV_SYN)
		return s == TCP_UNKNOWN ? TCP_LISTEN :
		    s == TCP_SYN_SENT ? TCP_SYN_RECEIVED : s;
	if (ev == TCP_EV_SYN_ACK)
		return s == TCP_UNKNOWN || s == TCP_SYN_SENT ||
		    s == TCP_SYN_RECEIVED ? TCP_ESTABLISHED : s;
	/* Of an endpoint that has shown nothing, what it is sent tells
	 * nothing; in SYN-SENT only a SYN counts. */
	if (s == TCP_UNKNOWN || s == TCP_SYN_SENT || s == TCP_CLOSED)
		return s;
	if (s == TCP_LISTEN)
		return ev == TCP_EV_ACK || ev == TCP_EV_DATA ?
		    TCP_ESTABLISHED : s;
	if (s == TCP_SYN_RECEIVED)
		s = TCP_ESTABLISHED;
	if (acks_fin)
		s = s == TCP_FIN_WAIT_1 ? TCP_FIN_WAIT_2 :
		    s == TCP_CLOSING ? TCP_TIME_WAIT :
		    s == TCP_LAST_ACK ? TCP_CLOSED : s;
	if (fin)
		s = s == TCP_ESTABLISHED ? TCP_CLOSE_WAIT :
		    s == TCP_FIN_WAIT_1 ? TCP_CLOSING :
		    s == TCP_FIN_WAIT_2 ? TCP_TIME_WAIT : s;
	return s;
}

/* Where the state was only inferred, a segment that the inference rules out
 * takes the endpoint back to where such a segment is sent from. */
static unsigned int
expected_unconfirmed(unsigned int ev, unsigned int s)
{
	if (ev == TCP_EV_SYN && !fin_sent(s) && s != TCP_CLOSE_WAIT)
		return TCP_SYN_SENT;
	if (ev == TCP_EV_SYN_ACK && !fin_sent(s))
		return TCP_SYN_RECEIVED;
	if (ev == TCP_EV_FIN && s == TCP_CLOSE_WAIT)
		return TCP_CLOSING;	/* the two FINs crossed */
	if (ev == TCP_EV_FIN && (s == TCP_FIN_WAIT_2 || s == TCP_TIME_WAIT))
		return TCP_FIN_WAIT_1;	/* the ACK of its FIN was lost */
	if (ev == TCP_EV_FIN_ACK && (s == TCP_FIN_WAIT_2 ||
	    s == TCP_TIME_WAIT))
		return TCP_CLOSING;
	if (ev == TCP_EV_FIN_ACK && s == TCP_CLOSED)
		return TCP_LAST_ACK;
	return expected_sent(ev, s);
}

/* What is sent does not prove a FIN that was received unless it covers it,
 * nor anything of a closed endpoint but its end. */
static int
expected_proof(unsigned int confirmed, unsigned int ev, unsigned int from,
    unsigned int to)
{
	if (ev == TCP_EV_NONE)
		return 0;
	if (ev == TCP_EV_RST)
		return 1;
	if (to == TCP_CLOSED)
		return 0;
	/* Mid-stream the peer's FIN may have come before the capture. */
	if (from == TCP_UNKNOWN && (ev == TCP_EV_ACK || ev == TCP_EV_DATA ||
	    ev == TCP_EV_FIN || ev == TCP_EV_ACK_OF_FIN))
		return 0;
	if (ev == TCP_EV_SYN || ev == TCP_EV_SYN_ACK)
		return to == (ev == TCP_EV_SYN ? TCP_SYN_SENT :
		    TCP_SYN_RECEIVED);
	if (confirmed || ev == TCP_EV_ACK_OF_FIN || ev == TCP_EV_FIN_ACK)
		return 1;
	return !fin_received(to) || (ev == TCP_EV_FIN && to == TCP_LAST_ACK);
}

int
main(void)
{
	for (unsigned int c = 0; c < 2; c++)
		for (unsigned int ev = 0; ev < TCP_EVENTS; ev++)
			for (unsigned int s = 0; s < TCP_STATES; s++) {
				unsigned int want = c ? expected_sent(ev, s) :
				    expected_unconfirmed(ev, s);

				ok(sent(c, ev, s) == want &&
				    proven(c, ev, s) ==
				    expected_proof(c, ev, s, want),
				    "%s %s sends %s: %s%s, want %s%s",
				    c ? "confirmed" : "inferred",
				    tcp_state_text[s], tcp_event_name[ev],
				    tcp_state_text[sent(c, ev, s)],
				    proven(c, ev, s) ? "" : "?",
				    tcp_state_text[want],
				    expected_proof(c, ev, s, want) ? "" : "?");
			}
	for (unsigned int ev = 0; ev < TCP_EVENTS; ev++)
		for (unsigned int s = 0; s < TCP_STATES; s++)
			ok(tcp_received[ev][s] == expected_received(ev, s),
			    "%s receives %s: %s, want %s", tcp_state_text[s],
			    tcp_event_name[ev],
			    tcp_state_text[tcp_received[ev][s]],
			    tcp_state_text[expected_received(ev, s)]);
	return done();
}
