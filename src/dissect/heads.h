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

struct heads {
	const uint8_t *ip;	/* its header, which is whole */
	struct cursor c;	/* the transport's, of which the ports are
				 * there, to the end of the frame */
	unsigned int tags;
	uint8_t version, protocol;
};

/* Behind the link's: 0 where it is not IP. */
static inline int
heads_ip(struct heads *h, unsigned int type)
{
	if (type == HEADS_IPV4) {
		h->ip = cursor_take(&h->c, HEADS_IPV4_LEN);
		if (h->ip == NULL || h->ip[0] != HEADS_IPV4_FIRST ||
		    be16(h->ip + 6) & HEADS_IPV4_FRAGMENT)
			return 0;
		h->version = 4;
		h->protocol = h->ip[9];
	} else if (type == HEADS_IPV6) {
		h->ip = cursor_take(&h->c, HEADS_IPV6_LEN);
		if (h->ip == NULL || h->ip[0] >> 4 != 6)
			return 0;
		h->version = 6;
		h->protocol = h->ip[6];
	} else {
		return 0;
	}
	return 1;
}

/* 0: the frame is not plain.  No length of IP or of what is behind it was
 * looked at. */
static inline int
heads_find(const struct frame *f, struct heads *h)
{
	const uint8_t *link;
	unsigned int type;

	h->c = (struct cursor){ f->data, f->data + f->caplen };
	link = cursor_take(&h->c, HEADS_ETHERNET_LEN);
	if (f->linktype != HEADS_LINKTYPE || link == NULL)
		return 0;
	type = be16(link + 12);
	for (h->tags = 0; h->tags < HEADS_TAGS && (type == HEADS_VLAN ||
	    type == HEADS_SERVICE); h->tags++) {
		link = cursor_take(&h->c, HEADS_TAG_LEN);
		if (link == NULL)
			return 0;
		type = be16(link + 2);
	}
	return heads_ip(h, type) && (h->protocol == HEADS_TCP ||
	    h->protocol == HEADS_UDP) &&
	    cursor_peek(&h->c, HEADS_PORTS_LEN) != NULL;
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
heads_addresses(const struct heads *h, union addr *src, union addr *dst)
{
	if (h->version == 4) {
		heads_addr4(src, h->ip + 12);
		heads_addr4(dst, h->ip + 16);
	} else {
		memcpy(src, h->ip + 8, sizeof(*src));
		memcpy(dst, h->ip + 24, sizeof(*dst));
	}
}

#endif
