/* ipv6_ext.c: IPv6 extension headers of the uniform format, RFC 6564:
 * Mobility (RFC 6275), HIP (RFC 7401), Shim6 (RFC 5533). */
#include <sessdump/dissector.h>

enum {
	EXT_UNIT	= 8,
	EXT_NO_NEXT	= 59,
};

static enum verdict
ipv6_ext_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 2);

	if (p->flow.ip_version != 6)
		return DISSECT_DONE;
	if (h == NULL || cursor_take(c, (h[1] + 1U) * EXT_UNIT) == NULL)
		return DISSECT_SHORT;
	/* Mostly the header is the message: then it is the transport. */
	if (h[0] == EXT_NO_NEXT)
		return DISSECT_DONE;
	p->flow.protocol = h[0];
	packet_next(p, TABLE_IP_PROTOCOL, h[0]);
	return DISSECT_OK;
}

static void
ipv6_ext_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < EXT_UNIT)
		return;
	writer_number(w, "next_header", h[0]);
	writer_bytes(w, "data", h + 2, l->header - 2);
}

DISSECTOR(ipv6_ext) = {
	DISSECTOR_ABI,
	.name = "ipv6_ext",
	.title = "IPv6 Mobility, HIP and Shim6 headers (RFC 6564)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 135 },
	    { TABLE_IP_PROTOCOL, 139 }, { TABLE_IP_PROTOCOL, 140 }),
	.dissect = ipv6_ext_dissect,
	.print = ipv6_ext_print,
};
