/* text_dump.c: the bytes of a frame, as -x, -X and -A show them. */
#include <sessdump/dissector.h>

#include "output/fmt.h"
#include "output/text.h"

enum { BYTES_A_LINE = 16 };

/* A space, too, is a dot among bytes: it could not be told from none. */
static char
printable(uint8_t c)
{
	return c > 0x20 && c < 0x7f ? (char)c : '.';
}

static void
hex_line(struct outbuf *o, const uint8_t *b, size_t n, size_t offset,
    int with_ascii)
{
	char *p = outbuf_room(o);

	p = fmt_hex(fmt_bytes(p, "\t0x", 3), offset, 4);
	*p++ = ':';
	*p++ = ' ';
	for (size_t i = 0; i < BYTES_A_LINE; i++) {
		if (i % 2 == 0)
			*p++ = ' ';
		if (i < n)
			p = fmt_hex(p, b[i], 2);
		else if (with_ascii)
			p = fmt_bytes(p, "  ", 2);
	}
	if (with_ascii) {
		p = fmt_bytes(p, "  ", 2);
		for (size_t i = 0; i < n; i++)
			*p++ = printable(b[i]);
	} else {
		while (p[-1] == ' ')
			p--;
	}
	*p++ = '\n';
	o->p = p;
}

static void
ascii(struct outbuf *o, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (b[i] == '\r')
			continue;
		outbuf_char(o, b[i] == '\n' || b[i] == '\t' || b[i] == ' ' ?
		    (char)b[i] : printable(b[i]));
	}
	outbuf_char(o, '\n');
}

/* Does the layer stand in the frame, or in a datagram put together? */
static int
in_frame(const struct packet *p, const struct layer *l)
{
	return l->data >= p->frame->data &&
	    l->data < p->frame->data + p->frame->caplen;
}

/* Behind the link header and the tags: where the network layer begins. */
static const uint8_t *
network_start(const struct packet *p)
{
	static const char *const network[] = { "ipv4", "ipv6", "arp" };

	for (unsigned int i = 0; i < p->nlayers; i++)
		for (unsigned int n = 0; n < 3; n++)
			if (strcmp(p->layer[i].dissector->name,
			    network[n]) == 0 && in_frame(p, &p->layer[i]))
				return p->layer[i].data;
	if (p->nlayers > 1 && in_frame(p, &p->layer[1]))
		return p->layer[1].data;
	return p->frame->data;
}

/* Of several, the one that says most, as in tcpdump. */
void
text_dump(struct sink *k, const struct packet *p)
{
	const struct sink_options *opt = k->options;
	unsigned int times = opt->hex_ascii ? opt->hex_ascii : opt->hex ?
	    opt->hex : opt->ascii;
	const uint8_t *b = times > 1 ? p->frame->data : network_start(p);
	size_t n = (size_t)(p->frame->data + p->frame->caplen - b);

	if (!opt->hex && !opt->hex_ascii) {
		ascii(k->out, b, n);
		return;
	}
	for (size_t i = 0; i < n; i += BYTES_A_LINE)
		hex_line(k->out, b + i, n - i < BYTES_A_LINE ? n - i :
		    BYTES_A_LINE, i, opt->hex_ascii);
}
