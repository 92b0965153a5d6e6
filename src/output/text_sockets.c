/* text_sockets.c: what the kernel says of a session's sockets, for people. */
#include "output/fmt.h"
#include "output/text.h"
#include "process/sockets.h"
#include "tcp/tcp_state.h"

static void
number(struct sink *k, const char *label, uint64_t value)
{
	char text[FMT_U64];

	outbuf_str(k->out, label);
	outbuf_add(k->out, text, (size_t)(fmt_u64(text, value) - text));
}

static void
milliseconds(struct sink *k, const char *label, uint32_t us)
{
	char text[FMT_U64 + 4], *p = fmt_u64(text, us / 1000);

	*p++ = '.';
	p = fmt_fraction(p, us % 1000 * 1000000, 3);
	outbuf_str(k->out, label);
	outbuf_add(k->out, text, (size_t)(p - text));
	outbuf_str(k->out, "ms");
}

static void
socket_line(struct sink *k, const struct session *s, unsigned int side,
    const char *name)
{
	const struct socket_view *v = sockets_get(k->sockets, s, side, NULL);

	if (v == NULL)
		return;
	outbuf_line(k->out);
	outbuf_str(k->out, "    ");
	outbuf_str(k->out, name);
	outbuf_str(k->out, " socket:");
	if (session_is_tcp(s)) {
		outbuf_char(k->out, ' ');
		outbuf_str(k->out, tcp_state_text[v->state]);
	}
	if (v->status == SOCKET_THERE) {
		number(k, " recv-q ", v->recv_queue);
		number(k, " send-q ", v->send_queue);
	}
	if (v->has_tcp) {
		number(k, " retransmits ", v->retransmits);
		number(k, " cwnd ", v->cwnd);
		if (v->rtt != 0)
			milliseconds(k, " rtt ", v->rtt);
	}
	if (sockets_agree(k->sockets, s, side) == 0) {
		outbuf_str(k->out, ", ");
		text_colored(k, COLOR_RED, "but the wire shows", 0);
		outbuf_char(k->out, ' ');
		outbuf_str(k->out, tcp_state_text[s->side[side].state]);
		if (!s->side[side].confirmed)
			outbuf_char(k->out, '?');
	}
	outbuf_char(k->out, '\n');
}

void
text_sockets(struct sink *k, const struct session *s)
{
	socket_line(k, s, s->client, "client");
	socket_line(k, s, s->client ^ 1U, "server");
}
