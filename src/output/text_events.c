/* text_events.c: a line for all that happens to a session, for people. */
#include "output/fmt.h"
#include "output/text.h"

void
text_event(struct sink *k, const struct session_event *ev)
{
	static const uint8_t color[EVENT_KINDS] = {
		[EVENT_NEW] = COLOR_BOLD,
		[EVENT_STATE] = COLOR_NONE,
		[EVENT_ROLE] = COLOR_YELLOW,
		[EVENT_ICMP_ERROR] = COLOR_RED,
		[EVENT_END] = COLOR_DIM,
	};
	const struct session *s = ev->session;
	unsigned int c = s->client;
	char id[FMT_U64 + 2], *p = id;

	text_fit(k, TEXT_EVENT);
	text_time(k, ev->time);
	*p++ = '#';
	p = fmt_u64(p, s->id);
	*p = '\0';
	text_colored(k, COLOR_DIM, id, text_column(k, 6));
	outbuf_char(k->out, ' ');
	text_colored(k, color[ev->kind], session_event_name[ev->kind],
	    text_column(k, 10));
	outbuf_char(k->out, ' ');
	text_protocol(k, s->key.protocol, 1);
	text_addrs(k, &s->key.addr[c], s->key.port[c], &s->key.addr[c ^ 1],
	    s->key.port[c ^ 1], s->key.ip_version, session_has_ports(&s->key));
	text_colored(k, COLOR_NONE, ev->cause, text_column(k, 11));
	outbuf_char(k->out, ' ');
	text_ends(k, s);
	text_end_line(k);
}
