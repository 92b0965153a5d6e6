/* arcnet.c: ARCNET, RFC 1051 and RFC 1201, as BSD and Linux capture it. */
#include <sessdump/dissector.h>

enum {
	ARCNET_ADDRESSES = 2,	/* source, destination */
	ARCNET_OFFSET	= 2,	/* Linux only: where the data stood */
	ARCNET_FRAGMENT	= 3,	/* split flag, sequence; not with RFC 1051 */
	ARCNET_EXCEPTION = 0xff, /* split flag: type, flag and sequence come
				 * again */
	LINKTYPE_ARCNET_LINUX = 129,
};

/* Where the protocol type stands. */
static size_t
arcnet_type_at(const struct packet *p)
{
	return p->frame->linktype == LINKTYPE_ARCNET_LINUX ?
	    ARCNET_ADDRESSES + ARCNET_OFFSET : ARCNET_ADDRESSES;
}

static enum verdict
arcnet_dissect(struct packet *p, struct cursor *c)
{
	size_t at = arcnet_type_at(p);
	const uint8_t *h = cursor_take(c, at + 1);
	unsigned int type = 0;
	int rfc1201;

	if (h == NULL)
		return DISSECT_SHORT;
	/* 240 and 241 are the protocols of RFC 1051, without a split flag. */
	rfc1201 = h[at] != 240 && h[at] != 241;
	switch (h[at]) {
	case 212:
	case 240:
		type = 0x0800;
		break;
	case 213:
	case 241:
		type = 0x0806;
		break;
	case 214:
		type = 0x8035;
		break;
	case 196:
		type = 0x86dd;
		break;
	default:
		return DISSECT_DONE;
	}
	if (rfc1201) {
		if ((h = cursor_take(c, ARCNET_FRAGMENT)) == NULL)
			return DISSECT_SHORT;
		if (h[0] == ARCNET_EXCEPTION) {
			if (cursor_take(c, 1 + ARCNET_FRAGMENT) == NULL)
				return DISSECT_SHORT;
			h += ARCNET_FRAGMENT + 1;
		}
		/* An even split flag numbers a later part of a packet. */
		if (h[0] != 0 && !(h[0] & 1))
			return DISSECT_DONE;
	}
	packet_next(p, TABLE_ETHERTYPE, type);
	return DISSECT_OK;
}

static void
arcnet_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	writer_number(w, "source", l->data[0]);
	writer_number(w, "destination", l->data[1]);
	writer_number(w, "type", l->data[arcnet_type_at(p)]);
}

DISSECTOR(arcnet) = {
	DISSECTOR_ABI,
	.name = "arcnet",
	.title = "ARCNET (RFC 1051, RFC 1201)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 7 },
	    { TABLE_LINKTYPE, LINKTYPE_ARCNET_LINUX }),
	.dissect = arcnet_dissect,
	.print = arcnet_print,
};
