/* null.c: BSD loopback: LINKTYPE_NULL and LINKTYPE_LOOP. */
#include <sessdump/dissector.h>

enum { NULL_HEADER = 4 };

/*
 * The address family.  LINKTYPE_LOOP has it in network order, LINKTYPE_NULL in
 * that of the capturing host; no family needs more than 16 bits, so the order
 * shows.
 */
static uint32_t
null_family(const uint8_t *h)
{
	uint32_t family = be32(h);

	return family > UINT16_MAX ? le32(h) : family;
}

/* AF_INET6 is what each system made of it. */
static unsigned int
null_ethertype(uint32_t family)
{
	switch (family) {
	case 2:
		return 0x0800;
	case 10:		/* Linux */
	case 23:		/* Windows */
	case 24:		/* NetBSD, OpenBSD */
	case 28:		/* FreeBSD */
	case 30:		/* macOS */
		return 0x86dd;
	}
	/* Some write the EtherType. */
	return family > ETHERNET_MAX_LEN && family <= UINT16_MAX ? family : 0;
}

static enum verdict
null_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, NULL_HEADER);
	unsigned int type;

	if (h == NULL)
		return DISSECT_SHORT;
	type = null_ethertype(null_family(h));
	if (type == 0)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
null_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_number(w, "family", null_family(l->data));
}

DISSECTOR(null) = {
	DISSECTOR_ABI,
	.name = "null",
	.title = "BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 0 },
	    { TABLE_LINKTYPE, 108 }),
	.dissect = null_dissect,
	.print = null_print,
};
