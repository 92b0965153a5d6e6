/* json_session.c: the record of a session (DESIGN part 1.4). */
#include <sessdump/dissector.h>

#include "output/json.h"
#include "session/community_id.h"
#include "session/path.h"
#include "session/zeek.h"
#include "tcp/ecn.h"
#include "tcp/rtt.h"

static char *
put_community_id(char *p, const struct session_key *k)
{
	char *from = PUT(p, ",\"community_id\":\"");
	char *end = community_id(from, k);

	if (end == from)
		return p;
	*end++ = '"';
	return end;
}

/* Bit by bit from FIN; N is the AE flag of RFC 9768, once NS. */
static char *
put_flags(char *p, unsigned int flags)
{
	static const char letter[] = "FSRPAUECN";

	p = PUT(p, ",\"flags\":\"");
	for (flags &= 0x1ff; flags != 0; flags &= flags - 1)
		*p++ = letter[__builtin_ctz(flags)];
	*p++ = '"';
	return p;
}

/* What is never absent where the side was heard. */
static char *
put_loss(char *p, const struct trouble_side *t)
{
	if (t == NULL)
		return PUT(p, ",\"retransmitted_packets\":0"
		    ",\"retransmitted_bytes\":0,\"out_of_order_packets\":0"
		    ",\"duplicate_acks\":0,\"missed_bytes\":0"
		    ",\"zero_windows\":0");
	p = COUNTER(p, "retransmitted_packets", t->retransmitted_packets);
	p = COUNTER(p, "retransmitted_bytes", t->retransmitted_bytes);
	p = COUNTER(p, "out_of_order_packets", t->out_of_order);
	p = COUNTER(p, "duplicate_acks", t->duplicate_acks);
	p = COUNTER(p, "missed_bytes", t->missed_bytes);
	p = COUNTER(p, "zero_windows", t->zero_windows);
	if (t->window_probes > 0)
		p = COUNTER(p, "zero_window_probes", t->window_probes);
	if (t->keep_alives > 0)
		p = COUNTER(p, "keep_alives", t->keep_alives);
	if (t->dsacks > 0)
		p = COUNTER(p, "dsacks", t->dsacks);
	if (t->challenge_acks > 0)
		p = COUNTER(p, "challenge_acks", t->challenge_acks);
	return p;
}

static char *
put_syn(char *p, const struct side *side)
{
	if (side->seen & SIDE_MSS)
		p = COUNTER(p, "mss", side->mss);
	if (side->seen & SIDE_SCALE)
		p = COUNTER(p, "window_scale", side_scale(side));
	if (side->seen & SIDE_SYN) {
		p = side->seen & SIDE_SACK ? PUT(p, ",\"sack\":true") :
		    PUT(p, ",\"sack\":false");
		p = COUNTER(p, "initial_window", side->initial_window);
	}
	return p;
}

static char *
put_side(char *p, struct sink *k, const struct session *s,
    const struct trouble *trouble, unsigned int i)
{
	const struct trouble_side *t = trouble != NULL ? &trouble->side[i] :
	    NULL;
	const struct side *side = &s->side[i];
	uint64_t segments = trouble_segments(side, t);
	int tcp = session_is_tcp(s);

	p = json_endpoint(p, k, s, i);
	if (tcp)
		p = json_state(p, side);
	p = COUNTER(p, "packets", side->packets);
	if (segments != side->packets)
		p = COUNTER(p, "segments", segments);
	p = COUNTER(p, "frame_bytes", side->frame_bytes);
	p = COUNTER(p, "ip_bytes", side->ip_bytes);
	if (side->seen & SIDE_PAYLOAD || side->packets == 0) {
		p = COUNTER(p, "payload_bytes", side->payload_bytes);
		p = COUNTER(p, "stream_bytes", tcp ? side_stream_bytes(side) :
		    side->payload_bytes);
	}
	if (tcp && side->packets > 0)
		p = put_loss(put_flags(p, side->flags), t);
	if (side->seen & SIDE_CHECKED)
		p = COUNTER(p, "bad_checksums", t != NULL ? t->bad_checksums :
		    0);
	p = put_syn(p, side);
	if (side->packets > 0)
		p = COUNTER(p, "ttl", side->ttl);
	if (k->sockets != NULL)
		p = json_socket(p, k, s, i);
	*p++ = '}';
	return p;
}

/* "name":seconds, with a literal name; nothing of a time not observed. */
#define TIME(p, name, ns) ((ns) == -1 ? (p) : \
	fmt_seconds(PUT((p), ",\"" name "\":"), (ns)))

static char *
put_rtt(char *p, const struct session *s)
{
	const struct side *client = &s->side[s->client];
	const struct side *server = &s->side[s->client ^ 1];
	int64_t whole = rtt_unpack(client->rtt_handshake);
	int64_t half = rtt_unpack(server->rtt_handshake);
	int64_t rest = server->seen & SIDE_SYN && whole != -1 && half != -1 ?
	    whole - half : -1;
	char *from = PUT(p, ",\"rtt\":"), *end;

	end = TIME(from, "handshake", whole);
	end = TIME(end, "client", rest);
	end = TIME(end, "server", half);
	end = TIME(end, "client_min", rtt_unpack(client->rtt_min));
	end = TIME(end, "client_smoothed", rtt_unpack(client->rtt_smoothed));
	end = TIME(end, "server_min", rtt_unpack(server->rtt_min));
	end = TIME(end, "server_smoothed", rtt_unpack(server->rtt_smoothed));
	if (end == from)
		return p;
	*from = '{';	/* in place of the first comma */
	*end++ = '}';
	return end;
}

