/* nsh.c: Network Service Header, RFC 8300. */
#include <sessdump/dissector.h>

enum {
	NSH_HEADER	= 8,		/* base and service path */
	NSH_VERSION	= 0xc000,	/* must be 0 */
	NSH_OAM		= 0x2000,
	NSH_LENGTH	= 0x003f,	/* of all, in words */
};

/* Its next protocols. */
static const uint16_t inner[] = {
	[1] = 0x0800,
	[2] = 0x86dd,
	[3] = 0x6558,
	[4] = 0x894f,
	[5] = 0x8847,
};

static enum verdict
nsh_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, NSH_HEADER);
	uint32_t len;

	if (h == NULL)
		return DISSECT_SHORT;
	len = (be16(h) & NSH_LENGTH) * 4U;
	if (be16(h) & NSH_VERSION || len < NSH_HEADER)
		return DISSECT_MALFORMED;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	if (be16(h) & NSH_OAM || h[3] >= sizeof(inner) / sizeof(inner[0]) ||
	    inner[h[3]] == 0)
		return DISSECT_DONE;
	packet_tunnel(p, be24(h + 4), 1);
	packet_next(p, TABLE_ETHERTYPE, inner[h[3]]);
	return DISSECT_OK;
}

static void
nsh_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < NSH_HEADER)
		return;
	writer_number(w, "ttl", be16(h) >> 6 & 0x3f);
	writer_number(w, "md_type", h[2] & 0x0f);
	writer_number(w, "next_protocol", h[3]);
	writer_number(w, "service_path_id", be24(h + 4));
	writer_number(w, "service_index", h[7]);
}

DISSECTOR(nsh) = {
	DISSECTOR_ABI,
	.name = "nsh",
	.title = "Network Service Header (RFC 8300)",
	.match = DISSECTOR_MATCH({ TABLE_ETHERTYPE, 0x894f }),
	.dissect = nsh_dissect,
	.print = nsh_print,
};
