/* frelay.c: Frame Relay, ITU-T Q.922; multiprotocol, RFC 2427, and Cisco's. */
#include <sessdump/dissector.h>

enum {
	FRELAY_EA	= 0x01,	/* the last byte of the address */
	FRELAY_ADDRESS_MAX = 4,
	FRELAY_UI	= 0x03,
	FRELAY_DLCI_LMI	= 0,	/* signalling */

	NLPID_PAD	= 0x00,
	NLPID_SNAP	= 0x80,
	NLPID_IPV6	= 0x8e,
	NLPID_IPV4	= 0xcc,
	NLPID_PPP	= 0xcf,

	SNAP_ETHERTYPE	= 0x000000,
	SNAP_BRIDGED	= 0x0080c2,
	BRIDGED_FCS	= 0x0001,	/* 802.3 with its FCS */
	BRIDGED		= 0x0007,	/* 802.3 */

	ETHERTYPE_IPV4	= 0x0800,
	ETHERTYPE_ETHERNET = 0x6558,
	ETHERTYPE_IPV6	= 0x86dd,
	ETHERTYPE_PPP	= 0x880b,
};

/* The address is 2 to 4 bytes, the last of them odd; 0 when it is none. */
static size_t
frelay_address(const uint8_t *h, size_t len)
{
	for (size_t n = 0; n < len && n < FRELAY_ADDRESS_MAX; n++)
		if (h[n] & FRELAY_EA)
			return n > 0 ? n + 1 : 0;
	return 0;
}

/* Data link connection identifier of 10, 16 or 23 bits. */
static uint32_t
frelay_dlci(const uint8_t *h, size_t alen)
{
	uint32_t dlci = (h[0] & 0xfcU) << 2 | h[1] >> 4;

	if (alen == 4)
		dlci = dlci << 7 | h[2] >> 1;
	if (alen > 2)
		dlci = dlci << 6 | h[alen - 1] >> 2;
	return dlci;
}

static enum verdict
frelay_snap(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, 5);
	unsigned int oui, type;

	if (h == NULL)
		return DISSECT_SHORT;
	oui = be24(h);
	type = be16(h + 3);
	if (oui == SNAP_BRIDGED && (type == BRIDGED || type == BRIDGED_FCS)) {
		if (type == BRIDGED_FCS)
			packet_trailer(p, c, 4);
		type = ETHERTYPE_ETHERNET;
	} else if (oui != SNAP_ETHERTYPE || type <= ETHERNET_MAX_LEN)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

/* RFC 2427: the network layer protocol identifier, behind a pad or not. */
static enum verdict
frelay_nlpid(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, 1);

	if (h != NULL && h[0] == NLPID_PAD)
		h = cursor_take(c, 1);
	if (h == NULL)
		return DISSECT_SHORT;
	switch (h[0]) {
	case NLPID_SNAP:
		return frelay_snap(p, c);
	case NLPID_IPV4:
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IPV4);
		return DISSECT_OK;
	case NLPID_IPV6:
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_IPV6);
		return DISSECT_OK;
	case NLPID_PPP:
		packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_PPP);
		return DISSECT_OK;
	}
	return DISSECT_DONE;
}

static enum verdict
frelay_dissect(struct packet *p, struct cursor *c)
{
	size_t alen = frelay_address(c->p, cursor_left(c));
	const uint8_t *h = c->p;
	unsigned int type;

	if (alen == 0)
		return cursor_left(c) < FRELAY_ADDRESS_MAX ? DISSECT_SHORT :
		    DISSECT_MALFORMED;
	if (cursor_take(c, alen) == NULL || cursor_peek(c, 1) == NULL)
		return DISSECT_SHORT;
	if (c->p[0] == FRELAY_UI) {
		cursor_take(c, 1);
		return frelay_nlpid(p, c);
	}
	if (frelay_dlci(h, alen) == FRELAY_DLCI_LMI)
		return DISSECT_DONE;
	/* Cisco's own form has an EtherType right behind the address. */
	if ((h = cursor_take(c, 2)) == NULL)
		return DISSECT_SHORT;
	type = be16(h);
	if (type <= ETHERNET_MAX_LEN)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
frelay_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	size_t alen = frelay_address(l->data, l->header);
	const uint8_t *h = l->data + alen;
	size_t left = l->header - alen;

	(void)p;
	if (alen == 0)
		return;
	writer_number(w, "dlci", frelay_dlci(l->data, alen));
	if (left == 2 && h[0] != FRELAY_UI)
		writer_hex(w, "protocol", be16(h));
	if (left < 2 || h[0] != FRELAY_UI)
		return;
	writer_hex(w, "control", h[0]);
	if (h[1] == NLPID_PAD && left > 2)
		h++, left--;
	writer_hex(w, "nlpid", h[1]);
	if (left < 7)
		return;
	writer_hex(w, "oui", be24(h + 2));
	writer_hex(w, "protocol_id", be16(h + 5));
}

DISSECTOR(frelay) = {
	DISSECTOR_ABI,
	.name = "frelay",
	.title = "Frame Relay (Q.922, RFC 2427)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 107 }),
	.dissect = frelay_dissect,
	.print = frelay_print,
};
