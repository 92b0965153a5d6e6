/* udpencap.c: UDP encapsulation of ESP and IKE, RFC 3948. */
#include <sessdump/dissector.h>

enum {
	UDPENCAP_MARKER	= 4,	/* bytes: zero before IKE, else an SPI */
	UDPENCAP_LEAST	= 16,	/* of ESP: header, and a block or its ICV */
	SPI_FIRST	= 256,	/* those below are reserved */
};

/* The session is that of UDP port 4500: what is inside has no ports. */
static enum verdict
udpencap_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, UDPENCAP_MARKER);
	uint32_t spi;

	/* One byte alone, 0xff, is a keep-alive for the NAT. */
	if (h == NULL)
		return dissect_guess_short(p);
	spi = be32(h);
	if (spi == 0) {
		cursor_take(c, UDPENCAP_MARKER);
		return DISSECT_DONE;
	}
	if (spi < SPI_FIRST || packet_wire_left(p, c) < UDPENCAP_LEAST)
		return DISSECT_DONE;
	packet_next(p, TABLE_IP_PROTOCOL, 50);
	return DISSECT_OK;
}

static void
udpencap_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	if (l->header == UDPENCAP_MARKER)
		writer_bool(w, "ike", 1);
}

DISSECTOR(udpencap) = {
	DISSECTOR_ABI,
	.name = "udpencap",
	.title = "UDP encapsulation of IPsec (RFC 3948)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 4500 }),
	.dissect = udpencap_dissect,
	.print = udpencap_print,
};
