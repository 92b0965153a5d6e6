/* slip.c: Serial Line IP, RFC 1055, as LINKTYPE_SLIP has it. */
#include <sessdump/dissector.h>

enum {
	SLIP_HEADER	= 16,	/* direction, and the compressed header as it
				 * was on the line: the packet behind it is
				 * whole */
	SLIP_SENT	= 1,	/* direction; 0 is received */
};

static int
begins_ip(unsigned int byte)
{
	return byte >> 4 == 4 || byte >> 4 == 6;
}

static enum verdict
slip_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 1);

	if (h == NULL)
		return DISSECT_SHORT;
	/* Some write the packet alone. */
	if (!begins_ip(h[0])) {
		if (h[0] > SLIP_SENT)
			return DISSECT_MALFORMED;
		if (cursor_take(c, SLIP_HEADER) == NULL)
			return DISSECT_SHORT;
	}
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IP_ANY);
	return DISSECT_OK;
}

static void
slip_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_bool(w, "sent", l->data[0] == SLIP_SENT);
	writer_hex(w, "packet_type", l->data[1]);
}

DISSECTOR(slip) = {
	DISSECTOR_ABI,
	.name = "slip",
	.title = "Serial Line IP (RFC 1055)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 8 }),
	.dissect = slip_dissect,
	.print = slip_print,
};
