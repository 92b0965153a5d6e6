/* sink_stats.c: the record of --stats, as text and as JSON. */
#include "output/json.h"
#include "output/text.h"

static char *
put_packets(char *p, const struct stats_packets *s)
{
	p = PUT(p, ",\"packets\":{\"captured\":");
	p = fmt_u64(p, s->captured);
	if (s->has_received)
		p = COUNTER(p, "received", s->received);
	if (s->has_dropped)
		p = COUNTER(p, "dropped", s->dropped);
	if (s->has_received)
		p = COUNTER(p, "unread", s->unread);
	if (s->refused > 0)
		p = COUNTER(p, "refused", s->refused);
	if (s->has_if_dropped)
		p = COUNTER(p, "interface_dropped", s->if_dropped);
	return PUT(p, "}");
}

static char *
put_interface(struct sink *k, char *p, const char *name)
{
	k->out->p = PUT(p, "\"interface\":");
	outbuf_json(k->out, name, strlen(name));
	return outbuf_room(k->out);
}

static char *
put_parts(struct sink *k, char *p, const struct stats *s)
{
	p = PUT(p, ",\"interfaces\":[");
	for (unsigned int i = 0; i < s->nparts; i++) {
		p = i > 0 ? PUT(p, ",{") : PUT(p, "{");
		p = put_interface(k, p, s->part[i].interface);
		p = PUT(put_packets(p, &s->part[i]), "}");
	}
	return PUT(p, "]");
}

static char *
put_sessions(char *p, const struct session_stats *s)
{
	p = PUT(p, ",\"sessions\":{\"live\":");
	p = fmt_u64(p, s->live);
	p = COUNTER(p, "peak", s->peak);
	p = COUNTER(p, "created", s->created);
	p = COUNTER(p, "evicted", s->evicted);
	p = COUNTER(p, "evicted_open", s->evicted_open);
	return PUT(p, "}");
}

static char *
put_fragments(char *p, const struct stats *s)
{
	p = PUT(p, ",\"fragments\":{\"incomplete\":");
	p = fmt_u64(p, s->incomplete);
	p = COUNTER(p, "overlapping", s->overlapping);
	p = COUNTER(p, "contradictory", s->contradictory);
	p = COUNTER(p, "duplicate", s->duplicate);
	return PUT(p, "}");
}

/* Sessions, endpoints, and what it took the helper. */
static char *
put_processes(char *p, const struct book_stats *s)
{
	p = PUT(p, ",\"processes\":{\"asked\":");
	p = fmt_u64(p, s->asked);
	p = COUNTER(p, "refused", s->refused);
	p = COUNTER(p, "named", s->named);
	p = COUNTER(p, "user_only", s->owners);
	p = COUNTER(p, "unknown", s->unknown);
	p = fmt_seconds(PUT(p, ",\"cpu\":"), (int64_t)s->spent_us * 1000);
	p = COUNTER(p, "walks", s->walks);
	return PUT(p, "}");
}

void
json_stats(struct sink *k, const struct stats *s)
{
	char *p = outbuf_room(k->out);

	p = PUT(p, "{\"type\":\"stats\",\"schema\":1,\"time\":\"");
	p = fmt_time(p, &k->day, s->time);
	p = PUT(p, "\"");
	if (s->packets.interface != NULL) {
		*p++ = ',';
		p = put_interface(k, p, s->packets.interface);
	}
	p = put_packets(p, &s->packets);
	if (s->nparts > 0)
		p = put_parts(k, p, s);
	p = COUNTER(p, "packets_selected", s->selected);
	p = COUNTER(p, "frame_bytes", s->frame_bytes);
	if (s->packets.has_received)
		p = COUNTER(p, "buffer_full", s->frozen);
	p = put_sessions(p, s->sessions);
	p = put_fragments(p, s);
	if (s->processes != NULL)
		p = put_processes(p, s->processes);
	p = COUNTER(p, "records_lost", s->records_lost);
	if (s->has_written)
		p = COUNTER(p, "written_lost", s->written_lost);
	p = fmt_seconds(PUT(p, ",\"cpu\":{\"user\":"), s->cpu_user);
	p = fmt_seconds(PUT(p, ",\"system\":"), s->cpu_system);
	p = COUNTER(PUT(p, "}"), "memory_peak_bytes", s->memory_peak);
	k->out->p = PUT(p, "}\n");
}

static void
number(struct sink *k, const char *label, uint64_t value)
{
	outbuf_str(k->out, label);
	outbuf_u64(k->out, value);
}

/* What went wrong is named only when it did, but for drops. */
static void
trouble(struct sink *k, const char *label, uint64_t value)
{
	if (value > 0)
		number(k, label, value);
}

void
text_stats(struct sink *k, const struct stats *s)
{
	int64_t previous = k->previous;

	text_time(k, s->time);
	k->previous = previous;		/* -ttt is about packets */
	text_upper(k, "stats");
	number(k, "captured ", s->packets.captured);
	if (s->packets.has_dropped)
		number(k, " dropped ", s->packets.dropped);
	trouble(k, " unread ", s->packets.unread);
	trouble(k, " refused ", s->packets.refused);
	trouble(k, " by interface ", s->packets.if_dropped);
	trouble(k, " buffer full ", s->frozen);
	number(k, " selected ", s->selected);
	number(k, " sessions ", s->sessions->live);
	number(k, " of ", s->sessions->created);
	trouble(k, " evicted ", s->sessions->evicted);
	if (s->processes != NULL)
		trouble(k, " processes not asked for ",
		    s->processes->refused);
	trouble(k, " records lost ", s->records_lost);
	trouble(k, " writes lost ", s->written_lost);
	number(k, " cpu ", (uint64_t)(s->cpu_user + s->cpu_system) /
	    1000000000);
	number(k, "s memory ", s->memory_peak >> 20);
	outbuf_str(k->out, "M\n");
}
