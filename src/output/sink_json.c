/* sink_json.c: records as JSON, one object a line (DESIGN part 1.4). */
#include <sessdump/dissector.h>

#include "output/json.h"
#include "output/offload.h"
#include "output/writers.h"

/* Both endpoints with their states, as events and packets show them. */
static char *
put_both(char *p, const struct sink *k, const struct session *s)
{
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int side = s->client ^ i;

		p = i == 0 ? PUT(p, ",\"client\":{") : PUT(p, ",\"server\":{");
		p = json_endpoint(p, k, s, side);
		if (session_is_tcp(s))
			p = json_state(p, &s->side[side]);
		*p++ = '}';
	}
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

/* What stands on the wire, source to destination. */
static char *
put_flow(char *p, const struct flow *f)
{
	int has_ports = f->has & FLOW_PORTS && !(f->has & FLOW_ICMP);

	p = json_protocol(p, f->protocol, f->ip_version);
	p = PUT(p, ",\"source\":{");
	p = json_address(p, &f->src, f->ip_version, has_ports, f->sport);
	p = PUT(p, "},\"destination\":{");
	p = json_address(p, &f->dst, f->ip_version, has_ports, f->dport);
	*p++ = '}';
	if (f->has & FLOW_TRANSPORT)
		p = NUMBER(p, "payload_bytes", f->payload_len);
	return p;
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

/* How many packets the frame is, which is none of the wire, and why. */
static __attribute__((noinline)) char *
put_offload(char *p, const struct packet *pkt, const struct session *s)
{
	const char *name = offload_name(pkt, s);

	if (packet_segments(pkt) > 1)
		p = COUNTER(p, "segments", packet_segments(pkt));
	p = PUT(p, ",\"offload\":\"");
	p = fmt_str(p, name);
	*p++ = '"';
	return p;
}

/* ,{"layer":"ipv4" */
static __attribute__((noinline)) char *
make_opening(char *p, struct json_opening *o, const struct dissector *d)
{
	char *end = PUT(p, ",{\"layer\":\"");

	end = PUT(fmt_str(end, d->name), "\"");
	if ((size_t)(end - p) < FMT_WORD) {
		o->of = d;
		o->text.len = (uint8_t)(end - p);
		memcpy(o->text.text, p, o->text.len);
	}
	return end;
}

static inline char *
put_opening(char *p, struct sink *k, const struct dissector *d)
{
	struct json_opening *o = &k->opening[(uintptr_t)d / 64 %
	    SINK_OPENINGS];

	return o->of == d ? fmt_word(p, &o->text) : make_opening(p, o, d);
}

static void
print_layers(struct sink *k, const struct packet *p)
{
	const struct layer *l = p->layer, *end = l + p->nlayers;
	struct outbuf *o = k->out;
	struct writer_json w;
	char before = '[', *q = PUT(outbuf_room(o), ",\"layers\":");

	*q = before;
	o->p = q + (l == end);
	writer_json_init(&w, o);
	for (; l < end; l++) {
		q = outbuf_room(o);
		o->p = put_opening(q, k, l->dissector);
		*q = before;
		before = ',';
		if (l->header > 0 && l->dissector->print != NULL) {
			w.comma = 1;
			l->dissector->print(p, l, &w.writer);
			while (w.depth > 0)
				writer_end(&w.writer);
		}
		outbuf_char(o, '}');
	}
	outbuf_add(o, "]}\n", 3);
}

/* Date and clock of another second than the last packet's; the ns in it. */
static __attribute__((noinline)) uint32_t
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
	return ns;
}

static char *
put_time(char *p, struct sink *k, int64_t ts)
{
	uint32_t ns;

	if (!fmt_second_is(&k->second, ts, &ns))
		ns = turn_second(k, ts);
	return fmt_fraction(fmt_second(p, &k->second), ns, 9);
}

static void
json_packet(struct sink *k, const struct packet *p, const struct session *s)
{
	char *o = outbuf_room(k->out);

	o = PUT(o, "{\"type\":\"packet\",\"schema\":1,\"time\":\"");
	o = put_time(o, k, p->frame->ts);
	o = PUT(o, "Z\"");
	o = json_interface(o, k, p->frame->ifindex);
	o = NUMBER(o, "frame_bytes", p->frame->len);
	o = NUMBER(o, "captured_bytes", p->frame->caplen);
	if (p->flow.has & FLOW_IP)
		o = put_flow(o, &p->flow);
	o = put_packet_flags(o, p->flags, p->flow.has);
	if (offload_name(p, s) != NULL)
		o = put_offload(o, p, s);
	if (s != NULL) {
		o = COUNTER(o, "session", s->id);
		o = put_both(o, k, s);
	}
	k->out->p = o;
	print_layers(k, p);
}

const struct sink_ops sink_json = {
	.packet = json_packet,
	.event = json_event,
	.session = json_session,
	.stats = json_stats,
};
