/* vxlan.c: VXLAN, RFC 7348, and its Generic Protocol Extension,
 * draft-ietf-nvo3-vxlan-gpe. */
#include <sessdump/dissector.h>

enum {
	VXLAN_HEADER	= 8,
	VXLAN_VNI	= 0x08,		/* the VNI is valid: always set */
	VXLAN_POLICY	= 0x80,		/* a Group Policy identifier is, too */
	VXLAN_ETHERTYPE	= VXLAN_HEADER + 12,	/* of the frame inside */

	GPE_PORT	= 4790,
	GPE_VERSION	= 0x30,		/* must be 0 */
	GPE_NEXT	= 0x04,		/* the next protocol is given */
	GPE_OAM		= 0x01,		/* not user data */

	ETHERNET	= 0x6558,
};

/* GPE's next protocols. */
static const uint16_t gpe_next[] = {
	[1] = 0x0800,
	[2] = 0x86dd,
	[3] = ETHERNET,
	[4] = 0x894f,		/* network service header */
	[5] = 0x8847,
};

static int
is_gpe(const struct packet *p)
{
	return p->flow.dport == GPE_PORT || p->flow.sport == GPE_PORT;
}

/* What follows a GPE header; 0 when this is none. */
static unsigned int
gpe_inner(const uint8_t *h)
{
	if (h[0] & GPE_VERSION || h[7] != 0)
		return 0;
	if (!(h[0] & GPE_NEXT))
		return ETHERNET;
	return h[3] < sizeof(gpe_next) / sizeof(gpe_next[0]) ?
	    gpe_next[h[3]] : 0;
}

/*
 * Reserved bits shall be ignored, but they are all that sets the header apart
 * from other traffic: where they are not clear, the frame must bear witness.
 */
static unsigned int
vxlan_inner(const struct packet *p, const struct cursor *c, const uint8_t *h)
{
	if ((be32(h) == (uint32_t)VXLAN_VNI << 24 ||
	    h[0] == (VXLAN_VNI | VXLAN_POLICY)) && h[7] == 0)
		return ETHERNET;
	if (cursor_left(c) < VXLAN_ETHERTYPE + 2)
		return packet_is_cut(p) ? ETHERNET : 0;
	switch (be16(h + VXLAN_ETHERTYPE)) {
	case 0x0800:
	case 0x0806:
	case 0x8100:
	case 0x86dd:
		return ETHERNET;
	}
	return 0;
}

static enum verdict
vxlan_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, VXLAN_HEADER);
	unsigned int type;

	if (h == NULL)
		return dissect_guess_short(p);
	if (!(h[0] & VXLAN_VNI))
		return DISSECT_DONE;
	type = is_gpe(p) ? gpe_inner(h) : vxlan_inner(p, c, h);
	if (type == 0)
		return DISSECT_DONE;
	cursor_take(c, VXLAN_HEADER);
	if (is_gpe(p) && h[0] & GPE_OAM)
		return DISSECT_DONE;
	packet_tunnel(p, be24(h + 4), 1);
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
vxlan_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	if (l->header < VXLAN_HEADER)
		return;
	writer_hex(w, "flags", h[0]);
	writer_number(w, "vni", be24(h + 4));
	if (is_gpe(p) && h[0] & GPE_NEXT)
		writer_number(w, "next_protocol", h[3]);
}

DISSECTOR(vxlan) = {
	DISSECTOR_ABI,
	.name = "vxlan",
	.title = "Virtual eXtensible Local Area Network (RFC 7348) and GPE",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 4789 },
	    { TABLE_UDP_PORT, 4790 }, { TABLE_UDP_PORT, 8472 }),
	.dissect = vxlan_dissect,
	.print = vxlan_print,
};
