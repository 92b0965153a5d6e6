/* sink_json.c: records as JSON, one object a line (DESIGN part 1.4). */
#include <sessdump/dissector.h>

#include "core/names.h"
#include "output/fmt.h"
#include "output/sink.h"
#include "output/writers.h"
#include "session/community_id.h"
#include "session/path.h"

/* A literal, at p. */
#define PUT(p, literal) fmt_bytes((p), (literal), sizeof(literal) - 1)

static char *
put_str(char *p, const char *s)
{
	return fmt_bytes(p, s, strlen(s));
}

static char *
put_bool(char *p, int value)
{
	return value ? PUT(p, "true") : PUT(p, "false");
}

static char *
put_protocol(char *p, uint8_t protocol, uint8_t ip_version)
{
	const char *name = protocol_name(protocol);

	p = PUT(p, ",\"protocol\":\"");
	p = name != NULL ? put_str(p, name) : fmt_u64(p, protocol);
	p = PUT(p, "\",\"ip_version\":");
	return fmt_u64(p, ip_version);
}

static char *
put_community_id(char *p, const struct session_key *k)
{
	char id[COMMUNITY_ID], *end = community_id(id, k);

	if (end == id)
		return p;
	p = PUT(p, ",\"community_id\":\"");
	p = fmt_bytes(p, id, (size_t)(end - id));
	*p++ = '"';
	return p;
}

static int
is_icmp(const struct session_key *k)
{
	return k->protocol == 1 || k->protocol == 58;
}

/* "ip" and "port" of one end of the session. */
static char *
put_endpoint(char *p, const struct session *s, unsigned int i)
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

static char *
put_state(char *p, const struct side *side)
{
	p = PUT(p, "\"state\":\"");
	p = put_str(p, tcp_state_name[side->state]);
	p = PUT(p, "\",\"confirmed\":");
	return put_bool(p, side->confirmed);
}

/* TCP has a state a side; other protocols have one, of the session. */
static char *
put_session_state(char *p, const struct session *s)
{
	if (session_is_tcp(s))
		return p;
	p = PUT(p, ",\"state\":\"");
	p = put_str(p, session_state_name(s));
	*p++ = '"';
	return p;
}

static char *
put_icmp(char *p, const struct session_key *k, unsigned int client)
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

/* Bit by bit from FIN; N is the AE flag of RFC 9768, once NS. */
static char *
put_flags(char *p, unsigned int flags)
{
	static const char letter[] = "FSRPAUECN";

	for (unsigned int i = 0; i < sizeof(letter) - 1; i++)
		if (flags >> i & 1)
			*p++ = letter[i];
	return p;
}

static char *
put_counter(char *p, const char *name, size_t n, uint64_t value)
{
	return fmt_u64(fmt_bytes(p, name, n), value);
}

#define COUNTER(p, name, value) \
	put_counter((p), ",\"" name "\":", sizeof(name) + 3, (value))

static char *
put_side_tcp(char *p, const struct side *side)
{
	if (side->packets > 0) {
		p = PUT(p, ",\"flags\":\"");
		p = put_flags(p, side->flags);
		*p++ = '"';
	}
	if (side->seen & SIDE_MSS)
		p = COUNTER(p, "mss", side->mss);
	if (side->seen & SIDE_SCALE)
		p = COUNTER(p, "window_scale", side->window_scale);
	if (side->seen & SIDE_SYN) {
		p = PUT(p, ",\"sack\":");
		p = put_bool(p, side->seen & SIDE_SACK);
	}
	return p;
}

static char *
put_side(char *p, const struct session *s, unsigned int i)
{
	const struct side *side = &s->side[i];
	int tcp = session_is_tcp(s);

	*p++ = '{';
	p = put_endpoint(p, s, i);
	if (tcp) {
		*p++ = ',';
		p = put_state(p, side);
	}
	p = COUNTER(p, "packets", side->packets);
	p = COUNTER(p, "frame_bytes", side->frame_bytes);
	p = COUNTER(p, "ip_bytes", side->ip_bytes);
	if (side->seen & SIDE_PAYLOAD || side->packets == 0) {
		p = COUNTER(p, "payload_bytes", side->payload_bytes);
		p = COUNTER(p, "stream_bytes", side->stream_bytes);
	}
	if (tcp)
		p = put_side_tcp(p, side);
	if (side->packets > 0)
		p = COUNTER(p, "ttl", side->ttl);
	*p++ = '}';
	return p;
}

