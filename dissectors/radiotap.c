/* radiotap.c: what the radio knew of an 802.11 frame; radiotap.org. */
#include <sessdump/dissector.h>

enum {
	RADIOTAP_HEADER	= 8,	/* version, pad, length, first of the words */
	RADIOTAP_FCS	= 4,	/* frame check sequence, behind the frame */
	FLAG_FCS	= 0x10,	/* ... if this says so */
	FLAG_BAD_FCS	= 0x40,
	LINKTYPE_IEEE802_11 = 105,
};
#define PRESENT_FLAGS	(UINT32_C(1) << 1)
#define PRESENT_MORE	(UINT32_C(1) << 31)

/* The fields that are read, and all before them: bit by bit. */
static const struct field {
	uint8_t align, size;
	const char *name;
} fields[] = {
	{ 8, 8, "tsft" },
	{ 1, 1, "flags" },
	{ 1, 1, "rate" },		/* times 500 kbit/s */
	{ 2, 4, "channel" },		/* MHz; then its flags */
};
enum {
	FIELD_TSFT, FIELD_FLAGS, FIELD_RATE, FIELD_CHANNEL,
	FIELDS = sizeof(fields) / sizeof(fields[0]),
};

/* Where the fields begin: behind the last word that says what is present. */
static size_t
fields_at(const uint8_t *h, size_t len)
{
	size_t at = RADIOTAP_HEADER;
	uint32_t present = le32(h + 4);

	while (present & PRESENT_MORE && len - at >= 4) {
		present = le32(h + at);
		at += 4;
	}
	return at;
}

/* Moves to where the field stands; 0 when it goes past the header. */
static int
field_align(const struct field *f, size_t *at, size_t len)
{
	*at = (*at + f->align - 1U) & ~((size_t)f->align - 1);
	return *at <= len && len - *at >= f->size;
}

static unsigned int
radiotap_flags(const uint8_t *h, size_t len)
{
	size_t at = fields_at(h, len);
	uint32_t present = le32(h + 4);

	for (unsigned int i = 0; i <= FIELD_FLAGS; i++) {
		if (!(present >> i & 1))
			continue;
		if (!field_align(&fields[i], &at, len))
			return 0;
		if (i == FIELD_FLAGS)
			return h[at];
		at += fields[i].size;
	}
	return 0;
}

static enum verdict
radiotap_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, RADIOTAP_HEADER);
	unsigned int len, flags;

	if (h == NULL)
		return DISSECT_SHORT;
	len = le16(h + 2);
	if (h[0] != 0 || len < RADIOTAP_HEADER)
		return DISSECT_MALFORMED;
	if (cursor_take(c, len) == NULL)
		return DISSECT_SHORT;
	flags = radiotap_flags(h, len);
	/* These are not the bytes that were sent. */
	if (flags & FLAG_BAD_FCS)
		return DISSECT_DONE;
	if (flags & FLAG_FCS)
		packet_trailer(p, c, RADIOTAP_FCS);
	packet_next(p, TABLE_LINKTYPE, LINKTYPE_IEEE802_11);
	return DISSECT_OK;
}

static void
field_print(unsigned int i, const uint8_t *v, struct writer *w)
{
	const char *name = fields[i].name;

	switch (i) {
	case FIELD_TSFT:
		writer_number(w, name, le64(v));
		break;
	case FIELD_FLAGS:
		writer_hex(w, name, v[0]);
		break;
	case FIELD_RATE:
		writer_number(w, name, v[0]);
		break;
	case FIELD_CHANNEL:
		writer_number(w, name, le16(v));
		writer_hex(w, "channel_flags", le16(v + 2));
		break;
	}
}

static void
radiotap_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;
	size_t at = fields_at(h, l->header);
	uint32_t present = le32(h + 4);

	(void)p;
	writer_number(w, "length", le16(h + 2));
	writer_hex(w, "present", present);
	for (unsigned int i = 0; i < FIELDS; i++) {
		if (!(present >> i & 1))
			continue;
		if (!field_align(&fields[i], &at, l->header))
			return;
		field_print(i, h + at, w);
		at += fields[i].size;
	}
}

DISSECTOR(radiotap) = {
	DISSECTOR_ABI,
	.name = "radiotap",
	.title = "Radiotap header of IEEE 802.11 (radiotap.org)",
	.match = DISSECTOR_MATCH({ TABLE_LINKTYPE, 127 }),
	.dissect = radiotap_dissect,
	.print = radiotap_print,
};
