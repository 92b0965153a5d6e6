/* writer_text.c: what dissectors print, as text for people. */
#include "output/fmt.h"
#include "output/writers.h"

static struct outbuf *
out(struct writer *w)
{
	return ((struct writer_text *)(void *)w)->out;
}

/* The space and the name; the value's first byte goes to the result. */
static char *
name(struct writer *w, const char *s)
{
	struct writer_text *t = (struct writer_text *)(void *)w;
	char *p = outbuf_room(t->out);

	if (!t->bare)
		*p++ = ' ';
	t->bare = 0;
	if (s != NULL) {
		p = fmt_bytes(p, s, strlen(s));
		*p++ = ' ';
	}
	t->out->p = p;
	return p;
}

static void
text_open(struct writer *w, const char *s, const char *brackets)
{
	struct writer_text *t = (struct writer_text *)(void *)w;

	name(w, s);
	outbuf_char(t->out, brackets[0]);
	if (t->depth < WRITER_DEPTH)
		t->close[t->depth] = brackets[1];
	t->depth++;
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
	struct writer_text *t = (struct writer_text *)(void *)w;

	if (t->depth == 0)
		return;
	if (--t->depth < WRITER_DEPTH)
		outbuf_char(t->out, t->close[t->depth]);
	t->bare = 0;
}

static void
text_number(struct writer *w, const char *s, uint64_t value)
{
	out(w)->p = fmt_u64(name(w, s), value);
}

static void
text_hex(struct writer *w, const char *s, uint64_t value)
{
	char *p = name(w, s);

	out(w)->p = fmt_hex(fmt_bytes(p, "0x", 2), value, 2);
}

static void
text_boolean(struct writer *w, const char *s, int value)
{
	name(w, s);
	outbuf_str(out(w), value ? "yes" : "no");
}

static void
text_string(struct writer *w, const char *s, const char *text, size_t len)
{
	name(w, s);
	outbuf_safe(out(w), text, len);
}

static void
text_bytes(struct writer *w, const char *s, const uint8_t *b, size_t len)
{
	struct outbuf *o = out(w);

	name(w, s);
	for (size_t i = 0; i < len; i++)
		o->p = fmt_hex(outbuf_room(o), b[i], 2);
}

static void
text_mac(struct writer *w, const char *s, const uint8_t *b)
{
	out(w)->p = fmt_mac(name(w, s), b);
}

static void
text_ipv4(struct writer *w, const char *s, const uint8_t *b)
{
	out(w)->p = fmt_ipv4(name(w, s), b);
}

static void
text_ipv6(struct writer *w, const char *s, const uint8_t *b)
{
	out(w)->p = fmt_ipv6(name(w, s), b);
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
	t->depth = 0;
	t->bare = 0;
}
