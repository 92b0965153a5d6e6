/* sink.c: where records go: a view in a format. */
#include "output/sink.h"

const char *const sink_format_name[FORMATS] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
};

static const struct sink_ops *const ops[FORMATS] = {
	[FORMAT_TEXT] = &sink_text,
	[FORMAT_JSON] = &sink_json,
};

void
sink_init(struct sink *s, const struct sink_options *options,
    struct outbuf *out)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops[options->format];
	s->options = options;
	s->out = out;
	s->quarter = INT64_MIN;
}

void
sink_begin(struct sink *s, int64_t ts)
{
	s->first = s->previous = ts;
}
