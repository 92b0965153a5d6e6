/* udplite.c: Lightweight User Datagram Protocol, RFC 3828. */
#include <sessdump/dissector.h>

enum { UDPLITE_HEADER = 8 };

static enum verdict
udplite_dissect(struct packet *p, struct cursor *c)
{
	uint32_t whole = packet_wire_left(p, c), coverage;
	const uint8_t *h;

	flow_ports(p, c);
	h = cursor_take(c, UDPLITE_HEADER);
	if (h == NULL)
		return DISSECT_SHORT;
	/* Where UDP has a length; the datagram always ends with the IP's. */
	coverage = be16(h + 4);
	if (coverage != 0 && (coverage < UDPLITE_HEADER || coverage > whole))
		return DISSECT_MALFORMED;
	flow_transport(p, c);
	packet_next_of(p, TABLE_UDP_PORT, p->flow.dport, p->flow.sport);
	return p->flow.payload_len > 0 ? DISSECT_OK : DISSECT_DONE;
}

static void
udplite_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < UDPLITE_HEADER)
		return;
	writer_number(w, "source_port", be16(h));
	writer_number(w, "destination_port", be16(h + 2));
	writer_number(w, "checksum_coverage", be16(h + 4));
	writer_hex(w, "checksum", be16(h + 6));
}

DISSECTOR(udplite) = {
	DISSECTOR_ABI,
	.name = "udplite",
	.title = "Lightweight User Datagram Protocol (RFC 3828)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 136 }),
	.dissect = udplite_dissect,
	.print = udplite_print,
};
