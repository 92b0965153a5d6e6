/* sink.c: where records go: a view in a format. */
#include "output/sink.h"

const char *const sink_format_name[FORMATS] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
	[FORMAT_ZEEK] = "zeek",
	[FORMAT_ZEEK_JSON] = "zeek-json",
};

static const struct sink_ops *const ops[FORMATS] = {
	[FORMAT_TEXT] = &sink_text,
	[FORMAT_JSON] = &sink_json,
	[FORMAT_ZEEK] = &sink_zeek,
	[FORMAT_ZEEK_JSON] = &sink_zeek_json,
};

unsigned int
sink_views(enum sink_format format)
{
	return (ops[format]->packet != NULL ? VIEW_PACKETS : 0U) |
	    (ops[format]->event != NULL ? VIEW_EVENTS : 0U) |
	    (ops[format]->session != NULL ? VIEW_SESSIONS : 0U);
}

void
sink_init(struct sink *s, const struct sink_options *options,
    struct outbuf *out)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops[options->format];
	s->options = options;
	s->out = out;
	s->quarter = INT64_MIN;
	s->day.start = FMT_NO_DAY;
}

void
sink_begin(struct sink *s, int64_t ts)
{
	s->first = s->previous = ts;
}

void
sink_end(struct sink *s)
{
	if (s->ops->end != NULL)
		s->ops->end(s);
}
