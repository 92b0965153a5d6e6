/* views.c: what the kernel says of the sockets at both ends of a session. */
#include <string.h>

#include "core/now.h"
#include "process/desk.h"
#include "tcp/tcp_state.h"

static const uint8_t state_of[] = {
	[DIAG_ESTABLISHED] = TCP_ESTABLISHED,
	[DIAG_SYN_SENT] = TCP_SYN_SENT,
	[DIAG_SYN_RECEIVED] = TCP_SYN_RECEIVED,
	[DIAG_FIN_WAIT_1] = TCP_FIN_WAIT_1,
	[DIAG_FIN_WAIT_2] = TCP_FIN_WAIT_2,
	[DIAG_TIME_WAIT] = TCP_TIME_WAIT,
	[DIAG_CLOSE] = TCP_CLOSED,
	[DIAG_CLOSE_WAIT] = TCP_CLOSE_WAIT,
	[DIAG_LAST_ACK] = TCP_LAST_ACK,
	[DIAG_LISTEN] = TCP_LISTEN,
	[DIAG_CLOSING] = TCP_CLOSING,
	[DIAG_NEW_SYN_RECEIVED] = TCP_SYN_RECEIVED,
};

static void
fill(struct socket_view *v, const struct diag_socket *s, int is_tcp)
{
	v->status = SOCKET_THERE;
	if (is_tcp && s->state < sizeof(state_of))
		v->state = state_of[s->state];
	v->recv_queue = s->rqueue;
	v->send_queue = s->wqueue;
	/* In TIME-WAIT, and before it is accepted, there is no more of it than
	 * a state. */
	v->has_tcp = is_tcp && s->has_tcp;
	v->retransmits = s->tcp.retransmits;
	v->cwnd = s->tcp.cwnd;
	v->rtt = s->tcp.rtt;
	v->rttvar = s->tcp.rttvar;
}

/* A socket that listens is no connection's. */
static void
view_side(struct desk *d, const struct ask *a, unsigned int i,
    struct socket_view *v)
{
	int is_tcp = a->protocol == 6;
	struct diag_query q;
	struct diag_socket s;

	v->status = SOCKET_ELSEWHERE;
	for (unsigned int n = 0; n < d->nplaces; n++) {
		if (!desk_query(d, n, a, i, &q))
			continue;
		v->status = SOCKET_GONE;
		v->state = is_tcp ? TCP_CLOSED : TCP_UNKNOWN;
		if (!diag_find(d->place[n].diag, &q, &s) ||
		    (is_tcp && s.state == DIAG_LISTEN))
			continue;
		fill(v, &s, is_tcp);
		return;
	}
}

void
desk_view(struct desk *d, const struct ask *a, struct tell_sockets *t)
{
	memset(t, 0, sizeof(*t));
	t->id = a->id;
	t->number = a->number;
	for (unsigned int i = 0; i < 2 && desk_knows(a->protocol); i++)
		view_side(d, a, i, &t->side[i]);
	t->time = now_realtime();
}
