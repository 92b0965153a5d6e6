/* json_socket.c: what the kernel says of a session's socket. */
#include "output/json.h"
#include "process/sockets.h"
#include "tcp/tcp_state.h"

/* In the words of ss(8). */
static char *
put_tcp(char *p, const struct socket_view *v)
{
	p = COUNTER(p, "retransmits", v->retransmits);
	p = COUNTER(p, "cwnd", v->cwnd);
	if (v->rtt == 0)
		return p;	/* not measured yet */
	p = fmt_seconds(PUT(p, ",\"rtt\":"), v->rtt * INT64_C(1000));
	return fmt_seconds(PUT(p, ",\"rttvar\":"), v->rttvar * INT64_C(1000));
}

char *
json_socket(char *p, struct sink *k, const struct session *s,
    unsigned int side)
{
	int agree = sockets_agree(k->sockets, s, side);
	int64_t time;
	const struct socket_view *v = sockets_get(k->sockets, s, side, &time);

	if (v == NULL)
		return p;
	p = PUT(p, ",\"socket\":{\"time\":\"");
	p = fmt_time(p, &k->day, time);
	*p++ = '"';
	if (session_is_tcp(s)) {
		p = PUT(p, ",\"state\":\"");
		p = fmt_str(p, tcp_state_name[v->state]);
		*p++ = '"';
	}
	if (v->status == SOCKET_THERE) {
		p = COUNTER(p, "recv_queue", v->recv_queue);
		p = COUNTER(p, "send_queue", v->send_queue);
	}
	if (v->has_tcp)
		p = put_tcp(p, v);
	if (agree != -1)
		p = agree ? PUT(p, ",\"agrees\":true") :
		    PUT(p, ",\"agrees\":false");
	*p++ = '}';
	return p;
}
