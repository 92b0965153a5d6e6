/* geneve.c: Generic Network Virtualization Encapsulation, RFC 8926. */
#include <sessdump/dissector.h>

enum {
	GENEVE_HEADER	= 8,
	GENEVE_OPTIONS	= 0x3f,		/* length in words, in byte 0, */
	GENEVE_VERSION	= 0xc0,		/* and the version, 0 */
	GENEVE_CONTROL	= 0x80,		/* in byte 1 */
	GENEVE_CRITICAL	= 0x40,
	GENEVE_RESERVED	= 0x3f,
	GENEVE_ETHERTYPES = 0x0600,	/* from here they are */
};

static int
geneve_sane(const uint8_t *h)
{
	return (h[0] & GENEVE_VERSION) == 0 && (h[1] & GENEVE_RESERVED) == 0 &&
	    be16(h + 2) >= GENEVE_ETHERTYPES && h[7] == 0;
}

static enum verdict
geneve_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, GENEVE_HEADER);
	uint32_t len;

	if (h == NULL)
		return dissect_guess_short(p);
	len = GENEVE_HEADER + (h[0] & GENEVE_OPTIONS) * 4U;
	if (!geneve_sane(h) || len > packet_wire_left(p, c))
		return DISSECT_DONE;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	if (h[1] & GENEVE_CONTROL)
		return DISSECT_DONE;
	packet_tunnel(p, be24(h + 4), 1);
	packet_next(p, TABLE_ETHERTYPE, be16(h + 2));
	return DISSECT_OK;
}

static void
geneve_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	struct cursor c = { l->data, l->data + l->header };
	const uint8_t *h = cursor_take(&c, GENEVE_HEADER), *o;
	uint32_t len;

	(void)p;
	if (h == NULL)
		return;
	writer_number(w, "vni", be24(h + 4));
	writer_hex(w, "protocol", be16(h + 2));
	writer_bool(w, "critical", (h[1] & GENEVE_CRITICAL) != 0);
	if (cursor_left(&c) == 0)
		return;
	writer_list(w, "options");
	while ((o = cursor_take(&c, 4)) != NULL) {
		len = (o[3] & 0x1fU) * 4;
		if (cursor_take(&c, len) == NULL)
			break;
		writer_object(w, NULL);
		writer_hex(w, "class", be16(o));
		writer_hex(w, "type", o[2]);
		writer_bytes(w, "data", o + 4, len);
		writer_end(w);
	}
	writer_end(w);
}

DISSECTOR(geneve) = {
	DISSECTOR_ABI,
	.name = "geneve",
	.title = "Generic Network Virtualization Encapsulation (RFC 8926)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 6081 }),
	.dissect = geneve_dissect,
	.print = geneve_print,
};