/* A name, where there is one. */
static char *
put_word(char *p, const char *field, const char *value)
{
	if (value == NULL)
		return p;
	p = fmt_str(p, field);
	p = fmt_str(p, value);
	*p++ = '"';
	return p;
}

/* All that showed the session's packets, where it is more than one. */
static char *
put_interfaces(char *p, struct sink *k, const struct path *path)
{
	const struct sink_options *o = k->options;
	unsigned int n = 0;

	if (path->nothers == 0 || o->interface == NULL)
		return p;
	k->out->p = PUT(p, ",\"interfaces\":[");
	for (unsigned int i = 0; i <= path->nothers; i++) {
		const char *name = o->interface(o->arg, i == 0 ?
		    path->ifindex : path_other(path, i - 1));

		if (name == NULL)
			continue;
		if (n++ > 0)
			outbuf_char(k->out, ',');
		outbuf_json(k->out, name, strlen(name));
	}
	outbuf_char(k->out, ']');
	return outbuf_room(k->out);
}

/* In the words of Zeek's conn.log; ICMP has no history there. */
static char *
put_zeek(char *p, const struct session *s, const struct trouble *t)
{
	char *from;
	unsigned int n;

	p = PUT(p, ",\"conn_state\":\"");
	p = fmt_str(p, zeek_conn_state(s, t));
	*p++ = '"';
	from = PUT(p, ",\"history\":\"");
	n = zeek_history(s, t, from);
	if (n == 0)
		return p;
	p = from + n;
	*p++ = '"';
	return p;
}

static const struct fmt_word roles[ROLES] = {
	[ROLE_FIRST] = WORD(",\"role\":\"first\""),
	[ROLE_PORT] = WORD(",\"role\":\"port\""),
	[ROLE_LISTEN] = WORD(",\"role\":\"listen\""),
	[ROLE_SYN_ACK] = WORD(",\"role\":\"syn_ack\""),
	[ROLE_SYN] = WORD(",\"role\":\"syn\""),
};

static const struct fmt_word ends[ENDS] = {
	[END_OPEN] = WORD(",\"end_reason\":\"open\""),
	[END_CLOSED] = WORD(",\"end_reason\":\"closed\""),
	[END_RESET] = WORD(",\"end_reason\":\"reset\""),
	[END_TIMEOUT] = WORD(",\"end_reason\":\"timeout\""),
	[END_EVICTED] = WORD(",\"end_reason\":\"evicted\""),
	[END_REUSED] = WORD(",\"end_reason\":\"reused\""),
	[END_CAPTURE] = WORD(",\"end_reason\":\"capture_end\""),
};

void
json_session(struct sink *k, const struct session *s,
    const struct trouble *t, int open)
{
	const struct side *client = &s->side[s->client];
	const struct side *server = &s->side[s->client ^ 1];
	static const struct fmt_word nothing;
	const struct fmt_word *service = &nothing;
	char *p = outbuf_room(k->out);

	p = PUT(p, "{\"type\":\"session\",\"schema\":1,\"id\":");
	p = fmt_u64(p, s->id);
	p = put_community_id(p, &s->key);
	p = PUT(p, ",\"start\":\"");
	p = fmt_time(p, &k->day, s->start);
	p = PUT(p, "\",\"end\":\"");
	p = fmt_time(p, &k->day, s->last);
	p = PUT(p, "\",\"duration\":");
	p = fmt_seconds(p, s->last - s->start);
	if (s->path != NULL)
		p = put_interfaces(json_interface(p, k, s->path->ifindex), k,
		    s->path);
	p = json_protocol(p, s->key.protocol, s->key.ip_version);
	p = json_icmp(p, &s->key, s->client);
	p = json_session_state(p, s);
	if (s->path != NULL)
		p = json_path(p, &k->paths, s->path, &service);
	p = PUT(p, ",\"client\":{");
	p = put_side(p, k, s, t, s->client);
	p = PUT(p, ",\"server\":{");
	p = put_side(p, k, s, t, s->client ^ 1U);
	p = fmt_word(p, &roles[s->role]);
	p = put_zeek(p, s, t);
	p = open ? PUT(p, ",\"open\":true") : fmt_word(p, &ends[s->end]);
	p = fmt_word(p, service);
	p = put_word(p, ",\"ecn\":\"", ecn_name(client, server));
	p = put_rtt(p, s);
	if (t != NULL && t->icmp_errors > 0)
		p = COUNTER(p, "icmp_errors", t->icmp_errors);
	if (sink_lossy(k, s))
		p = PUT(p, ",\"capture_loss\":true");
	p = PUT(p, "}\n");
	k->out->p = p;
}
