/* mpacket.c: Ethernet mPackets with their preamble, IEEE 802.3 clause 99,
 * LINKTYPE_ETHERNET_MPACKET. */
#include <sessdump/dissector.h>

enum {
	MPACKET_HEADER	= 8,	/* preamble and start delimiter; where a part
				 * is numbered, that takes a preamble byte */
	MPACKET_CRC	= 4,	/* FCS, or mCRC of a part */
	MPACKET_PREAMBLE = 0x55,
	ETHERTYPE_ETHERNET = 0x6558,
};

/* Start mPacket delimiters behind which a frame begins. */
static int
begins_frame(unsigned int smd)
{
	switch (smd) {
	case 0xd5:		/* SMD-E: express, whole */
	case 0xe6:		/* SMD-S0 to S3: preemptable, */
	case 0x4c:		/* whole or its first part */
	case 0x7f:
	case 0xb3:
		return 1;
	}
	return 0;
}

static enum verdict
mpacket_dissect(struct packet *p, struct cursor *c)
{
	size_t n;

	/* The receiver may have lost bytes of the preamble. */
	for (n = 0; n < MPACKET_HEADER && n < cursor_left(c); n++)
		if (c->p[n] != MPACKET_PREAMBLE)
			break;
	if (n == cursor_left(c))
		return DISSECT_SHORT;
	if (n == MPACKET_HEADER)
		return DISSECT_MALFORMED;
	if (!begins_frame(c->p[n])) {
		cursor_take(c, n + 1);
		return DISSECT_DONE;
	}
	cursor_take(c, n + 1);
	packet_trailer(p, c, MPACKET_CRC);
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_ETHERNET);
	return DISSECT_OK;
}

static void
mpacket_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_number(w, "preamble_length", l->header - 1);
	writer_hex(w, "smd", l->data[l->header - 1]);
}

DISSECTOR(mpacket) = {
	DISSECTOR_ABI,
	.name = "mpacket",
	.title = "Ethernet mPacket with preamble (IEEE 802.3br)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 274 }),
	.dissect = mpacket_dissect,
	.print = mpacket_print,
};