/* A part of the handshake, when both its ends were seen. */
static char *
put_interval(char *p, const char *name, int64_t from, int64_t to, int *first)
{
	if (from == SESSION_NEVER || to == SESSION_NEVER || to < from)
		return p;
	p = *first ? PUT(p, ",\"rtt\":{\"") : PUT(p, ",\"");
	p = put_str(p, name);
	p = PUT(p, "\":");
	*first = 0;
	return fmt_seconds(p, to - from);
}

static char *
put_rtt(char *p, const struct session *s)
{
	int first = 1;

	p = put_interval(p, "handshake", s->syn, s->ack, &first);
	p = put_interval(p, "client", s->syn_ack, s->ack, &first);
	p = put_interval(p, "server", s->syn, s->syn_ack, &first);
	if (!first)
		*p++ = '}';
	return p;
}

static char *
put_interface(char *p, const struct sink *k, uint32_t ifindex)
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

static char *
put_layers(char *p, const struct path *path)
{
	p = PUT(p, ",\"layers\":[");
	for (unsigned int i = 0; i < path->nlayers; i++) {
		p = i > 0 ? PUT(p, ",\"") : PUT(p, "\"");
		p = put_str(p, path->layer[i]->name);
		*p++ = '"';
	}
	p = PUT(p, "],\"vlan\":[");
	for (unsigned int i = 0; i < path->nvlans; i++) {
		if (i > 0)
			*p++ = ',';
		p = fmt_u64(p, path->vlan[i]);
	}
	*p++ = ']';
	return p;
}

static char *
put_tunnels(char *p, const struct path *path)
{
	p = PUT(p, ",\"tunnel\":[");
	for (unsigned int i = 0; i < path->ntunnels; i++) {
		const struct tunnel *t = &path->tunnel[i];

		p = i > 0 ? PUT(p, ",{\"type\":\"") : PUT(p, "{\"type\":\"");
		p = put_str(p, t->dissector->name);
		*p++ = '"';
		if (t->has_id)
			p = COUNTER(p, "id", t->id);
		if (t->has_outer) {
			p = PUT(p, ",\"source\":\"");
			p = fmt_addr(p, &t->outer_src, t->outer_version);
			p = PUT(p, "\",\"destination\":\"");
			p = fmt_addr(p, &t->outer_dst, t->outer_version);
			*p++ = '"';
		}
		*p++ = '}';
	}
	*p++ = ']';
	return p;
}

static void
json_session(struct sink *k, const struct session *s)
{
	char *p = outbuf_room(k->out);

	p = PUT(p, "{\"type\":\"session\",\"schema\":1,\"id\":");
	p = fmt_u64(p, s->id);
	p = put_community_id(p, &s->key);
	p = PUT(p, ",\"start\":\"");
	p = fmt_time(p, s->start);
	p = PUT(p, "\",\"end\":\"");
	p = fmt_time(p, s->last);
	p = PUT(p, "\",\"duration\":");
	p = fmt_seconds(p, s->last - s->start);
	p = put_interface(p, k, s->ifindex);
	p = put_protocol(p, s->key.protocol, s->key.ip_version);
	p = put_icmp(p, &s->key, s->client);
	p = put_session_state(p, s);
	if (s->path != NULL)
		p = put_tunnels(put_layers(p, s->path), s->path);
	p = PUT(p, ",\"client\":");
	p = put_side(p, s, s->client);
	p = PUT(p, ",\"server\":");
	p = put_side(p, s, s->client ^ 1U);
	p = PUT(p, ",\"role\":\"");
	p = put_str(p, session_role_name[s->role]);
	p = PUT(p, "\",\"end_reason\":\"");
	p = put_str(p, session_end_name[s->end]);
	*p++ = '"';
	p = put_rtt(p, s);
	if (s->icmp_errors > 0)
		p = COUNTER(p, "icmp_errors", s->icmp_errors);
	p = PUT(p, "}\n");
	k->out->p = p;
}

/* Both endpoints with their states, as events and packets show them. */
static char *
put_both(char *p, const struct session *s)
{
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int side = s->client ^ i;

		p = i == 0 ? PUT(p, ",\"client\":{") : PUT(p, ",\"server\":{");
		p = put_endpoint(p, s, side);
		if (session_is_tcp(s)) {
			*p++ = ',';
			p = put_state(p, &s->side[side]);
		}
		*p++ = '}';
	}
	return put_session_state(p, s);
}

