/* writer_json.c: what dissectors print, as JSON (RFC 8259). */
#include "output/fmt.h"
#include "output/writers.h"

static struct writer_json *
json(struct writer *w)
{
	return (struct writer_json *)(void *)w;
}

/* The comma and the name; the value's first byte goes to the result, which is
 * NULL inside of what is nested too deep. */
static char *
name(struct writer *w, const char *s)
{
	struct writer_json *j = json(w);
	char *p;

	if (j->hidden > 0)
		return NULL;
	p = outbuf_room(j->out);
	if (j->comma)
		*p++ = ',';
	j->comma = 1;
	if (s != NULL) {
		*p++ = '"';
		p = fmt_bytes(p, s, strlen(s));
		*p++ = '"';
		*p++ = ':';
	}
	j->out->p = p;
	return p;
}

static void
json_open(struct writer *w, const char *s, const char *brackets)
{
	struct writer_json *j = json(w);

	if (j->depth == WRITER_DEPTH || name(w, s) == NULL) {
		j->hidden++;
		return;
	}
	outbuf_char(j->out, brackets[0]);
	j->close[j->depth++] = brackets[1];
	j->comma = 0;
}

static void
json_object(struct writer *w, const char *s)
{
	json_open(w, s, "{}");
}

static void
json_list(struct writer *w, const char *s)
{
	json_open(w, s, "[]");
}

static void
json_end(struct writer *w)
{
	struct writer_json *j = json(w);

	if (j->hidden > 0) {
		j->hidden--;
		return;
	}
	if (j->depth == 0)
		return;
	outbuf_char(j->out, j->close[--j->depth]);
	j->comma = 1;
}

static void
json_number(struct writer *w, const char *s, uint64_t value)
{
	char *p = name(w, s);

	if (p != NULL)
		json(w)->out->p = fmt_u64(p, value);
}

static void
json_boolean(struct writer *w, const char *s, int value)
{
	if (name(w, s) != NULL)
		outbuf_str(json(w)->out, value ? "true" : "false");
}

static void
json_string(struct writer *w, const char *s, const char *text, size_t len)
{
	if (name(w, s) != NULL)
		outbuf_json(json(w)->out, text, len);
}

static void
json_bytes(struct writer *w, const char *s, const uint8_t *b, size_t len)
{
	struct outbuf *o = json(w)->out;

	if (name(w, s) == NULL)
		return;
	outbuf_char(o, '"');
	for (size_t i = 0; i < len; i++)
		o->p = fmt_hex(outbuf_room(o), b[i], 2);
	outbuf_char(o, '"');
}

/* An address in quotes, by its formatter. */
static void
json_quoted(struct writer *w, const char *s, const uint8_t *b,
    char *(*fmt)(char *, const uint8_t *))
{
	char *p = name(w, s);

	if (p == NULL)
		return;
	*p++ = '"';
	p = fmt(p, b);
	*p++ = '"';
	json(w)->out->p = p;
}

static void
json_mac(struct writer *w, const char *s, const uint8_t *b)
{
	json_quoted(w, s, b, fmt_mac);
}

static void
json_ipv4(struct writer *w, const char *s, const uint8_t *b)
{
	json_quoted(w, s, b, fmt_ipv4);
}

static void
json_ipv6(struct writer *w, const char *s, const uint8_t *b)
{
	json_quoted(w, s, b, fmt_ipv6);
}

static const struct writer_ops json_ops = {
	.object = json_object,
	.list = json_list,
	.end = json_end,
	.number = json_number,
	.hex = json_number,
	.boolean = json_boolean,
	.string = json_string,
	.bytes = json_bytes,
	.mac = json_mac,
	.ipv4 = json_ipv4,
	.ipv6 = json_ipv6,
};

void
writer_json_init(struct writer_json *j, struct outbuf *out, int comma)
{
	j->writer.ops = &json_ops;
	j->out = out;
	j->depth = j->hidden = 0;
	j->comma = comma != 0;
}
