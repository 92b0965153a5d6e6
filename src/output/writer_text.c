/* writer_text.c: what dissectors print, as text for people. */
#include "output/fmt.h"
#include "output/writers.h"

static struct writer_text *
text(struct writer *w)
{
	return (struct writer_text *)(void *)w;
}

static int
wanted(const struct writer_text *t, const char *s)
{
	const char *const *o = t->only;

	if (t->hidden > 0)
		return 0;
	if (o == NULL || s == NULL || t->depth > 0)
		return 1;
	while (*o != NULL && strcmp(*o, s) != 0)
		o++;
	return *o != NULL;
}

static int
speaks_for_itself(struct writer_name n)
{
	return n.s == NULL || (n.len == 4 && memcmp(n.s, "name", 4) == 0);
}

/* The space and the name; the value's first byte goes to the result, which is
 * NULL when the value is not wanted. */
static inline char *
name(struct writer_text *t, struct writer_name n)
{
	char *p;

	if (!wanted(t, n.s))
		return NULL;
	p = outbuf_room(t->out);
	*p = ' ';
	p += !t->bare;
	t->bare = 0;
	if (!speaks_for_itself(n)) {
		p = fmt_few(p, n.s, n.len);
		*p++ = ' ';
	}
	return p;
}

static void
text_open(struct writer_text *t, struct writer_name n, const char *brackets)
{
	char *p = t->depth < WRITER_DEPTH ? name(t, n) : NULL;

	if (p == NULL) {
		t->hidden++;
		return;
	}
	*p++ = brackets[0];
	t->out->p = p;
	t->close[t->depth++] = brackets[1];
	t->bare = 1;
}

static void
text_object(struct writer *w, struct writer_name n)
{
	text_open(text(w), n, "()");
}

static void
text_list(struct writer *w, struct writer_name n)
{
	text_open(text(w), n, "[]");
}

static void
text_end(struct writer *w)
{
	struct writer_text *t = text(w);

	if (t->hidden > 0) {
		t->hidden--;
		return;
	}
	if (t->depth == 0)
		return;
	outbuf_char(t->out, t->close[--t->depth]);
	t->bare = 0;
}

static void
text_number(struct writer *w, struct writer_name n, uint64_t value)
{
	struct writer_text *t = text(w);
	char *p = name(t, n);

	if (p != NULL)
		t->out->p = fmt_u64(p, value);
}

static void
text_hex(struct writer *w, struct writer_name n, uint64_t value)
{
	struct writer_text *t = text(w);
	char *p = name(t, n);

	if (p != NULL)
		t->out->p = fmt_hex(PUT(p, "0x"), value, 2);
}

static void
text_boolean(struct writer *w, struct writer_name n, int value)
{
	struct writer_text *t = text(w);
	char *p = name(t, n);

	if (p != NULL)
		t->out->p = value ? PUT(p, "yes") : PUT(p, "no");
}

static void
text_string(struct writer *w, struct writer_name n, const char *value,
    size_t len)
{
	struct writer_text *t = text(w);
	char *p = name(t, n);

	if (p == NULL)
		return;
	t->out->p = p;
	outbuf_safe(t->out, value, len);
}

static void
text_bytes(struct writer *w, struct writer_name n, const uint8_t *b,
    size_t len)
{
	struct writer_text *t = text(w);
	char *p = name(t, n);

	if (p == NULL)
		return;
	t->out->p = p;
	outbuf_hex(t->out, b, len);
}

/* An address, by its formatter. */
static inline void
text_address(struct writer_text *t, struct writer_name n, const uint8_t *b,
    char *(*fmt)(char *, const uint8_t *))
{
	char *p = name(t, n);

	if (p != NULL)
		t->out->p = fmt(p, b);
}

static void
text_mac(struct writer *w, struct writer_name n, const uint8_t *b)
{
	text_address(text(w), n, b, fmt_mac);
}

static void
text_ipv4(struct writer *w, struct writer_name n, const uint8_t *b)
{
	text_address(text(w), n, b, fmt_ipv4);
}

static void
text_ipv6(struct writer *w, struct writer_name n, const uint8_t *b)
{
	text_address(text(w), n, b, fmt_ipv6);
}

static void
text_fields(struct writer *w, const struct writer_field *f, size_t n,
    const uint8_t *header)
{
	for (size_t i = 0; i < n; i++)
		writer_field(w, &f[i], header);
}

static const struct writer_ops text_ops = {
	.object = text_object,
	.list = text_list,
	.end = text_end,
	.number = text_number,
	.hex = text_hex,
	.boolean = text_boolean,
	.string = text_string,
	.bytes = text_bytes,
	.mac = text_mac,
	.ipv4 = text_ipv4,
	.ipv6 = text_ipv6,
	.fields = text_fields,
};

void
writer_text_init(struct writer_text *t, struct outbuf *o)
{
	t->writer.ops = &text_ops;
	t->out = o;
	t->only = NULL;
	t->depth = t->hidden = 0;
	t->bare = 0;
}
