/* glance.c: whose a plain frame is, without dissecting it. */
#include <endian.h>
#include <string.h>

#include "dissect/glance.h"

enum {
	LINKTYPE_ETHERNET = 1,
	ETHERNET_HEADER	= 14,
	VLAN_TAG	= 4,
	VLAN_TAGS	= 2,
	TYPE_IPV4	= 0x0800,
	TYPE_VLAN	= 0x8100,
	TYPE_SERVICE	= 0x88a8,	/* the outer tag, IEEE 802.1ad */
	TYPE_IPV6	= 0x86dd,
	IPV4_HEADER	= 20,
	IPV4_PLAIN	= 0x45,		/* version, length without options */
	IPV4_FRAGMENT	= 0x3fff,	/* the offset, and "more" */
	IPV6_HEADER	= 40,
	PORTS		= 4,
	PROTOCOL_TCP	= 6,
	PROTOCOL_UDP	= 17,
};

/* The EtherType behind the tags; 0 where there is none. */
static unsigned int
skip_link(struct cursor *c)
{
	const uint8_t *h = cursor_take(c, ETHERNET_HEADER);
	unsigned int type = h != NULL ? be16(h + ETHERNET_HEADER - 2) : 0;

	for (int i = 0; i < VLAN_TAGS && (type == TYPE_VLAN ||
	    type == TYPE_SERVICE); i++) {
		h = cursor_take(c, VLAN_TAG);
		type = h != NULL ? be16(h + VLAN_TAG - 2) : 0;
	}
	return type;
}

/* The transport's protocol; 0 where it is not the next header. */
static unsigned int
take_ipv4(struct cursor *c, struct ends *e)
{
	const uint8_t *h = cursor_take(c, IPV4_HEADER);

	if (h == NULL || h[0] != IPV4_PLAIN || be16(h + 6) & IPV4_FRAGMENT)
		return 0;
	/* Whole words: what is stored in pieces is slow to load. */
	e->src.w[0] = htobe64((uint64_t)be32(h + 12) << 32);
	e->dst.w[0] = htobe64((uint64_t)be32(h + 16) << 32);
	e->src.w[1] = e->dst.w[1] = 0;
	return h[9];
}

static unsigned int
take_ipv6(struct cursor *c, struct ends *e)
{
	const uint8_t *h = cursor_take(c, IPV6_HEADER);

	if (h == NULL || h[0] >> 4 != 6)
		return 0;
	memcpy(&e->src, h + 8, 16);
	memcpy(&e->dst, h + 24, 16);
	return h[6];
}

int
glance(const struct registry *r, const struct frame *f, struct ends *e)
{
	struct cursor c = { f->data, f->data + f->caplen };
	unsigned int type, protocol, table;
	const uint8_t *h;

	if (f->linktype != LINKTYPE_ETHERNET)
		return 0;
	type = skip_link(&c);
	protocol = type == TYPE_IPV4 ? take_ipv4(&c, e) :
	    type == TYPE_IPV6 ? take_ipv6(&c, e) : 0;
	if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP)
		return 0;
	h = cursor_peek(&c, PORTS);
	if (h == NULL)
		return 0;
	e->sport = be16(h);
	e->dport = be16(h + 2);
	table = protocol == PROTOCOL_TCP ? TABLE_TCP_PORT : TABLE_UDP_PORT;
	return registry_find(r, table, e->sport) == NULL &&
	    registry_find(r, table, e->dport) == NULL;
}