static void
json_event(struct sink *k, const struct session_event *ev)
{
	const struct session *s = ev->session;
	char *p = outbuf_room(k->out);

	p = PUT(p, "{\"type\":\"event\",\"schema\":1,\"time\":\"");
	p = fmt_time(p, ev->time);
	p = PUT(p, "\",\"event\":\"");
	p = put_str(p, session_event_name[ev->kind]);
	p = PUT(p, "\",\"session\":");
	p = fmt_u64(p, s->id);
	p = put_protocol(p, s->key.protocol, s->key.ip_version);
	p = put_icmp(p, &s->key, s->client);
	p = put_both(p, s);
	p = PUT(p, ",\"cause\":\"");
	p = put_str(p, ev->cause);
	*p++ = '"';
	if (ev->kind == EVENT_ICMP_ERROR) {
		p = PUT(p, ",\"icmp_error\":{\"type\":");
		p = fmt_u64(p, ev->packet->flow.icmp_type);
		p = COUNTER(p, "code", ev->packet->flow.icmp_code);
		p = PUT(p, ",\"source\":\"");
		p = fmt_addr(p, &ev->packet->flow.src,
		    ev->packet->flow.ip_version);
		p = PUT(p, "\"}");
	}
	p = PUT(p, "}\n");
	k->out->p = p;
}

/* What stands on the wire, source to destination. */
static char *
put_flow(char *p, const struct flow *f)
{
	p = put_protocol(p, f->protocol, f->ip_version);
	p = PUT(p, ",\"source\":{\"ip\":\"");
	p = fmt_addr(p, &f->src, f->ip_version);
	*p++ = '"';
	if (f->has & FLOW_PORTS && !(f->has & FLOW_ICMP))
		p = COUNTER(p, "port", f->sport);
	p = PUT(p, "},\"destination\":{\"ip\":\"");
	p = fmt_addr(p, &f->dst, f->ip_version);
	*p++ = '"';
	if (f->has & FLOW_PORTS && !(f->has & FLOW_ICMP))
		p = COUNTER(p, "port", f->dport);
	*p++ = '}';
	if (f->has & FLOW_TRANSPORT)
		p = COUNTER(p, "payload_bytes", f->payload_len);
	return p;
}

static char *
put_packet_flags(char *p, uint32_t flags)
{
	static const char *const name[] = { "truncated", "malformed",
	    "too_deep", "icmp_error", "length_exceeds_frame", "reassembled",
	    "fragment" };

	for (unsigned int i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (flags >> i & 1) {
			p = PUT(p, ",\"");
			p = put_str(p, name[i]);
			p = PUT(p, "\":true");
		}
	return p;
}

static void
print_layers(struct outbuf *o, const struct packet *p)
{
	struct writer_json w;

	outbuf_str(o, ",\"layers\":[");
	for (unsigned int i = 0; i < p->nlayers; i++) {
		const struct layer *l = &p->layer[i];

		outbuf_str(o, i > 0 ? ",{\"layer\":\"" : "{\"layer\":\"");
		outbuf_str(o, l->dissector->name);
		outbuf_char(o, '"');
		if (l->header > 0 && l->dissector->print != NULL) {
			writer_json_init(&w, o, 1);
			l->dissector->print(p, l, &w.writer);
			while (w.depth > 0)
				writer_end(&w.writer);
		}
		outbuf_char(o, '}');
	}
	outbuf_char(o, ']');
}

static void
json_packet(struct sink *k, const struct packet *p, const struct session *s)
{
	char *o = outbuf_room(k->out);

	o = PUT(o, "{\"type\":\"packet\",\"schema\":1,\"time\":\"");
	o = fmt_time(o, p->frame->ts);
	*o++ = '"';
	o = put_interface(o, k, p->frame->ifindex);
	o = COUNTER(o, "frame_bytes", p->frame->len);
	o = COUNTER(o, "captured_bytes", p->frame->caplen);
	if (p->flow.has & FLOW_IP)
		o = put_flow(o, &p->flow);
	o = put_packet_flags(o, p->flags);
	if (s != NULL) {
		o = COUNTER(o, "session", s->id);
		o = put_both(o, s);
	}
	k->out->p = o;
	print_layers(k->out, p);
	outbuf_add(k->out, "}\n", 2);
}

const struct sink_ops sink_json = {
	.packet = json_packet,
	.event = json_event,
	.session = json_session,
};
