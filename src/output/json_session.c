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
	char id[COMMUNITY_ID], *end = community_id(id, k);

	if (end == id)
		return p;
	p = PUT(p, ",\"community_id\":\"");
	p = fmt_bytes(p, id, (size_t)(end - id));
	*p++ = '"';
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

/* What is never absent where the side was heard. */
static char *
put_loss(char *p, const struct trouble_side *t)
{
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
		p = COUNTER(p, "window_scale", side->window_scale);
	if (side->seen & SIDE_SYN) {
		p = PUT(p, ",\"sack\":");
		p = json_bool(p, side->seen & SIDE_SACK);
		p = COUNTER(p, "initial_window", side->initial_window);
	}
	return p;
}

static char *
put_side_tcp(char *p, const struct side *side, const struct trouble_side *t)
{
	if (side->packets > 0) {
		p = PUT(p, ",\"flags\":\"");
		p = put_flags(p, side->flags);
		*p++ = '"';
		p = put_loss(p, t);
	}
	return p;
}

static char *
put_side(char *p, const struct session *s, const struct trouble *trouble,
    unsigned int i)
{
	static const struct trouble_side none;
	const struct trouble_side *t = trouble != NULL ? &trouble->side[i] :
	    &none;
	const struct side *side = &s->side[i];
	int tcp = session_is_tcp(s);

	*p++ = '{';
	p = json_endpoint(p, s, i);
	if (tcp) {
		*p++ = ',';
		p = json_state(p, side);
	}
	p = COUNTER(p, "packets", side->packets);
	p = COUNTER(p, "frame_bytes", side->frame_bytes);
	p = COUNTER(p, "ip_bytes", side->ip_bytes);
	if (side->seen & SIDE_PAYLOAD || side->packets == 0) {
		p = COUNTER(p, "payload_bytes", side->payload_bytes);
		p = COUNTER(p, "stream_bytes", tcp ? side_stream_bytes(side) :
		    side->payload_bytes);
	}
	if (tcp)
		p = put_side_tcp(p, side, t);
	if (side->seen & SIDE_CHECKED)
		p = COUNTER(p, "bad_checksums", t->bad_checksums);
	p = put_syn(p, side);
	if (side->packets > 0)
		p = COUNTER(p, "ttl", side->ttl);
	*p++ = '}';
	return p;
}

static char *
put_time(char *p, const char *name, int64_t ns, int *first)
{
	if (ns == -1)
		return p;
	p = *first ? PUT(p, ",\"rtt\":{\"") : PUT(p, ",\"");
	p = json_str(p, name);
	p = PUT(p, "\":");
	*first = 0;
	return fmt_seconds(p, ns);
}

static char *
put_rtt(char *p, const struct session *s)
{
	const struct side *client = &s->side[s->client];
	const struct side *server = &s->side[s->client ^ 1];
	int64_t whole = rtt_unpack(client->rtt_handshake);
	int64_t half = rtt_unpack(server->rtt_handshake);
	const struct {
		const char *name;
		int64_t ns;
	} times[] = {
		{ "handshake", whole },
		{ "client", server->seen & SIDE_SYN && whole != -1 &&
		    half != -1 ? whole - half : -1 },
		{ "server", half },
		{ "client_min", rtt_unpack(client->rtt_min) },
		{ "client_smoothed", rtt_unpack(client->rtt_smoothed) },
		{ "server_min", rtt_unpack(server->rtt_min) },
		{ "server_smoothed", rtt_unpack(server->rtt_smoothed) },
	};
	int first = 1;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		p = put_time(p, times[i].name, times[i].ns, &first);
	if (!first)
		*p++ = '}';
	return p;
}

static char *
put_layers(char *p, const struct path *path)
{
	p = PUT(p, ",\"layers\":[");
	for (unsigned int i = 0; i < path->nlayers; i++) {
		p = i > 0 ? PUT(p, ",\"") : PUT(p, "\"");
		p = json_str(p, path_layer(path, i)->name);
		*p++ = '"';
	}
	p = PUT(p, "],\"vlan\":[");
	for (unsigned int i = 0; i < path->nvlans; i++) {
		if (i > 0)
			*p++ = ',';
		p = fmt_u64(p, path_vlan(path, i));
	}
	*p++ = ']';
	return p;
}

static char *
put_tunnels(char *p, const struct path *path)
{
	struct tunnel t;

	p = PUT(p, ",\"tunnel\":[");
	for (unsigned int i = 0; i < path->ntunnels; i++) {
		path_tunnel(path, i, &t);
		p = i > 0 ? PUT(p, ",{\"type\":\"") : PUT(p, "{\"type\":\"");
		p = json_str(p, t.dissector->name);
		*p++ = '"';
		if (t.has_id)
			p = COUNTER(p, "id", t.id);
		if (t.has_outer) {
			p = PUT(p, ",\"source\":\"");
			p = fmt_addr(p, &t.outer_src, t.outer_version);
			p = PUT(p, "\",\"destination\":\"");
			p = fmt_addr(p, &t.outer_dst, t.outer_version);
			*p++ = '"';
		}
		*p++ = '}';
	}
	*p++ = ']';
	return p;
}

/* A name, where there is one. */
static char *
put_word(char *p, const char *field, const char *value)
{
	if (value == NULL)
		return p;
	p = json_str(p, field);
	p = json_str(p, value);
	*p++ = '"';
	return p;
}

/* In the words of Zeek's conn.log; ICMP has no history there. */
static char *
put_zeek(char *p, const struct session *s, const struct trouble *t)
{
	char history[ZEEK_HISTORY_MAX];
	unsigned int n = zeek_history(s, t, history);

	p = PUT(p, "\",\"conn_state\":\"");
	p = json_str(p, zeek_conn_state(s, t));
	*p++ = '"';
	if (n == 0)
		return p;
	p = PUT(p, ",\"history\":\"");
	p = fmt_bytes(p, history, n);
	*p++ = '"';
	return p;
}

void
json_session(struct sink *k, const struct session *s,
    const struct trouble *t, int open)
{
	const struct side *client = &s->side[s->client];
	const struct side *server = &s->side[s->client ^ 1];
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
	if (s->path != NULL)
		p = json_interface(p, k, s->path->ifindex);
	p = json_protocol(p, s->key.protocol, s->key.ip_version);
	p = json_icmp(p, &s->key, s->client);
	p = json_session_state(p, s);
	if (s->path != NULL)
		p = put_tunnels(put_layers(p, s->path), s->path);
	p = PUT(p, ",\"client\":");
	p = put_side(p, s, t, s->client);
	p = PUT(p, ",\"server\":");
	p = put_side(p, s, t, s->client ^ 1U);
	p = PUT(p, ",\"role\":\"");
	p = json_str(p, session_role_name[s->role]);
	p = put_zeek(p, s, t);
	if (open) {
		p = PUT(p, ",\"open\":true");
	} else {
		p = PUT(p, ",\"end_reason\":\"");
		p = json_str(p, session_end_name[s->end]);
		*p++ = '"';
	}
	p = put_word(p, ",\"service\":\"", path_service(s->path));
	p = put_word(p, ",\"ecn\":\"", ecn_name(client, server));
	p = put_rtt(p, s);
	if (t != NULL && t->icmp_errors > 0)
		p = COUNTER(p, "icmp_errors", t->icmp_errors);
	p = PUT(p, "}\n");
	k->out->p = p;
}
