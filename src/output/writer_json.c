/* writer_json.c: what dissectors print, as JSON (RFC 8259). */
#include <assert.h>

#include "output/fmt.h"
#include "output/writers.h"

static struct writer_json *
json(struct writer *w)
{
	return (struct writer_json *)(void *)w;
}

static const struct writer_ops hidden_ops;

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

/* Apart from the others, which save no registers then. */
static __attribute__((noinline)) char *
name_behind_flush(struct writer_json *j, struct writer_name n)
{
	outbuf_flush(j->out);
	return put_name(j, j->out->p, n);
}

/* The same where there is room for a value. */
static inline char *
name(struct writer_json *j, struct writer_name n)
{
	return j->out->p > j->out->limit ? name_behind_flush(j, n) :
	    put_name(j, j->out->p, n);
}

static void
json_open(struct writer_json *j, struct writer_name n, const char *brackets)
{
	char *p;

	if (j->depth == WRITER_DEPTH) {
		j->hidden = 1;
		j->writer.ops = &hidden_ops;
		return;
	}
	p = name(j, n);
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

/* Room was asked for when it was opened, and few can be open. */
static void
json_end(struct writer *w)
{
	struct writer_json *j = json(w);

	if (j->depth == 0)
		return;
	*j->out->p++ = j->close[--j->depth];
	j->comma = 1;
}

/* Not in line, or what it keeps across its calls would be kept by all. */
static __attribute__((noinline)) void
number_slowly(struct writer_json *j, struct writer_name n, uint64_t value)
{
	j->out->p = fmt_u64(name(j, n), value);
}

/* Most of a packet's record is numbers. */
static void
json_number(struct writer *w, struct writer_name n, uint64_t value)
{
	struct writer_json *j = json(w);
	struct outbuf *o = j->out;

	if (o->p > o->limit || value > UINT32_MAX)
		number_slowly(j, n, value);
	else
		o->p = fmt_u32(put_name(j, o->p, n), (uint32_t)value);
}

static void
json_boolean(struct writer *w, struct writer_name n, int value)
{
	struct writer_json *j = json(w);
	char *p = name(j, n);

	j->out->p = value ? PUT(p, "true") : PUT(p, "false");
}

static void
json_string(struct writer *w, struct writer_name n, const char *text,
    size_t len)
{
	struct writer_json *j = json(w);

	j->out->p = name(j, n);
	outbuf_json(j->out, text, len);
}

static void
json_bytes(struct writer *w, struct writer_name n, const uint8_t *b,
    size_t len)
{
	struct writer_json *j = json(w);
	char *p = name(j, n);

	*p++ = '"';
	j->out->p = p;
	outbuf_hex(j->out, b, len);
	outbuf_char(j->out, '"');
}

/* An address in quotes, by its formatter. */
static inline char *
put_quoted(char *p, const uint8_t *b, char *(*fmt)(char *, const uint8_t *))
{
	*p++ = '"';
	p = fmt(p, b);
	*p++ = '"';
	return p;
}

static inline void
json_quoted(struct writer_json *j, struct writer_name n, const uint8_t *b,
    char *(*fmt)(char *, const uint8_t *))
{
	j->out->p = put_quoted(name(j, n), b, fmt);
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

/* What one call each would say, but that p stays in a register: each would wait
 * for the p that the one before has stored. */
static void
json_fields(struct writer *w, const struct writer_field *f, size_t n,
    const uint8_t *header)
{
	struct writer_json *j = json(w);
	char *p = outbuf_room(j->out);
	size_t comma = j->comma;

	assert(n <= WRITER_FIELDS_MOST);
	for (const struct writer_field *end = f + n; f < end; f++) {
		const uint8_t *b = header + f->offset;

		*p = ',';
		p += comma;
		comma = 1;
		*p++ = '"';
		memcpy(p, f, sizeof(*f));
		p = PUT(p + f->len, "\":");
		switch ((enum writer_kind)f->kind) {
		case WRITER_U8:
		case WRITER_HEX8:
			p = fmt_below_1000(p, *b);
			break;
		case WRITER_U16:
		case WRITER_HEX16:
			p = fmt_u32(p, be16(b));
			break;
		case WRITER_U32:
			p = fmt_u32(p, be32(b));
			break;
		case WRITER_MAC:
			p = put_quoted(p, b, fmt_mac);
			break;
		case WRITER_IPV4:
			p = put_quoted(p, b, fmt_ipv4);
			break;
		case WRITER_IPV6:
			p = put_quoted(p, b, fmt_ipv6);
			break;
		}
	}
	j->comma = 1;
	j->out->p = p;
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
	.fields = json_fields,
};

/* What is nested too deep is not said; so nobody else asks for that. */
static void
hidden_open(struct writer *w, struct writer_name n)
{
	(void)n;
	json(w)->hidden++;
}

static void
hidden_end(struct writer *w)
{
	if (--json(w)->hidden == 0)
		w->ops = &json_ops;
}

static void
hidden_number(struct writer *w, struct writer_name n, uint64_t value)
{
	(void)w, (void)n, (void)value;
}

static void
hidden_boolean(struct writer *w, struct writer_name n, int value)
{
	(void)w, (void)n, (void)value;
}

static void
hidden_string(struct writer *w, struct writer_name n, const char *s,
    size_t len)
{
	(void)w, (void)n, (void)s, (void)len;
}

static void
hidden_bytes(struct writer *w, struct writer_name n, const uint8_t *b,
    size_t len)
{
	(void)w, (void)n, (void)b, (void)len;
}

static void
hidden_address(struct writer *w, struct writer_name n, const uint8_t *b)
{
	(void)w, (void)n, (void)b;
}

static void
hidden_fields(struct writer *w, const struct writer_field *f, size_t n,
    const uint8_t *header)
{
	(void)w, (void)f, (void)n, (void)header;
}

static const struct writer_ops hidden_ops = {
	.object = hidden_open,
	.list = hidden_open,
	.end = hidden_end,
	.number = hidden_number,
	.hex = hidden_number,
	.boolean = hidden_boolean,
	.string = hidden_string,
	.bytes = hidden_bytes,
	.mac = hidden_address,
	.ipv4 = hidden_address,
	.ipv6 = hidden_address,
	.fields = hidden_fields,
};

void
writer_json_init(struct writer_json *j, struct outbuf *out)
{
	j->writer.ops = &json_ops;
	j->out = out;
	j->depth = j->hidden = 0;
	j->comma = 0;
}
