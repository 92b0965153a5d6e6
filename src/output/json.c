/* json.c: pieces that JSON records share. */
#include "core/names.h"
#include "output/json.h"

char *
json_str(char *p, const char *s)
{
	return fmt_bytes(p, s, strlen(s));
}

char *
json_bool(char *p, int value)
{
	return value ? PUT(p, "true") : PUT(p, "false");
}

char *
json_protocol(char *p, uint8_t protocol, uint8_t ip_version)
{
	const char *name = protocol_name(protocol);

	p = PUT(p, ",\"protocol\":\"");
	p = name != NULL ? json_str(p, name) : fmt_u64(p, protocol);
	p = PUT(p, "\",\"ip_version\":");
	return fmt_u64(p, ip_version);
}

static int
is_icmp(const struct session_key *k)
{
	return k->protocol == 1 || k->protocol == 58;
}

char *
json_endpoint(char *p, const struct session *s, unsigned int i)
{
	p = PUT(p, "\"ip\":\"");
	p = fmt_addr(p, &s->key.addr[i], s->key.ip_version);
	*p++ = '"';
	if (session_has_ports(&s->key)) {
		p = PUT(p, ",\"port\":");
		p = fmt_u64(p, s->key.port[i]);
	}
	return p;
}

char *
json_state(char *p, const struct side *side)
{
	p = PUT(p, "\"state\":\"");
	p = json_str(p, tcp_state_name[side->state]);
	p = PUT(p, "\",\"confirmed\":");
	return json_bool(p, side->confirmed);
}

char *
json_session_state(char *p, const struct session *s)
{
	if (session_is_tcp(s))
		return p;
	p = PUT(p, ",\"state\":\"");
	p = json_str(p, session_state_name(s));
	*p++ = '"';
	return p;
}

char *
json_icmp(char *p, const struct session_key *k, unsigned int client)
{
	if (!is_icmp(k))
		return p;
	p = PUT(p, ",\"icmp_type\":");
	p = fmt_u64(p, k->port[k->one_way ? 0 : client]);
	if (k->one_way) {
		p = PUT(p, ",\"icmp_code\":");
		p = fmt_u64(p, k->port[1]);
	}
	return p;
}

char *
json_counter(char *p, const char *name, size_t n, uint64_t value)
{
	return fmt_u64(fmt_bytes(p, name, n), value);
}

char *
json_interface(char *p, const struct sink *k, uint32_t ifindex)
{
	const char *name = k->options->interface == NULL ? NULL :
	    k->options->interface(k->options->arg, ifindex);

	if (name == NULL)
		return p;
	p = PUT(p, ",\"interface\":");
	k->out->p = p;
	outbuf_json(k->out, name, strlen(name));
	return outbuf_room(k->out);
}
