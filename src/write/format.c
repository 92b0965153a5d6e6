/* format.c: what of a frame is written to a file. */
#include <string.h>

#include "write/format.h"

enum {
	LINKTYPE_ETHERNET	= 1,
	LINKTYPE_SLL2		= 276,
	SLL2_HEADER		= 20,	/* begins with the protocol */
	ETHERNET_ADDRESSES	= 12,
	SNAPLEN_WHOLE		= 0x7fffffff,
};

/*
 * Where a tag that the kernel had stripped goes back to.  In a cooked frame
 * the tag's type takes the place of the protocol, and that goes behind the tag.
 */
static uint32_t
cut_tag(struct dump_cut *c, const struct frame *f, uint32_t snaplen)
{
	uint8_t tpid[2] = { f->vlan_tpid >> 8, f->vlan_tpid & 0xff };
	uint8_t tci[2] = { f->vlan_tci >> 8, f->vlan_tci & 0xff };
	uint32_t at = f->linktype == LINKTYPE_ETHERNET ? ETHERNET_ADDRESSES :
	    f->linktype == LINKTYPE_SLL2 ? SLL2_HEADER : 0;

	if (!(f->flags & FRAME_VLAN) || at == 0 || f->caplen < at ||
	    snaplen < at + DUMP_TAG)
		return 0;
	memcpy(c->head, f->data, at);
	if (f->linktype == LINKTYPE_ETHERNET) {
		memcpy(c->tag, tpid, 2);
		memcpy(c->tag + 2, tci, 2);
	} else {
		memcpy(c->tag, tci, 2);
		memcpy(c->tag + 2, c->head, 2);
		memcpy(c->head, tpid, 2);
	}
	return at;
}

void
dump_cut(struct dump_cut *c, const struct frame *f, uint32_t snaplen)
{
	uint32_t at;

	if (snaplen == 0)
		snaplen = SNAPLEN_WHOLE;
	at = cut_tag(c, f, snaplen);
	c->at = at;
	c->inserted = at > 0 ? DUMP_TAG : 0;
	c->body = f->caplen - at;
	if (c->body > snaplen - at - c->inserted)
		c->body = snaplen - at - c->inserted;
	c->caplen = at + c->inserted + c->body;
	c->len = f->len + c->inserted;
}

void
dump_add(struct outbuf *o, const struct dump_cut *c, const struct frame *f)
{
	outbuf_add(o, (const char *)c->head, c->at);
	outbuf_add(o, (const char *)c->tag, c->inserted);
	outbuf_add(o, (const char *)f->data + c->at, c->body);
}
