/* ieee80211.c: wireless LAN frames, IEEE 802.11. */
#include <sessdump/dissector.h>

enum {
	/* Lengths of headers. */
	WLAN_CONTROL	= 10,	/* the shortest: ACK, CTS */
	WLAN_HEADER	= 24,	/* management, data */
	WLAN_ADDRESS	= 6,	/* a fourth one, between two access points */
	WLAN_QOS	= 2,
	WLAN_HT		= 4,	/* HT control */
	WLAN_SUBFRAME	= 14,	/* of an A-MSDU: addresses and length */

	/* First byte of frame control. */
	FC_VERSION	= 0x03,
	FC_TYPE		= 0x0c,
	FC_MANAGEMENT	= 0x00,
	FC_CONTROL	= 0x04,
	FC_DATA		= 0x08,
	FC_NO_DATA	= 0x40,	/* of a data frame: null function */
	FC_QOS		= 0x80,	/* of a data frame */

	/* Second byte. */
	FC_TO_DS	= 0x01,
	FC_FROM_DS	= 0x02,
	FC_PROTECTED	= 0x40,
	FC_ORDER	= 0x80,	/* with QoS: there is HT control */

	QOS_A_MSDU	= 0x80,
	SEQ_FRAGMENT	= 0x000f,
};

/* LLC with SNAP and an EtherType, which IP always has here. */
static int
is_snap(const struct cursor *c, size_t at)
{
	const uint8_t *h = cursor_peek(c, at + 6);

	return h != NULL && be24(h + at) == 0xaaaa03 &&
	    be24(h + at + 3) == 0;
}

/* Length of a data frame's header, before padding and A-MSDU. */
static size_t
data_header(const uint8_t *h)
{
	size_t len = WLAN_HEADER;

	if ((h[1] & (FC_TO_DS | FC_FROM_DS)) == (FC_TO_DS | FC_FROM_DS))
		len += WLAN_ADDRESS;
	if (h[0] & FC_QOS) {
		len += WLAN_QOS;
		if (h[1] & FC_ORDER)
			len += WLAN_HT;
	}
	return len;
}

/*
 * The first of the frames that were put together; the others would need a
 * packet each.
 */
static enum verdict
a_msdu(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, WLAN_SUBFRAME);

	if (h == NULL)
		return DISSECT_SHORT;
	packet_limit(p, c, be16(h + 12));
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_LLC);
	return DISSECT_OK;
}

static enum verdict
data_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, WLAN_HEADER), *qos;
	size_t len, pad;

	if (h == NULL)
		return DISSECT_SHORT;
	len = data_header(h);
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	if (h[0] & FC_NO_DATA || le16(h + 22) & SEQ_FRAGMENT)
		return DISSECT_DONE;
	/* Some drivers align the body to four bytes. */
	pad = -len & 3;
	if (pad > 0 && packet_is_cut(p) && cursor_peek(c, pad + 6) == NULL)
		return DISSECT_SHORT;
	if (pad > 0 && !is_snap(c, 0) && is_snap(c, pad))
		cursor_take(c, pad);
	/* Some drivers decrypt and leave the bit as it was. */
	if (h[1] & FC_PROTECTED && !is_snap(c, 0))
		return DISSECT_DONE;
	qos = h + len - WLAN_QOS - (h[1] & FC_ORDER ? WLAN_HT : 0);
	if (h[0] & FC_QOS && qos[0] & QOS_A_MSDU && !is_snap(c, 0))
		return a_msdu(p, c);
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_LLC);
	return DISSECT_OK;
}

static enum verdict
ieee80211_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, 2);

	if (h == NULL)
		return DISSECT_SHORT;
	switch (h[0] & (FC_TYPE | FC_VERSION)) {
	case FC_DATA:
		return data_dissect(p, c);
	case FC_MANAGEMENT:
		return cursor_take(c, WLAN_HEADER) == NULL ? DISSECT_SHORT :
		    DISSECT_DONE;
	case FC_CONTROL:
		return cursor_take(c, WLAN_CONTROL) == NULL ? DISSECT_SHORT :
		    DISSECT_DONE;
	}
	cursor_take(c, 2);	/* an extension, or another version */
	return DISSECT_DONE;
}

/* Where the addresses of the MAC service stand, by the two DS bits. */
static void
data_print(const uint8_t *h, struct writer *w)
{
	static const struct {
		uint8_t source, destination;
	} at[] = {
		[0] = { 10, 4 },
		[FC_TO_DS] = { 10, 16 },
		[FC_FROM_DS] = { 16, 4 },
		[FC_TO_DS | FC_FROM_DS] = { 24, 16 },
	};
	unsigned int ds = h[1] & (FC_TO_DS | FC_FROM_DS);

	writer_mac(w, "source", h + at[ds].source);
	writer_mac(w, "destination", h + at[ds].destination);
}

static void
ieee80211_print(const struct packet *p, const struct layer *l,
    struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	writer_number(w, "version", h[0] & FC_VERSION);
	writer_number(w, "type", (h[0] & FC_TYPE) >> 2);
	writer_number(w, "subtype", h[0] >> 4);
	writer_hex(w, "flags", h[1]);
	if (l->header < WLAN_CONTROL)
		return;
	writer_number(w, "duration", le16(h + 2));
	writer_mac(w, "receiver", h + 4);
	if (l->header < WLAN_HEADER)
		return;
	writer_mac(w, "transmitter", h + 10);
	if ((h[0] & FC_TYPE) == FC_DATA)
		data_print(h, w);
	else
		writer_mac(w, "bssid", h + 16);
	writer_number(w, "fragment", le16(h + 22) & SEQ_FRAGMENT);
	writer_number(w, "sequence", le16(h + 22) >> 4);
	writer_bool(w, "protected", (h[1] & FC_PROTECTED) != 0);
}

DISSECTOR(ieee80211) = {
	DISSECTOR_ABI,
	.name = "ieee80211",
	.title = "Wireless LAN (IEEE 802.11)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 105 }),
	.dissect = ieee80211_dissect,
	.print = ieee80211_print,
};
