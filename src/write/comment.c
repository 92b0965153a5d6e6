/* comment.c: what is said of a packet in a file's comment. */
#include "output/fmt.h"
#include "tcp/tcp_state.h"
#include "write/comment.h"

/* "192.0.2.1:80", "[2001:db8::1]:80", or an address alone. */
static char *
put_endpoint(char *p, const struct session_key *k, unsigned int side)
{
	int ports = session_has_ports(k);

	if (k->ip_version == 4) {
		p = fmt_ipv4(p, k->addr[side].b);
	} else {
		if (ports)
			*p++ = '[';
		p = fmt_ipv6(p, k->addr[side].b);
		if (ports)
			*p++ = ']';
	}
	if (ports) {
		*p++ = ':';
		p = fmt_u64(p, k->port[side]);
	}
	return p;
}

static char *
put_state(char *p, const struct side *s)
{
	p = fmt_str(p, tcp_state_name[s->state]);
	if (!s->confirmed)
		*p++ = '?';
	return p;
}

static char *
put_protocol(char *p, unsigned int protocol)
{
	const char *name = protocol_name(protocol);

	return name != NULL ? fmt_str(p, name) : fmt_u64(p, protocol);
}

size_t
comment_put(char text[COMMENT_MAX], const struct session *s,
    comment_owner *owner, void *arg)
{
	char *p = PUT(text, "session ");

	p = fmt_u64(p, s->id);
	*p++ = ' ';
	p = put_protocol(p, s->key.protocol);
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int side = s->client ^ i;

		p = i == 0 ? PUT(p, " client ") : PUT(p, " server ");
		p = put_endpoint(p, &s->key, side);
		if (session_is_tcp(s)) {
			*p++ = ' ';
			p = put_state(p, &s->side[side]);
		}
		if (owner != NULL)
			p = owner(arg, p, s, side);
	}
	if (!session_is_tcp(s)) {
		p = PUT(p, " state ");
		p = fmt_str(p, session_state_name(s));
	}
	p = PUT(p, " role ");
	p = fmt_str(p, session_role_name[s->role]);
	return (size_t)(p - text);
}
