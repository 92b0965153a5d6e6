/* l2tp.c: Layer Two Tunneling Protocol version 2, RFC 2661; and the headers of
 * version 3, RFC 3931, over UDP. */
#include <sessdump/dissector.h>

enum {
	L2TP_CONTROL	= 0x8000,
	L2TP_LENGTH	= 0x4000,
	L2TP_SEQUENCE	= 0x0800,
	L2TP_OFFSET	= 0x0200,
	L2TP_RESERVED	= 0x34f0,
	L2TP_VERSION	= 0x000f,
	L2TP_LEAST	= 6,	/* flags, tunnel and session */
	L2TP3_HEADER	= 8,	/* flags, reserved, session */
	L2TP_PPP	= 0x880b,
};

/* Where the tunnel's number stands, the session's right behind it. */
static uint32_t
l2tp_ids(unsigned int flags)
{
	return flags & L2TP_LENGTH ? 4 : 2;
}

static int
l2tp_sane(const struct packet *p, const struct cursor *c, const uint8_t *h)
{
	unsigned int flags = be16(h);
	uint32_t left = packet_wire_left(p, c), len;

	if (flags & L2TP_RESERVED)
		return 0;
	/* These bits are settled in control messages. */
	if (flags & L2TP_CONTROL && (flags & (L2TP_LENGTH | L2TP_SEQUENCE |
	    L2TP_OFFSET)) != (L2TP_LENGTH | L2TP_SEQUENCE))
		return 0;
	len = flags & L2TP_LENGTH ? be16(h + 2) : left;
	return len >= L2TP_LEAST && len <= left;
}

static enum verdict
l2tp_data(struct packet *p, struct cursor *c, const uint8_t *h)
{
	unsigned int flags = be16(h);
	uint32_t len = l2tp_ids(flags) + 4;
	const uint8_t *o;

	if (flags & L2TP_LENGTH)
		packet_limit(p, c, be16(h + 2));
	if (flags & L2TP_SEQUENCE)
		len += 4;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	if (flags & L2TP_OFFSET) {
		o = cursor_take(c, 2);
		if (o == NULL || cursor_take(c, be16(o)) == NULL)
			return DISSECT_SHORT;
	}
	/* "Zero length body": it carries sequence numbers only. */
	if (packet_wire_left(p, c) == 0)
		return DISSECT_DONE;
	packet_tunnel_one_way(p, be32(h + l2tp_ids(flags)));
	packet_next(p, TABLE_ETHERTYPE, L2TP_PPP);
	return DISSECT_OK;
}

static enum verdict
l2tp_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, L2TP3_HEADER);
	unsigned int version;

	if (h == NULL)
		return dissect_guess_short(p);
	version = be16(h) & L2TP_VERSION;
	if ((version != 2 && version != 3) || !l2tp_sane(p, c, h))
		return DISSECT_DONE;
	if (version == 2 && !(be16(h) & L2TP_CONTROL))
		return l2tp_data(p, c, h);
	/* Version 3 does not say how long its cookie is, nor what follows. */
	cursor_take(c, L2TP3_HEADER);
	return DISSECT_DONE;
}

static void
l2tp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	unsigned int flags;

	(void)p;
	if (l->header < L2TP3_HEADER)
		return;
	flags = be16(h);
	writer_number(w, "version", flags & L2TP_VERSION);
	writer_bool(w, "control", (flags & L2TP_CONTROL) != 0);
	if ((flags & L2TP_VERSION) == 3) {
		writer_hex(w, "session_id", be32(h + 4));
		return;
	}
	writer_number(w, "tunnel_id", be16(h + l2tp_ids(flags)));
	writer_number(w, "session_id", be16(h + l2tp_ids(flags) + 2));
}

DISSECTOR(l2tp) = {
	DISSECTOR_ABI,
	.name = "l2tp",
	.title = "Layer Two Tunneling Protocol (RFC 2661, RFC 3931)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 1701 }),
	.dissect = l2tp_dissect,
	.print = l2tp_print,
};
