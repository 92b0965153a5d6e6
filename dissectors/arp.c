/* arp.c: Address Resolution Protocol, RFC 826; Reverse ARP, RFC 903. */
#include <sessdump/dissector.h>

enum { ARP_HEADER = 8 };	/* the addresses follow */

static const char *const operation[] = {
	[1] = "request", [2] = "reply", [3] = "rarp_request",
	[4] = "rarp_reply", [8] = "inverse_request", [9] = "inverse_reply",
};

/* Two addresses of either kind, as long as the header says. */
static size_t
arp_len(const uint8_t *h)
{
	return ARP_HEADER + 2 * ((size_t)h[4] + h[5]);
}

static enum verdict
arp_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, ARP_HEADER);

	(void)p;
	if (h == NULL || cursor_take(c, arp_len(h)) == NULL)
		return DISSECT_SHORT;
	return DISSECT_DONE;
}

static const uint8_t *
arp_hardware(struct writer *w, const char *name, const uint8_t *a, size_t len)
{
	if (len == 6)
		writer_mac(w, name, a);
	else
		writer_bytes(w, name, a, len);
	return a + len;
}

static const uint8_t *
arp_protocol(struct writer *w, const char *name, const uint8_t *a, size_t len)
{
	if (len == 4)
		writer_ipv4(w, name, a);
	else
		writer_bytes(w, name, a, len);
	return a + len;
}

static void
arp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data, *a = h + ARP_HEADER;
	unsigned int op = be16(h + 6);

	(void)p;
	writer_number(w, "hardware_type", be16(h));
	writer_hex(w, "protocol_type", be16(h + 2));
	writer_number(w, "opcode", op);
	if (op < sizeof(operation) / sizeof(operation[0]) &&
	    operation[op] != NULL)
		writer_string(w, "operation", operation[op],
		    strlen(operation[op]));
	a = arp_hardware(w, "sender_hardware", a, h[4]);
	a = arp_protocol(w, "sender_protocol", a, h[5]);
	a = arp_hardware(w, "target_hardware", a, h[4]);
	arp_protocol(w, "target_protocol", a, h[5]);
}

DISSECTOR(arp) = {
	DISSECTOR_ABI,
	.name = "arp",
	.title = "Address Resolution Protocol (RFC 826), Reverse ARP (RFC 903)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x0806 },
	    { TABLE_ETHERTYPE, 0x8035 }),
	.dissect = arp_dissect,
	.print = arp_print,
};
