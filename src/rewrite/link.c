/* link.c: addresses of link layers, and of the protocol that finds them. */
#include "rewrite/impl.h"

extern const struct dissector dissector_arp, dissector_dsa,
    dissector_ethernet, dissector_fddi, dissector_ieee80211, dissector_sll,
    dissector_sll2;

enum {
	MAC		= 6,
	ADDRESSES	= 4,	/* in one header, at most */
	ARP_HEADER	= 8,
	ARP_IPV4	= 0x0800,
	SLL_LENGTH	= 4,	/* of the address, two bytes */
	SLL2_LENGTH	= 11,	/* one byte */
	WLAN_TO_AND_FROM = 0x03, /* both: it has a fourth address */
	WLAN_DATA	= 0x08,
	WLAN_TYPE	= 0x0c,
	WLAN_FOURTH	= 24,
};

/* Where a header has them; 0 behind the last but in the first place. */
static const struct row {
	const struct dissector *dissector;
	uint8_t at[ADDRESSES];
} rows[] = {
	{ &dissector_ethernet, { 0, 6 } },
	{ &dissector_dsa, { 0, 6 } },
	{ &dissector_fddi, { 1, 7 } },
	{ &dissector_sll, { 6 } },
	{ &dissector_sll2, { 12 } },
	{ &dissector_ieee80211, { 4, 10, 16, WLAN_FOURTH } },
};

/* Has the header an address of six bytes in that place? */
static int
has_mac(const struct layer *l, unsigned int at)
{
	const uint8_t *h = l->data;

	if (l->header < at + MAC)
		return 0;
	if (l->dissector == &dissector_sll)
		return be16(h + SLL_LENGTH) == MAC;
	if (l->dissector == &dissector_sll2)
		return h[SLL2_LENGTH] == MAC;
	if (l->dissector == &dissector_ieee80211 && at == WLAN_FOURTH)
		return (h[0] & WLAN_TYPE) == WLAN_DATA &&
		    (h[1] & WLAN_TO_AND_FROM) == WLAN_TO_AND_FROM;
	/* A switch's tag in front of Ethernet has none. */
	return l->dissector != &dissector_dsa || l->header > 2 * MAC;
}

static void
arp_rewrite(struct rewriter *r, const uint8_t *h, uint32_t at)
{
	const unsigned int hardware = h[4], protocol = h[5];
	const int is_ipv4 = be16(h + 2) == ARP_IPV4 && protocol == 4;

	at += ARP_HEADER;
	for (unsigned int i = 0; i < 2; i++) {
		if (hardware == MAC)
			place_mac(r, at);
		at += hardware;
		if (is_ipv4)
			place_ip(r, at, 4);
		at += protocol;
	}
}

int
link_rewrite(struct rewriter *r, const struct layer *l, uint32_t at)
{
	if (l->dissector == &dissector_arp) {
		if (l->header > 0)
			arp_rewrite(r, l->data, at);
		else
			place_hide(r, at);
		return 1;
	}
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->dissector != l->dissector)
			continue;
		if (l->header == 0)
			place_hide(r, at);
		for (unsigned int k = 0; k < ADDRESSES; k++)
			if ((k == 0 || row->at[k] > 0) &&
			    has_mac(l, row->at[k]))
				place_mac(r, at + row->at[k]);
		return 1;
	}
	return 0;
}
