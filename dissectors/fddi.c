/* fddi.c: Fiber Distributed Data Interface, ANSI X3.139. */
#include <sessdump/dissector.h>

enum {
	FDDI_HEADER	= 13,
	FDDI_CLASS	= 0x70,	/* frame control: length and format */
	FDDI_LLC	= 0x50,	/* synchronous (0x80) or not */
};

static enum verdict
fddi_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_take(c, FDDI_HEADER);

	if (h == NULL)
		return DISSECT_SHORT;
	if ((h[0] & FDDI_CLASS) != FDDI_LLC)
		return DISSECT_DONE;
	packet_next(p, TABLE_ETHERTYPE, ETHERTYPE_LLC);
	return DISSECT_OK;
}

static void
fddi_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	writer_hex(w, "frame_control", l->data[0]);
	writer_mac(w, "source", l->data + 7);
	writer_mac(w, "destination", l->data + 1);
}

DISSECTOR(fddi) = {
	DISSECTOR_ABI,
	.name = "fddi",
	.title = "Fiber Distributed Data Interface (ANSI X3.139)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 10 }),
	.dissect = fddi_dissect,
	.print = fddi_print,
};
