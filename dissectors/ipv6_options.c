/* ipv6_options.c: IPv6 Hop-by-Hop and Destination Options, RFC 8200. */
#include <sessdump/dissector.h>

enum {
	OPTIONS_UNIT	= 8,	/* of the length, which does not count the
				 * first one */
	OPTION_PAD1	= 0,
	OPTION_PADN	= 1,
	OPTION_ROUTER_ALERT = 5,	/* RFC 2711 */
	OPTION_JUMBO	= 0xc2,		/* RFC 2675 */
	OPTION_HOME	= 0xc9,		/* RFC 6275 */
};

/* The next option that is no padding; NULL at the end, and with bytes left
 * where one is not whole. */
static const uint8_t *
option_next(struct cursor *c)
{
	const uint8_t *o;

	while ((o = cursor_peek(c, 1)) != NULL) {
		if (o[0] == OPTION_PAD1) {
			cursor_take(c, 1);
			continue;
		}
		if (cursor_left(c) < 2 || cursor_take(c, o[1] + 2U) == NULL)
			return NULL;
		if (o[0] != OPTION_PADN)
			return o;
	}
	return NULL;
}

/* A mobile node away from home: checksums are of its home address and not of
 * the header's source, RFC 6275 section 11.3.1.  Options that cannot be walked
 * may hide one. */
static int
may_be_rerouted(struct cursor c)
{
	const uint8_t *o;

	while ((o = option_next(&c)) != NULL)
		if (o[0] == OPTION_HOME)
			return 1;
	return cursor_left(&c) > 0;
}

static enum verdict
ipv6_options_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 2);

	/* 0 and 60 mean nothing of the kind in IPv4. */
	if (p->flow.ip_version != 6)
		return DISSECT_DONE;
	if (h == NULL || cursor_take(c, (h[1] + 1U) * OPTIONS_UNIT) == NULL)
		return DISSECT_SHORT;
	if (may_be_rerouted((struct cursor){ h + 2, c->p }))
		p->flow.has |= FLOW_REROUTED;
	p->flow.protocol = h[0];
	packet_next(p, TABLE_IP_PROTOCOL, h[0]);
	return DISSECT_OK;
}

static void
option_print(const uint8_t *o, unsigned int len, struct writer *w)
{
	writer_object(w, NULL);
	writer_hex(w, "type", o[0]);
	if (o[0] == OPTION_ROUTER_ALERT && len == 2)
		writer_number(w, "router_alert", be16(o + 2));
	else if (o[0] == OPTION_JUMBO && len == 4)
		writer_number(w, "jumbo_payload_length", be32(o + 2));
	else if (o[0] == OPTION_HOME && len == 16)
		writer_ipv6(w, "home_address", o + 2);
	else
		writer_bytes(w, "data", o + 2, len);
	writer_end(w);
}

static void
ipv6_options_print(const struct packet *p, const struct layer *l,
    struct writer *w)
{
	struct cursor c = { l->data, l->data + l->header };
	const uint8_t *h = cursor_take(&c, 2), *o;

	(void)p;
	if (h == NULL)
		return;
	writer_number(w, "next_header", h[0]);
	writer_list(w, "options");
	while ((o = option_next(&c)) != NULL)
		option_print(o, o[1], w);
	writer_end(w);
}

DISSECTOR(ipv6_options) = {
	DISSECTOR_ABI,
	.name = "ipv6_options",
	.title = "IPv6 Hop-by-Hop and Destination Options (RFC 8200)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 0 },
	    { TABLE_IP_PROTOCOL, 60 }),
	.dissect = ipv6_options_dissect,
	.print = ipv6_options_print,
};
