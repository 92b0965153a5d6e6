/*
 * heads.h: where the headers of a plain frame stand.
 *
 * Plain is Ethernet, with up to two tags, and TCP or UDP right behind the
 * header of IPv4 or IPv6: without options, and no fragment.
 */
#ifndef SRC_DISSECT_HEADS_H
#define SRC_DISSECT_HEADS_H

#include <string.h>

#include <sessdump/packet.h>

enum {
	HEADS_LINKTYPE	= 1,		/* LINKTYPE_ETHERNET */
	HEADS_VLAN	= 0x8100,	/* EtherTypes */
	HEADS_SERVICE	= 0x88a8,	/* the outer tag, IEEE 802.1ad */
	HEADS_IPV4	= 0x0800,
	HEADS_IPV6	= 0x86dd,
	HEADS_TCP	= 6,		/* IP protocols */
	HEADS_UDP	= 17,
	HEADS_ETHERNET_LEN = 14,
	HEADS_TAG_LEN	= 4,
	HEADS_TAGS	= 2,
	HEADS_IPV4_LEN	= 20,
	HEADS_IPV6_LEN	= 40,
	HEADS_PORTS_LEN	= 4,
	HEADS_IPV4_FIRST = 0x45,	/* version, length without options */
	HEADS_IPV4_FRAGMENT = 0x3fff,	/* the offset, and "more" */
};

/* The EtherType behind Ethernet's header and the tags, 0 where it is not seen;
 * the cursor, which stood before all, stands behind it. */
static inline unsigned int
heads_link(const struct frame *f, struct cursor *c, unsigned int *tags)
{
	const uint8_t *h = cursor_take(c, HEADS_ETHERNET_LEN);
	unsigned int type;

	*tags = 0;
	if (f->linktype != HEADS_LINKTYPE || h == NULL)
		return 0;
	type = be16(h + 12);
	for (; *tags < HEADS_TAGS && (type == HEADS_VLAN ||
	    type == HEADS_SERVICE); ++*tags) {
		h = cursor_take(c, HEADS_TAG_LEN);
		if (h == NULL)
			return 0;
		type = be16(h + 2);
	}
	return type;
}

/* Is it a transport's header, and are its ports there? */
static inline int
heads_has_ports(const struct cursor *c, unsigned int protocol)
{
	return (protocol == HEADS_TCP || protocol == HEADS_UDP) &&
	    cursor_peek(c, HEADS_PORTS_LEN) != NULL;
}

/* The header of IP; NULL where it is not plain.  No length of it nor of what is
 * behind it was looked at. */
static inline const uint8_t *
heads_ipv4(struct cursor *c)
{
	const uint8_t *h = cursor_take(c, HEADS_IPV4_LEN);

	return h != NULL && h[0] == HEADS_IPV4_FIRST &&
	    (be16(h + 6) & HEADS_IPV4_FRAGMENT) == 0 &&
	    heads_has_ports(c, h[9]) ? h : NULL;
}

static inline const uint8_t *
heads_ipv6(struct cursor *c)
{
	const uint8_t *h = cursor_take(c, HEADS_IPV6_LEN);

	return h != NULL && h[0] >> 4 == 6 && heads_has_ports(c, h[6]) ? h :
	    NULL;
}

/* An address of IPv4, all of it stored at once: what is stored in pieces is
 * slow to load. */
static inline void
heads_addr4(union addr *a, const uint8_t *p)
{
	typedef uint32_t words __attribute__((vector_size(16)));
	words w = { 0, 0, 0, 0 };

	memcpy(&w, p, 4);
	memcpy(a, &w, sizeof(*a));
}

static inline void
heads_addr6(union addr *a, const uint8_t *p)
{
	memcpy(a, p, sizeof(*a));
}

#endif
