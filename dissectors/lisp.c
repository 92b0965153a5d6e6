/* lisp.c: Locator/ID Separation Protocol: data, RFC 9300; encapsulated control
 * messages, RFC 9301. */
#include <sessdump/dissector.h>

enum {
	LISP_HEADER	= 8,
	LISP_INSTANCE	= 0x08,		/* I: the instance's number is given */
	LISP_CONTROL_PORT = 4342,
	LISP_CONTROL	= 4,		/* bytes before the datagram, */
	LISP_ENCAPSULATED = 8,		/* and the type that has one */
	IPV4_HEADER	= 20,
	IPV6_HEADER	= 40,
};

/* Its own header is any eight bytes: what proves it is the datagram inside. */
static unsigned int
lisp_inner(const uint8_t *ip, uint32_t left)
{
	if (ip[0] >> 4 == 4 && be16(ip + 2) >= IPV4_HEADER &&
	    be16(ip + 2) == left)
		return 0x0800;
	if (ip[0] >> 4 == 6 && IPV6_HEADER + (uint32_t)be16(ip + 4) == left)
		return 0x86dd;
	return 0;
}

static int
is_control(const struct packet *p)
{
	return p->flow.dport == LISP_CONTROL_PORT ||
	    p->flow.sport == LISP_CONTROL_PORT;
}

static enum verdict
lisp_dissect(struct packet *p, struct cursor *c)
{
	uint32_t len = is_control(p) ? LISP_CONTROL : LISP_HEADER;
	const uint8_t *h = cursor_peek(c, len + IPV4_HEADER);
	unsigned int type;

	if (h == NULL)
		return dissect_guess_short(p);
	type = lisp_inner(h + len, packet_wire_left(p, c) - len);
	if (type == 0 || (is_control(p) && h[0] >> 4 != LISP_ENCAPSULATED))
		return DISSECT_DONE;
	cursor_take(c, len);
	if (is_control(p))
		packet_tunnel(p, 0, 0);
	else
		packet_tunnel(p, h[0] & LISP_INSTANCE ? be24(h + 4) : 0,
		    h[0] & LISP_INSTANCE);
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
lisp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < LISP_HEADER)
		return;
	writer_hex(w, "flags", h[0]);
	writer_hex(w, "nonce", be24(h + 1));
	if (h[0] & LISP_INSTANCE)
		writer_number(w, "instance_id", be24(h + 4));
}

DISSECTOR(lisp) = {
	DISSECTOR_ABI,
	.name = "lisp",
	.title = "Locator/ID Separation Protocol (RFC 9300, RFC 9301)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 4341 },
	    { TABLE_UDP_PORT, LISP_CONTROL_PORT }),
	.dissect = lisp_dissect,
	.print = lisp_print,
};
