/* nflog.c: Linux netfilter log messages, LINKTYPE_NFLOG. */
#include <sessdump/dissector.h>

enum {
	NFLOG_HEADER	= 4,	/* family, version, resource */
	NFLOG_TLV	= 4,	/* length and type of an attribute */
	NFLOG_TYPE	= 0x7fff,	/* the rest of it is a flag */

	NFULA_PACKET_HDR = 1,	/* EtherType (network order), hook */
	NFULA_MARK	= 2,
	NFULA_IFINDEX_INDEV = 4,
	NFULA_IFINDEX_OUTDEV = 5,
	NFULA_PAYLOAD	= 9,
	NFULA_PREFIX	= 10,

	FAMILY_IPV4	= 2,
	FAMILY_IPV6	= 10,
};

/* An attribute; its numbers are in the order of the capturing host. */
struct tlv {
	unsigned int type;
	uint32_t len;		/* of the value */
	const uint8_t *value;	/* NULL when it goes past the cursor */
};

/* The order shows in the first attribute: all types are below 256. */
static int
nflog_big_endian(const uint8_t *tlv)
{
	return le16(tlv + 2) > UINT8_MAX;
}

/* 1 and the attribute; 0 when no whole header of one is left; -1 when it
 * says that it is shorter than that. */
static int
tlv_next(struct cursor *c, int big, struct tlv *t)
{
	const uint8_t *h = cursor_take(c, NFLOG_TLV);
	uint32_t len;

	if (h == NULL)
		return 0;
	len = big ? be16(h) : le16(h);
	t->type = (big ? be16(h + 2) : le16(h + 2)) & NFLOG_TYPE;
	if (len < NFLOG_TLV)
		return -1;
	t->len = len - NFLOG_TLV;
	/* The payload is last and the only one that may be cut. */
	t->value = t->type == NFULA_PAYLOAD ? c->p : cursor_take(c, t->len);
	if (t->value != NULL && t->type != NFULA_PAYLOAD &&
	    cursor_take(c, -t->len & 3) == NULL)
		c->p = c->end;
	return 1;
}

static unsigned int
nflog_ethertype(unsigned int family)
{
	switch (family) {
	case FAMILY_IPV4:
		return 0x0800;
	case FAMILY_IPV6:
		return 0x86dd;
	}
	return 0;
}

static enum verdict
nflog_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, NFLOG_HEADER);
	unsigned int type;
	struct tlv t;
	int big, r;

	if (h == NULL)
		return DISSECT_SHORT;
	if (h[1] != 0)
		return DISSECT_MALFORMED;
	type = nflog_ethertype(h[0]);
	if (cursor_peek(c, NFLOG_TLV) == NULL)
		return packet_wire_left(p, c) > 0 ? DISSECT_SHORT :
		    DISSECT_DONE;
	big = nflog_big_endian(c->p);
	while ((r = tlv_next(c, big, &t)) == 1) {
		if (t.value == NULL)
			return DISSECT_SHORT;
		/* A bridge logs frames of any kind. */
		if (t.type == NFULA_PACKET_HDR && type == 0 && t.len >= 2)
			type = be16(t.value);
		if (t.type == NFULA_PAYLOAD)
			break;
	}
	if (r == -1)
		return DISSECT_MALFORMED;
	if (r == 0)
		return packet_is_cut(p) ? DISSECT_SHORT : DISSECT_DONE;
	packet_limit(p, c, t.len);
	if (type <= ETHERNET_MAX_LEN)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
tlv_print(const struct tlv *t, struct writer *w)
{
	const uint8_t *v = t->value;

	if (t->type == NFULA_PREFIX)
		writer_string(w, "prefix", (const char *)v,
		    strnlen((const char *)v, t->len));
	if (t->len < 4)
		return;
	/* Values, unlike headers, are in network order. */
	switch (t->type) {
	case NFULA_PACKET_HDR:
		writer_hex(w, "hw_protocol", be16(v));
		writer_number(w, "hook", v[2]);
		break;
	case NFULA_MARK:
		writer_hex(w, "mark", be32(v));
		break;
	case NFULA_IFINDEX_INDEV:
		writer_number(w, "ifindex_indev", be32(v));
		break;
	case NFULA_IFINDEX_OUTDEV:
		writer_number(w, "ifindex_outdev", be32(v));
		break;
	}
}

static void
nflog_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	struct cursor c = { l->data, l->data + l->header };
	const uint8_t *h = cursor_take(&c, NFLOG_HEADER);
	uint32_t said = 0;
	struct tlv t;
	int big;

	(void)p;
	writer_number(w, "family", h[0]);
	writer_number(w, "resource_id", be16(h + 2));
	if (cursor_peek(&c, NFLOG_TLV) == NULL)
		return;
	big = nflog_big_endian(c.p);
	while (tlv_next(&c, big, &t) == 1 && t.value != NULL) {
		/* A message that repeats itself is said once. */
		if (t.type > NFULA_PREFIX || said >> t.type & 1)
			continue;
		said |= UINT32_C(1) << t.type;
		if (t.type != NFULA_PAYLOAD)
			tlv_print(&t, w);
	}
}

DISSECTOR(nflog) = {
	DISSECTOR_ABI,
	.name = "nflog",
	.title = "Linux netfilter log (LINKTYPE_NFLOG)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 239 }),
	.dissect = nflog_dissect,
	.print = nflog_print,
};
