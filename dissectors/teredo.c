/* teredo.c: Teredo, IPv6 over UDP through NATs, RFC 4380. */
#include <sessdump/dissector.h>

enum {
	TEREDO_ORIGIN	= 0,	/* indications, in front of the datagram */
	TEREDO_AUTH	= 1,
	ORIGIN_HEADER	= 8,
	AUTH_HEADER	= 4,	/* type, lengths of identifier and value */
	AUTH_TRAILER	= 9,	/* nonce, confirmation */
	IPV6_HEADER	= 40,
};

/* Takes what stands before the IPv6 header; 0 when it is not whole. */
static int
teredo_indications(struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, AUTH_HEADER);

	if (h != NULL && be16(h) == TEREDO_AUTH && cursor_take(c,
	    AUTH_HEADER + (uint32_t)h[2] + h[3] + AUTH_TRAILER) == NULL)
		return 0;
	h = cursor_peek(c, 2);
	return h == NULL || be16(h) != TEREDO_ORIGIN ||
	    cursor_take(c, ORIGIN_HEADER) != NULL;
}

static enum verdict
teredo_dissect(struct packet *p, struct cursor *c)
{
	struct cursor ahead = *c;
	const uint8_t *ip;

	if (!teredo_indications(&ahead) ||
	    (ip = cursor_peek(&ahead, IPV6_HEADER)) == NULL)
		return dissect_guess_short(p);
	if (ip[0] >> 4 != 6 || IPV6_HEADER + (uint32_t)be16(ip + 4) >
	    packet_wire_left(p, &ahead))
		return DISSECT_DONE;
	*c = ahead;
	packet_tunnel(p, 0, 0);
	packet_next(p, TABLE_ETHERTYPE, 0x86dd);
	return DISSECT_OK;
}

static void
teredo_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	struct cursor c = { l->data, l->data + l->header };
	const uint8_t *h;
	uint8_t ip[4];
	unsigned int i;

	(void)p;
	h = cursor_peek(&c, AUTH_HEADER);
	if (h != NULL && be16(h) == TEREDO_AUTH) {
		writer_bool(w, "authentication", 1);
		cursor_take(&c, AUTH_HEADER + (uint32_t)h[2] + h[3] +
		    AUTH_TRAILER);
	}
	h = cursor_take(&c, ORIGIN_HEADER);
	if (h == NULL || be16(h) != TEREDO_ORIGIN)
		return;
	/* Inverted, lest a NAT should translate them. */
	for (i = 0; i < sizeof(ip); i++)
		ip[i] = h[4 + i] ^ 0xff;
	writer_ipv4(w, "origin", ip);
	writer_number(w, "origin_port", be16(h + 2) ^ 0xffff);
}

DISSECTOR(teredo) = {
	DISSECTOR_ABI,
	.name = "teredo",
	.title = "Teredo, IPv6 over UDP through NATs (RFC 4380)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 3544 }),
	.dissect = teredo_dissect,
	.print = teredo_print,
};
