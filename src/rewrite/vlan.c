/* vlan.c: the outermost VLAN tag of Ethernet frames. */
#include "core/store.h"
#include "rewrite/impl.h"

enum {
	LINKTYPE_ETHERNET = 1,
	ADDRESSES	= 12,		/* a tag stands behind them */
	HEADER		= 14,
	TAG		= 4,
	ID		= 0x0fff,
	TPID		= 0x8100,	/* IEEE 802.1Q; */
	TPID_OUTER	= 0x88a8,	/* before another tag: 802.1ad */
};

static int
is_tpid(unsigned int type)
{
	return type == TPID || type == TPID_OUTER || type == 0x9100 ||
	    type == 0x9200 || type == 0x9300;
}

static int
has_tag(const struct rewriter *r)
{
	return r->frame.caplen >= HEADER + TAG &&
	    is_tpid(be16(r->data + ADDRESSES));
}

static int
insert(struct rewriter *r, unsigned int tpid, unsigned int tci)
{
	uint8_t *p = r->data + ADDRESSES;

	memmove(p + TAG, p, r->frame.caplen - ADDRESSES);
	store_be16(p, tpid);
	store_be16(p + 2, tci);
	r->frame.caplen += TAG;
	r->frame.len += TAG;
	return TAG;
}

static int
delete(struct rewriter *r)
{
	uint8_t *p = r->data + ADDRESSES;

	r->frame.caplen -= TAG;
	r->frame.len -= TAG;
	memmove(p, p + TAG, r->frame.caplen - ADDRESSES);
	return -TAG;
}

int
vlan_rewrite(struct rewriter *r)
{
	const struct rules *u = r->rules;
	const struct frame *f = &r->frame;
	unsigned int tci;

	if (f->linktype != LINKTYPE_ETHERNET || f->caplen < HEADER) {
		r->stats.untagged++;
		return 0;
	}
	if (u->vlan == VLAN_DELETE && !has_tag(r))
		return 0;
	r->sums.changed = 1;
	if (u->vlan == VLAN_DELETE)
		return delete(r);
	if (u->vlan == VLAN_ADD || !has_tag(r))
		return insert(r, has_tag(r) ? TPID_OUTER : TPID, u->vlan_id);
	tci = be16(r->data + HEADER);
	store_be16(r->data + HEADER, (tci & ~(unsigned int)ID) | u->vlan_id);
	return 0;
}
