/* sink_json.c: records as JSON, one object a line (DESIGN part 1.4). */
#include <sessdump/dissector.h>

#include "output/json.h"
#include "output/offload.h"
#include "output/writers.h"

/* An endpoint that stands in the record already: most packets' source and
 * destination are their session's ends. */
struct written {
	const char *text;
	size_t len;
};

enum { WRITTEN = 64 };		/* as much as one of IPv6 has */

static inline char *
put_again(char *p, struct written w)
{
	for (size_t i = 0; i < WRITTEN; i += 16)
		memcpy(p + i, w.text + i, 16);
	return p + w.len;
}

static char *
put_state(char *p, const struct session *s, unsigned int side)
{
	if (session_is_tcp(s))
		p = json_state(p, &s->side[side]);
	*p++ = '}';
	return p;
}

/* Both endpoints with their states, as events and packets show them. */
static char *
put_both(char *p, const struct sink *k, const struct session *s)
{
	unsigned int c = s->client;

	p = json_endpoint(PUT(p, ",\"client\":{"), k, s, c);
	p = put_state(p, s, c);
	p = json_endpoint(PUT(p, ",\"server\":{"), k, s, c ^ 1);
	p = put_state(p, s, c ^ 1);
	return json_session_state(p, s);
}

/* The same where they are the packet's. */
static char *
put_both_again(char *p, const struct sink *k, const struct session *s,
    const struct written w[2], unsigned int client)
{
	unsigned int c = s->client;

	p = put_again(PUT(p, ",\"client\":{"), w[client]);
	p = put_state(json_whose(p, k, s, c), s, c);
	p = put_again(PUT(p, ",\"server\":{"), w[client ^ 1]);
	p = put_state(json_whose(p, k, s, c ^ 1), s, c ^ 1);
	return json_session_state(p, s);
}

