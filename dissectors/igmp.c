/* igmp.c: Internet Group Management Protocol, RFC 2236, RFC 9776. */
#include <sessdump/dissector.h>

enum {
	IGMP_HEADER	= 8,
	IGMP_REPORT_V3	= 0x22,
};

static const struct type {
	uint8_t type;
	const char *name;
} type[] = {
	{ 0x11, "query" },
	{ 0x12, "report_v1" },
	{ 0x13, "dvmrp" },
	{ 0x16, "report_v2" },
	{ 0x17, "leave" },
	{ IGMP_REPORT_V3, "report_v3" },
};

static enum verdict
igmp_dissect(struct packet *p, struct cursor *c)
{
	(void)p;
	return cursor_take(c, IGMP_HEADER) == NULL ? DISSECT_SHORT :
	    DISSECT_DONE;
}

static void
igmp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	size_t i;

	(void)p;
	if (l->header < IGMP_HEADER)
		return;
	writer_hex(w, "type", h[0]);
	for (i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (type[i].type == h[0])
			writer_string(w, "name", type[i].name,
			    strlen(type[i].name));
	writer_hex(w, "checksum", be16(h + 2));
	if (h[0] == IGMP_REPORT_V3) {
		writer_number(w, "group_records", be16(h + 6));
		return;
	}
	writer_number(w, "max_response_time", h[1]);
	writer_ipv4(w, "group", h + 4);
}

DISSECTOR(igmp) = {
	DISSECTOR_ABI,
	.name = "igmp",
	.title = "Internet Group Management Protocol (RFC 9776)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 2 }),
	.dissect = igmp_dissect,
	.print = igmp_print,
};
