/* outbuf.c: text on its way to a descriptor, in large writes. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/fmt.h"
#include "output/outbuf.h"

int
outbuf_init(struct outbuf *o, int fd)
{
	o->data = malloc(OUTBUF_SIZE);
	if (o->data == NULL)
		return -1;
	o->p = o->data;
	o->limit = o->data + OUTBUF_SIZE - OUTBUF_ROOM;
	o->fd = fd;
	o->error = 0;
	o->stop = NULL;
	return 0;
}

void
outbuf_fini(struct outbuf *o)
{
	free(o->data);
	o->data = NULL;
}

/* A descriptor that was left non-blocking by somebody else is waited for. */
static int
wait_writable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	return poll(&pfd, 1, -1) == -1 ? -1 : 0;
}

int
outbuf_flush(struct outbuf *o)
{
	const char *s = o->data;

	while (s < o->p && o->error == 0) {
		ssize_t n = write(o->fd, s, (size_t)(o->p - s));

		if (n >= 0)
			s += n;
		else if (errno == EAGAIN && wait_writable(o->fd) == 0)
			continue;
		else if (errno != EINTR || (o->stop != NULL && *o->stop))
			o->error = errno;
	}
	o->p = o->data;
	return o->error == 0 ? 0 : -1;
}

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

static void
json_ascii(struct outbuf *o, uint8_t c)
{
	char *p = outbuf_room(o);

	if (c == '"' || c == '\\') {
		*p++ = '\\';
		*p++ = (char)c;
	} else if (c < 0x20 || c == 0x7f) {
		p = fmt_hex(fmt_bytes(p, "\\u", 2), c, 4);
	} else {
		*p++ = (char)c;
	}
	o->p = p;
}

void
outbuf_json(struct outbuf *o, const char *s, size_t n)
{
	const uint8_t *u = (const uint8_t *)s;

	outbuf_char(o, '"');
	for (size_t i = 0; i < n;) {
		size_t len = utf8_length(u + i, n - i);

		if (len == 0)
			outbuf_add(o, "\xef\xbf\xbd", 3);
		else if (len == 1)
			json_ascii(o, u[i]);
		else
			outbuf_add(o, s + i, len);
		i += len == 0 ? 1 : len;
	}
	outbuf_char(o, '"');
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
