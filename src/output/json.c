/* json.c: pieces that JSON records share. */
#include "core/names.h"
#include "output/json.h"
#include "resolve/resolve.h"

#define STATE(name) { WORD(",\"state\":\"" name "\",\"confirmed\":false"), \
	WORD(",\"state\":\"" name "\",\"confirmed\":true") }

const struct fmt_word json_states[TCP_STATES][2] = {
	[TCP_UNKNOWN] = STATE("unknown"),
	[TCP_LISTEN] = STATE("listen"),
	[TCP_SYN_SENT] = STATE("syn_sent"),
	[TCP_SYN_RECEIVED] = STATE("syn_received"),
	[TCP_ESTABLISHED] = STATE("established"),
	[TCP_FIN_WAIT_1] = STATE("fin_wait_1"),
	[TCP_FIN_WAIT_2] = STATE("fin_wait_2"),
	[TCP_CLOSE_WAIT] = STATE("close_wait"),
	[TCP_CLOSING] = STATE("closing"),
	[TCP_LAST_ACK] = STATE("last_ack"),
	[TCP_TIME_WAIT] = STATE("time_wait"),
	[TCP_CLOSED] = STATE("closed"),
};

char *
json_protocol(char *p, uint8_t protocol, uint8_t ip_version)
{
	const struct protocol_text *t = &protocol_texts[protocol];

	p = PUT(p, ",\"protocol\":\"");
	if (t->len > 0) {
		memcpy(p, t, sizeof(*t));
		p += t->len;
	} else {
		p = fmt_u64(p, protocol);
	}
	p = PUT(p, "\",\"ip_version\":");
	return fmt_below_1000(p, ip_version);
}

static int
is_icmp(const struct session_key *k)
{
	return k->protocol == 1 || k->protocol == 58;
}

static char *
put_name(char *p, struct resolve *r, const struct session *s, unsigned int i)
{
	char name[RESOLVE_NAME];
	size_t n = resolve_name(r, &s->key.addr[i], s->key.ip_version, name);

	if (n == 0)
		return p;
	p = PUT(p, ",\"name\":\"");
	p = fmt_bytes(p, name, n);
	*p++ = '"';
	return p;
}

/* Apart from what every record needs. */
static __attribute__((noinline)) char *
put_known(char *p, const struct sink *k, const struct session *s,
    unsigned int i)
{
	if (k->options->resolve != NULL)
		p = put_name(p, k->options->resolve, s, i);
	return k->book == NULL ? p : json_process(p, k, s, i);
}

/* It is made anew wherever it stands: wide loads from what was just stored in
 * pieces wait for the store, and cost more than that. */
char *
json_endpoint(char *p, const struct sink *k, const struct session *s,
    unsigned int i)
{
	p = json_address(p, &s->key.addr[i], s->key.ip_version,
	    session_has_ports(&s->key), s->key.port[i]);
	return k->options->resolve == NULL && k->book == NULL ? p :
	    put_known(p, k, s, i);
}

char *
json_session_state(char *p, const struct session *s)
{
	if (session_is_tcp(s))
		return p;
	return session_two_way(s) ? PUT(p, ",\"state\":\"established\"") :
	    PUT(p, ",\"state\":\"new\"");
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
