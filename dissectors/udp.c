/* udp.c: User Datagram Protocol, RFC 768. */
#include <sessdump/dissector.h>

enum {
	UDP_HEADER	= 8,
	UDP_CHECKSUM	= 6,
	UDP_PROTOCOL	= 17,
};

static enum verdict
udp_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h;
	uint32_t len;

	flow_ports(p, c);
	h = cursor_take(c, UDP_HEADER);
	if (h == NULL)
		return DISSECT_SHORT;
	len = be16(h + 4);
	/* 0: a jumbogram, RFC 2675 section 4, or left to the hardware. */
	if (len != 0 && len < UDP_HEADER)
		return DISSECT_MALFORMED;
	if (len != 0)
		packet_limit(p, c, len - UDP_HEADER);
	/* 0: there is none; over IPv6 for tunnels only, RFC 6935. */
	if (len != 0 && be16(h + UDP_CHECKSUM) != 0)
		flow_checksum(p, &(struct cursor){ h, c->end }, UDP_CHECKSUM,
		    UDP_PROTOCOL);
	flow_transport(p, c);
	packet_next_of(p, TABLE_UDP_PORT, p->flow.dport, p->flow.sport);
	return p->flow.payload_len > 0 ? DISSECT_OK : DISSECT_DONE;
}

static void
udp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	static const struct writer_field fields[] = {
		WRITER_FIELD("source_port", 0, WRITER_U16),
		WRITER_FIELD("destination_port", 2, WRITER_U16),
		WRITER_FIELD("length", 4, WRITER_U16),
		WRITER_FIELD("checksum", 6, WRITER_HEX16),
	};

	(void)p;
	if (l->header < UDP_HEADER)
		return;
	WRITER_FIELDS(w, fields, l->data);
}

DISSECTOR(udp) = {
	DISSECTOR_ABI,
	.name = "udp",
	.title = "User Datagram Protocol (RFC 768)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 17 }),
	.dissect = udp_dissect,
	.print = udp_print,
};
