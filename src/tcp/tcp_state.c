/* tcp_state.c: RFC 9293's state diagram (section 3.3.2), read from outside. */
#include "tcp/tcp_state.h"

/* Short names for the tables; P: proven by the sender itself. */
#define U	TCP_UNKNOWN
#define L	TCP_LISTEN
#define SS	TCP_SYN_SENT
#define SR	TCP_SYN_RECEIVED
#define E	TCP_ESTABLISHED
#define F1	TCP_FIN_WAIT_1
#define F2	TCP_FIN_WAIT_2
#define CW	TCP_CLOSE_WAIT
#define CG	TCP_CLOSING
#define LA	TCP_LAST_ACK
#define TW	TCP_TIME_WAIT
#define C	TCP_CLOSED
#define P(s)	((s) | TCP_PROVEN)

/* clang-format off */
const uint8_t tcp_sent[2][TCP_EVENTS][TCP_STATES] = {
/*
 * The state is an inference: a segment sent to this endpoint may have been
 * lost behind the observer.  What the endpoint sends now tells.
 */
[0] = {
/* from:		U	L	SS	SR	E	F1	F2	CW	CG	LA	TW	C */
[TCP_EV_NONE] =	      {	U,	L,	SS,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
/* It repeats its SYN: the SYN-ACK or the other SYN never reached it.  In LISTEN
 * the other's SYN is on its way: they open at once. */
[TCP_EV_SYN] =	      {	P(SS),	SR,	P(SS),	P(SS),	P(SS),	F1,	F2,	CW,	CG,	LA,	TW,	P(SS) },
/* It repeats its SYN-ACK: the ACK never reached it. */
[TCP_EV_SYN_ACK] =    {	P(SR),	P(SR),	P(SR),	P(SR),	P(SR),	F1,	F2,	P(SR),	CG,	LA,	TW,	P(SR) },
/* Mid-stream the peer may have closed before we came: nothing is proven.  Nor
 * does an ACK that does not cover the FIN: it may have crossed it. */
[TCP_EV_ACK] =	      {	E,	P(E),	P(E),	P(E),	P(E),	P(F1),	P(F2),	CW,	CG,	LA,	TW,	C },
[TCP_EV_DATA] =	      {	E,	P(E),	P(E),	P(E),	P(E),	P(F1),	P(F2),	CW,	CG,	LA,	TW,	C },
[TCP_EV_ACK_OF_FIN] = {	CW,	P(CW),	P(CW),	P(CW),	P(CW),	P(CG),	P(TW),	P(CW),	P(CG),	P(LA),	P(TW),	C },
/* A FIN without the ACK of the other: both are under way at once, or it is
 * repeated because its ACK was lost.  One that covers the other's, after its own
 * was covered, crossed that: it goes to TIME-WAIT. */
[TCP_EV_FIN] =	      {	F1,	P(F1),	P(F1),	P(F1),	P(F1),	P(F1),	P(F1),	CG,	CG,	P(LA),	P(F1),	C },
[TCP_EV_FIN_ACK] =    {	P(LA),	P(LA),	P(LA),	P(LA),	P(LA),	P(CG),	P(CG),	P(LA),	P(CG),	P(LA),	TW,	P(LA) },
[TCP_EV_RST] =	      {	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C) },
[TCP_EV_ICMP_ERROR] = {	U,	L,	SS,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
},
/* The state was confirmed: what contradicts it is an old duplicate. */
[1] = {
/* from:		U	L	SS	SR	E	F1	F2	CW	CG	LA	TW	C */
[TCP_EV_NONE] =	      {	U,	L,	SS,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
[TCP_EV_SYN] =	      {	P(SS),	SR,	P(SS),	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	P(SS) },
[TCP_EV_SYN_ACK] =    {	P(SR),	P(SR),	P(SR),	P(SR),	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
[TCP_EV_ACK] =	      {	E,	P(E),	P(E),	P(E),	P(E),	P(F1),	P(F2),	P(CW),	P(CG),	P(LA),	P(TW),	C },
[TCP_EV_DATA] =	      {	E,	P(E),	P(E),	P(E),	P(E),	P(F1),	P(F2),	P(CW),	P(CG),	P(LA),	P(TW),	C },
[TCP_EV_ACK_OF_FIN] = {	CW,	P(CW),	P(CW),	P(CW),	P(CW),	P(CG),	P(TW),	P(CW),	P(CG),	P(LA),	P(TW),	C },
/* (It has acknowledged the peer's FIN: one that does not was sent before.) */
[TCP_EV_FIN] =	      {	F1,	P(F1),	P(F1),	P(F1),	P(F1),	P(F1),	P(F2),	P(CG),	P(CG),	P(LA),	P(TW),	C },
[TCP_EV_FIN_ACK] =    {	P(LA),	P(LA),	P(LA),	P(LA),	P(LA),	P(CG),	P(TW),	P(LA),	P(CG),	P(LA),	P(TW),	C },
[TCP_EV_RST] =	      {	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C),	P(C) },
[TCP_EV_ICMP_ERROR] = {	U,	L,	SS,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
},
};

const uint8_t tcp_received[TCP_EVENTS][TCP_STATES] = {
/* from:		U	L	SS	SR	E	F1	F2	CW	CG	LA	TW	C */
[TCP_EV_NONE] =	      {	U,	L,	SS,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
/* A SYN may be refused: its receiver listens until it says more.  In SYN-SENT
 * it is the simultaneous open. */
[TCP_EV_SYN] =	      {	L,	L,	SR,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
[TCP_EV_SYN_ACK] =    {	E,	L,	E,	E,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
/* In LISTEN: after its SYN the peer acknowledges a SYN-ACK that passed by. */
[TCP_EV_ACK] =	      {	U,	E,	SS,	E,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
[TCP_EV_DATA] =	      {	U,	E,	SS,	E,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
[TCP_EV_ACK_OF_FIN] = {	U,	L,	SS,	E,	E,	F2,	F2,	CW,	TW,	C,	TW,	C },
[TCP_EV_FIN] =	      {	U,	L,	SS,	CW,	CW,	CG,	TW,	CW,	CG,	LA,	TW,	C },
[TCP_EV_FIN_ACK] =    {	U,	L,	SS,	CW,	CW,	TW,	TW,	CW,	TW,	C,	TW,	C },
/* After a passive open RFC 9293 returns to LISTEN; that is the listening
 * socket, which was there all the time: this connection's own is gone. */
[TCP_EV_RST] =	      {	C,	L,	C,	C,	C,	C,	C,	C,	C,	C,	C,	C },
/* Where a connection stands, errors are hints (RFC 5927); an attempt is given
 * up, as Linux does it. */
[TCP_EV_ICMP_ERROR] = {	U,	L,	C,	SR,	E,	F1,	F2,	CW,	CG,	LA,	TW,	C },
};
/* clang-format on */

const char *const tcp_state_name[TCP_STATES] = {
	[TCP_UNKNOWN] = "unknown",
	[TCP_LISTEN] = "listen",
	[TCP_SYN_SENT] = "syn_sent",
	[TCP_SYN_RECEIVED] = "syn_received",
	[TCP_ESTABLISHED] = "established",
	[TCP_FIN_WAIT_1] = "fin_wait_1",
	[TCP_FIN_WAIT_2] = "fin_wait_2",
	[TCP_CLOSE_WAIT] = "close_wait",
	[TCP_CLOSING] = "closing",
	[TCP_LAST_ACK] = "last_ack",
	[TCP_TIME_WAIT] = "time_wait",
	[TCP_CLOSED] = "closed",
};

const char *const tcp_state_text[TCP_STATES] = {
	[TCP_UNKNOWN] = "UNKNOWN",
	[TCP_LISTEN] = "LISTEN",
	[TCP_SYN_SENT] = "SYN-SENT",
	[TCP_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_FIN_WAIT_1] = "FIN-WAIT-1",
	[TCP_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCP_CLOSING] = "CLOSING",
	[TCP_LAST_ACK] = "LAST-ACK",
	[TCP_TIME_WAIT] = "TIME-WAIT",
	[TCP_CLOSED] = "CLOSED",
};

const char *const tcp_event_name[TCP_EVENTS] = {
	[TCP_EV_NONE] = "none",
	[TCP_EV_SYN] = "syn",
	[TCP_EV_SYN_ACK] = "syn_ack",
	[TCP_EV_ACK] = "ack",
	[TCP_EV_DATA] = "data",
	[TCP_EV_ACK_OF_FIN] = "ack_of_fin",
	[TCP_EV_FIN] = "fin",
	[TCP_EV_FIN_ACK] = "fin_ack",
	[TCP_EV_RST] = "rst",
	[TCP_EV_ICMP_ERROR] = "icmp_error",
};
