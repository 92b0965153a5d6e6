/*
 * tcp_state.h: RFC 9293's state diagram (section 3.3.2), read from outside.
 *
 * An observer sees segments, not sockets.  Each segment is classified into an
 * event with the help of the sequence numbers; then one table says what having
 * sent it tells of its sender, and another what it does to its receiver once
 * it arrives.  The tables are complete: no code repairs their answer.
 */
#ifndef SRC_TCP_TCP_STATE_H
#define SRC_TCP_TCP_STATE_H

#include <stdint.h>

enum tcp_state {
	TCP_UNKNOWN,		/* mid-stream: nothing that tells */
	TCP_LISTEN,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT,
	TCP_CLOSED,
	TCP_STATES
};

enum tcp_event {
	TCP_EV_NONE,		/* proves nothing: old, or out of place */
	TCP_EV_SYN,
	TCP_EV_SYN_ACK,
	TCP_EV_ACK,		/* the peer's FIN, if any, not acknowledged */
	TCP_EV_DATA,		/* the same with payload */
	TCP_EV_ACK_OF_FIN,	/* the peer's FIN is acknowledged */
	TCP_EV_FIN,		/* FIN, the peer's FIN not acknowledged */
	TCP_EV_FIN_ACK,		/* FIN, and the peer's FIN is acknowledged */
	TCP_EV_RST,		/* one that its receiver accepts */
	TCP_EV_ICMP_ERROR,	/* no segment: the receiver's own was quoted */
	TCP_EVENTS
};

/* In tcp_sent[]: the event proves that its sender is in that state. */
#define TCP_PROVEN	0x80
#define TCP_STATE_MASK	0x7f

/*
 * The state of the sender after an event, by what was held of it before:
 * [0] what only followed from segments sent to it, which may have been lost,
 * [1] what it had confirmed itself.
 */
extern const uint8_t tcp_sent[2][TCP_EVENTS][TCP_STATES];

/* The state of the receiver when the event arrives. */
extern const uint8_t tcp_received[TCP_EVENTS][TCP_STATES];

/* "syn_sent": JSON, options; OpenTelemetry's network.connection.state. */
extern const char *const tcp_state_name[TCP_STATES];
/* "SYN-SENT": the RFC's name, for people. */
extern const char *const tcp_state_text[TCP_STATES];
/* "syn_ack": the cause in event records. */
extern const char *const tcp_event_name[TCP_EVENTS];

#endif
