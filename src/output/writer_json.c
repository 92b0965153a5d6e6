/* writer_json.c: what dissectors print, as JSON (RFC 8259). */
#include "output/fmt.h"
#include "output/writers.h"

static struct writer_json *
json(struct writer *w)
{
	return (struct writer_json *)(void *)w;
}

/* The comma and the name. */
static inline char *
put_name(struct writer_json *j, char *p, struct writer_name n)
{
	*p = ',';
	p += j->comma;
	j->comma = 1;
	if (n.s == NULL)
		return p;
	*p++ = '"';
	return PUT(fmt_few(p, n.s, n.len), "\":");
}

/* The same where there is room for a value; NULL inside of what is nested too
 * deep. */
static inline char *
name(struct writer_json *j, struct writer_name n)
{
	return j->hidden > 0 ? NULL : put_name(j, outbuf_room(j->out), n);
}

static void
json_open(struct writer_json *j, struct writer_name n, const char *brackets)
{
	char *p = j->depth < WRITER_DEPTH ? name(j, n) : NULL;

	if (p == NULL) {
		j->hidden++;
		return;
	}
	*p++ = brackets[0];
	j->out->p = p;
	j->close[j->depth++] = brackets[1];
	j->comma = 0;
}

static void
json_object(struct writer *w, struct writer_name n)
{
	json_open(json(w), n, "{}");
}

static void
json_list(struct writer *w, struct writer_name n)
{
	json_open(json(w), n, "[]");
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

/* Not in line, or what it keeps across its calls would be kept by all. */
static __attribute__((noinline)) void
number_slowly(struct writer_json *j, struct writer_name n, uint64_t value)
{
	char *p = name(j, n);

	if (p != NULL)
		j->out->p = fmt_u64(p, value);
}

/* Most of a packet's record is numbers. */
static void
json_number(struct writer *w, struct writer_name n, uint64_t value)
{
	struct writer_json *j = json(w);
	struct outbuf *o = j->out;

	if (j->hidden > 0 || o->p > o->limit || value >= FMT_SHORT)
		number_slowly(j, n, value);
	else
		o->p = fmt_short(put_name(j, o->p, n), value);
}

static void
json_boolean(struct writer *w, struct writer_name n, int value)
{
	struct writer_json *j = json(w);
	char *p = name(j, n);

	if (p != NULL)
		j->out->p = value ? PUT(p, "true") : PUT(p, "false");
}

static void
json_string(struct writer *w, struct writer_name n, const char *text,
    size_t len)
{
	struct writer_json *j = json(w);
	char *p = name(j, n);

	if (p == NULL)
		return;
	j->out->p = p;
	outbuf_json(j->out, text, len);
}

static void
json_bytes(struct writer *w, struct writer_name n, const uint8_t *b,
    size_t len)
{
	struct writer_json *j = json(w);
	char *p = name(j, n);

	if (p == NULL)
		return;
	*p++ = '"';
	j->out->p = p;
	outbuf_hex(j->out, b, len);
	outbuf_char(j->out, '"');
}

/* An address in quotes, by its formatter. */
static inline void
json_quoted(struct writer_json *j, struct writer_name n, const uint8_t *b,
    char *(*fmt)(char *, const uint8_t *))
{
	char *p = name(j, n);

	if (p == NULL)
		return;
	*p++ = '"';
	p = fmt(p, b);
	*p++ = '"';
	j->out->p = p;
}

static void
json_mac(struct writer *w, struct writer_name n, const uint8_t *b)
{
	json_quoted(json(w), n, b, fmt_mac);
}

static void
json_ipv4(struct writer *w, struct writer_name n, const uint8_t *b)
{
	json_quoted(json(w), n, b, fmt_ipv4);
}

static void
json_ipv6(struct writer *w, struct writer_name n, const uint8_t *b)
{
	json_quoted(json(w), n, b, fmt_ipv6);
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
writer_json_init(struct writer_json *j, struct outbuf *out)
{
	j->writer.ops = &json_ops;
	j->out = out;
	j->depth = j->hidden = 0;
	j->comma = 0;
}