static void
json_event(struct sink *k, const struct session_event *ev)
{
	const struct session *s = ev->session;
	char *p = outbuf_room(k->out);

	p = PUT(p, "{\"type\":\"event\",\"schema\":1,\"time\":\"");
	p = fmt_time(p, &k->day, ev->time);
	p = PUT(p, "\",\"event\":\"");
	p = fmt_str(p, session_event_name[ev->kind]);
	p = PUT(p, "\",\"session\":");
	p = fmt_u64(p, s->id);
	p = json_protocol(p, s->key.protocol, s->key.ip_version);
	p = json_icmp(p, &s->key, s->client);
	p = put_both(p, k, s);
	p = PUT(p, ",\"cause\":\"");
	p = fmt_str(p, ev->cause);
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

static int
flow_has_ports(const struct flow *f)
{
	return f->has & FLOW_PORTS && !(f->has & FLOW_ICMP);
}

/* What stands on the wire, source to destination. */
static char *
put_flow(char *p, const struct flow *f, struct written w[2])
{
	int has_ports = flow_has_ports(f);

	p = json_protocol(p, f->protocol, f->ip_version);
	p = PUT(p, ",\"source\":{");
	w[0].text = p;
	p = json_address(p, &f->src, f->ip_version, has_ports, f->sport);
	w[0].len = (size_t)(p - w[0].text);
	p = PUT(p, "},\"destination\":{");
	w[1].text = p;
	p = json_address(p, &f->dst, f->ip_version, has_ports, f->dport);
	w[1].len = (size_t)(p - w[1].text);
	*p++ = '}';
	if (f->has & FLOW_TRANSPORT)
		p = NUMBER(p, "payload_bytes", f->payload_len);
	return p;
}

static int
is_end(const struct session_key *k, unsigned int i, const union addr *a,
    uint16_t port)
{
	return k->addr[i].w[0] == a->w[0] && k->addr[i].w[1] == a->w[1] &&
	    k->port[i] == port;
}

/* Are the session's ends the packet's, as they were written?  Not those of the
 * session that an ICMP error is about. */
static int
has_ends(const struct session_key *k, const struct flow *f, unsigned int src)
{
	return f->has & FLOW_IP && k->protocol == f->protocol &&
	    k->ip_version == f->ip_version &&
	    session_has_ports(k) == flow_has_ports(f) &&
	    is_end(k, src, &f->src, f->sport) &&
	    is_end(k, src ^ 1, &f->dst, f->dport);
}

static char *
put_session(char *p, const struct sink *k, const struct session *s,
    const struct flow *f, const struct written w[2])
{
	unsigned int src = session_sender(s, f);

	p = COUNTER(p, "session", s->id);
	return has_ends(&s->key, f, src) ?
	    put_both_again(p, k, s, w, s->client ^ src) :
	    put_both(p, k, s);
}

static char *
put_packet_flags(char *p, uint32_t flags, uint32_t has)
{
	enum { NOTES = 9 };
	static const char *const name[NOTES] = { "truncated", "malformed",
	    "too_deep", "icmp_error", "length_exceeds_frame", "reassembled",
	    "fragment", NULL, "duplicate" };

	for (unsigned int i = 0; flags >> i != 0 && i < NOTES; i++)
		if (flags >> i & 1 && name[i] != NULL) {
			p = PUT(p, ",\"");
			p = fmt_str(p, name[i]);
			p = PUT(p, "\":true");
		}
	if (has & FLOW_BAD_CHECKSUM)
		p = PUT(p, ",\"bad_checksum\":true");
	if (has & FLOW_OFFLOADED)
		p = PUT(p, ",\"checksum_offloaded\":true");
	return p;
}

/* How many packets the frame is, where not one, and why. */
static char *
put_offload(char *p, const struct packet *pkt, const struct session *s)
{
	const char *name = offload_name(pkt, s);

	if (name == NULL)
		return p;
	if (packet_segments(pkt) > 1)
		p = COUNTER(p, "segments", packet_segments(pkt));
	p = PUT(p, ",\"offload\":\"");
	p = fmt_str(p, name);
	*p++ = '"';
	return p;
}

static void
print_layers(struct outbuf *o, const struct packet *p)
{
	struct writer_json w;

	o->p = PUT(outbuf_room(o), ",\"layers\":[");
	writer_json_init(&w, o);
	for (unsigned int i = 0; i < p->nlayers; i++) {
		const struct layer *l = &p->layer[i];
		char *q = outbuf_room(o);

		*q = ',';
		q = PUT(q + (i > 0), "{\"layer\":\"");
		q = fmt_str(q, l->dissector->name);
		*q++ = '"';
		o->p = q;
		if (l->header > 0 && l->dissector->print != NULL) {
			w.comma = 1;
			l->dissector->print(p, l, &w.writer);
			while (w.depth > 0)
				writer_end(&w.writer);
		}
		outbuf_char(o, '}');
	}
	outbuf_char(o, ']');
}

/* Date and clock of another second than the last packet's. */
static __attribute__((noinline)) void
turn_second(struct sink *k, int64_t ts)
{
	char *p = k->second.text;
	unsigned int in_day;
	uint32_t ns;

	p = fmt_day(p, &k->day, fmt_split(ts, &ns), &in_day);
	*p++ = 'T';
	p = fmt_clock(p, in_day);
	*p++ = '.';
	fmt_second_set(&k->second, ts - ns, p);
}

static char *
put_time(char *p, struct sink *k, int64_t ts)
{
	uint32_t ns;

	if (!fmt_second_is(&k->second, ts, &ns)) {
		turn_second(k, ts);
		fmt_second_is(&k->second, ts, &ns);
	}
	return fmt_fraction(fmt_second(p, &k->second), ns, 9);
}

static void
json_packet(struct sink *k, const struct packet *p, const struct session *s)
{
	char *o = outbuf_room(k->out);
	struct written ends[2];

	o = PUT(o, "{\"type\":\"packet\",\"schema\":1,\"time\":\"");
	o = put_time(o, k, p->frame->ts);
	o = PUT(o, "Z\"");
	o = json_interface(o, k, p->frame->ifindex);
	o = NUMBER(o, "frame_bytes", p->frame->len);
	o = NUMBER(o, "captured_bytes", p->frame->caplen);
	if (p->flow.has & FLOW_IP)
		o = put_flow(o, &p->flow, ends);
	o = put_packet_flags(o, p->flags, p->flow.has);
	o = put_offload(o, p, s);
	if (s != NULL)
		o = put_session(o, k, s, &p->flow, ends);
	k->out->p = o;
	print_layers(k->out, p);
	outbuf_add(k->out, "}\n", 2);
}

const struct sink_ops sink_json = {
	.packet = json_packet,
	.event = json_event,
	.session = json_session,
	.stats = json_stats,
};
