/* outbuf.c: text put into a buffer; outflush.c writes it out. */
#include "output/fmt.h"
#include "output/outbuf.h"

void
outbuf_u64(struct outbuf *o, uint64_t v)
{
	o->p = fmt_u64(outbuf_room(o), v);
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), or 0. */
static size_t
utf8_length(const uint8_t *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
	    s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* ASCII that is not plain. */
static void
json_escape(struct outbuf *o, uint8_t c)
{
	char *p = outbuf_room(o);

	*p++ = '\\';
	if (c == '"' || c == '\\')
		*p++ = (char)c;
	else
		p = fmt_hex2(PUT(p, "u00"), c);
	o->p = p;
}

/* ASCII that needs no escape. */
static int
is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

#define BYTES(c) (UINT64_C(0x0101010101010101) * (c))

/* Is one of the eight less than c?  Right where none is above 0x7f. */
static inline uint64_t
any_below(uint64_t x, uint8_t c)
{
	return (x - BYTES(c)) & ~x & BYTES(0x80);
}

/* Eight of them, side by side. */
static inline int
are_plain(uint64_t x)
{
	return (((x + BYTES(1)) | x) & BYTES(0x80)) == 0 &&
	    (any_below(x, 0x20) | any_below(x ^ BYTES('"'), 1) |
	    any_below(x ^ BYTES('\\'), 1)) == 0;
}

/* Copies up to the first that is not plain: how many there were. */
static inline size_t
copy_plain(char *p, const char *s, size_t n)
{
	size_t i = 0;
	uint64_t x;

	for (; n - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, s + i, sizeof(x));
		if (!are_plain(x))
			break;
		memcpy(p + i, &x, sizeof(x));
	}
	for (; i < n && is_plain((uint8_t)s[i]); i++)
		p[i] = s[i];
	return i;
}

/* What is long, or not plain; apart from words, which save no registers
 * then. */
static __attribute__((noinline)) void
json_text(struct outbuf *o, const char *s, size_t n)
{
	const uint8_t *u = (const uint8_t *)s;
	size_t len;

	outbuf_char(o, '"');
	for (size_t i = 0; i < n; i += len) {
		len = n - i < OUTBUF_ROOM ? n - i : OUTBUF_ROOM;
		len = copy_plain(outbuf_room(o), s + i, len);
		o->p += len;
		if (len > 0)
			continue;
		len = utf8_length(u + i, n - i);
		if (len == 0) {
			outbuf_add(o, "\xef\xbf\xbd", 3);
			len = 1;
		} else if (len == 1) {
			json_escape(o, u[i]);
		} else {
			outbuf_add(o, s + i, len);
		}
	}
	outbuf_char(o, '"');
}

void
outbuf_json(struct outbuf *o, const char *s, size_t n)
{
	char *p = o->p;
	size_t i = 0;

	if (p <= o->limit && n < sizeof(uint64_t))
		while (i < n && is_plain((uint8_t)s[i])) {
			p[i + 1] = s[i];
			i++;
		}
	if (p > o->limit || i < n) {
		json_text(o, s, n);
		return;
	}
	p[0] = p[n + 1] = '"';
	o->p = p + n + 2;
}

void
outbuf_hex(struct outbuf *o, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		o->p = fmt_hex2(outbuf_room(o), b[i]);
}

void
outbuf_safe(struct outbuf *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			outbuf_char(o, (char)c);
		} else {
			outbuf_add(o, "\\x", 2);
			o->p = fmt_hex(outbuf_room(o), c, 2);
		}
	}
}

void
outbuf_pad(struct outbuf *o, size_t width, size_t column)
{
	for (; width < column; width++)
		outbuf_char(o, ' ');
}
