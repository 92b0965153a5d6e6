/* linktype.c: may a frame of one link type go onto an interface of another? */
#include <string.h>

#include <sessdump/wire.h>

#include "core/store.h"
#include "replay/linktype.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_LEAST = 0x0600, NO_TYPE = -1 };

/* What stands before the network layer, and where it tells the EtherType; -1:
 * IP's own version does. */
static const struct kind {
	uint16_t linktype;
	uint8_t header;
	int8_t type_at;
} kinds[] = {
	{ LINKTYPE_RAW, 0, NO_TYPE },
	{ LINKTYPE_IPV4, 0, NO_TYPE },
	{ LINKTYPE_IPV6, 0, NO_TYPE },
	{ LINKTYPE_NULL, 4, NO_TYPE },
	{ LINKTYPE_LOOP, 4, NO_TYPE },
	{ LINKTYPE_SLL, 16, 14 },
	{ LINKTYPE_SLL2, 20, 0 },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *
find(unsigned int linktype)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (kinds[i].linktype == linktype)
			return &kinds[i];
	return NULL;
}

/* 0 where it is none that we know. */
static unsigned int
ethertype(const struct frame *f, const struct kind *k)
{
	unsigned int type;

	if (k->type_at == NO_TYPE) {
		if (f->caplen == k->header)
			return 0;
		type = f->data[k->header] >> 4;
		return type == 4 ? ETHERTYPE_IPV4 : type == 6 ?
		    ETHERTYPE_IPV6 : 0;
	}
	type = be16(f->data + k->type_at);
	return type >= ETHERTYPE_LEAST ? type : 0;
}

int
linktype_fit(const struct frame *f, uint32_t onto,
    const struct link_header *h, unsigned int side, struct link_fit *fit)
{
	const struct kind *k = find(f->linktype);
	unsigned int type;

	fit->skip = 0;
	fit->has_header = 0;
	if (f->linktype == onto)
		return 0;
	if (k == NULL || f->caplen < k->header)
		return -1;
	type = ethertype(f, k);
	if (onto == LINKTYPE_RAW)
		return k->header == 0 && type != 0 ? 0 : -1;
	if (!h->given || onto != LINKTYPE_ETHERNET ||
	    (type == 0 && h->type == 0))
		return -1;
	if (h->type != 0)
		type = h->type;
	fit->skip = k->header;
	fit->has_header = 1;
	memcpy(fit->header, h->mac[!side], 6);
	memcpy(fit->header + 6, h->mac[side], 6);
	store_be16(fit->header + 12, type);
	return 0;
}
