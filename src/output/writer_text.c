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

/* The space and the name; the value's first byte goes to the result, which is
 * NULL when the value is not wanted. */
static char *
name(struct writer *w, const char *s)
{
	struct writer_text *t = text(w);
	char *p;

	if (!wanted(t, s))
		return NULL;
	p = outbuf_room(t->out);
	if (!t->bare)
		*p++ = ' ';
	t->bare = 0;
	if (s != NULL && strcmp(s, "name") != 0) {
		p = fmt_bytes(p, s, strlen(s));
		*p++ = ' ';
	}
	t->out->p = p;
	return p;
}

static void
text_open(struct writer *w, const char *s, const char *brackets)
{
	struct writer_text *t = text(w);

	if (t->depth == WRITER_DEPTH || name(w, s) == NULL) {
		t->hidden++;
		return;
	}
	outbuf_char(t->out, brackets[0]);
	t->close[t->depth++] = brackets[1];
	t->bare = 1;
}

static void
text_object(struct writer *w, const char *s)
{
	text_open(w, s, "()");
}

static void
text_list(struct writer *w, const char *s)
{
	text_open(w, s, "[]");
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
text_number(struct writer *w, const char *s, uint64_t value)
{
	char *p = name(w, s);

	if (p != NULL)
		text(w)->out->p = fmt_u64(p, value);
}

static void
text_hex(struct writer *w, const char *s, uint64_t value)
{
	char *p = name(w, s);

	if (p != NULL)
		text(w)->out->p = fmt_hex(fmt_bytes(p, "0x", 2), value, 2);
}

static void
text_boolean(struct writer *w, const char *s, int value)
{
	if (name(w, s) != NULL)
		outbuf_str(text(w)->out, value ? "yes" : "no");
}

static void
text_string(struct writer *w, const char *s, const char *value, size_t len)
{
	if (name(w, s) != NULL)
		outbuf_safe(text(w)->out, value, len);
}

static void
text_bytes(struct writer *w, const char *s, const uint8_t *b, size_t len)
{
	struct outbuf *o = text(w)->out;

	if (name(w, s) == NULL)
		return;
	for (size_t i = 0; i < len; i++)
		o->p = fmt_hex(outbuf_room(o), b[i], 2);
}

/* An address, by its formatter. */
static void
text_address(struct writer *w, const char *s, const uint8_t *b,
    char *(*fmt)(char *, const uint8_t *))
{
	char *p = name(w, s);

	if (p != NULL)
		text(w)->out->p = fmt(p, b);
}

static void
text_mac(struct writer *w, const char *s, const uint8_t *b)
{
	text_address(w, s, b, fmt_mac);
}

static void
text_ipv4(struct writer *w, const char *s, const uint8_t *b)
{
	text_address(w, s, b, fmt_ipv4);
}

static void
text_ipv6(struct writer *w, const char *s, const uint8_t *b)
{
	text_address(w, s, b, fmt_ipv6);
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
