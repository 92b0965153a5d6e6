/* dns.c: Domain Name System over UDP, RFC 1035; mDNS, RFC 6762; LLMNR,
 * RFC 4795.  Also the example of a plugin: see sessdump-dissector(3). */
#include <string.h>

#include <sessdump/dissector.h>

enum {
	DNS_HEADER	= 12,
	DNS_RESPONSE	= 0x8000,
	DNS_AUTHORITATIVE = 0x0400,
	DNS_CUT		= 0x0200,	/* TC: the rest did not fit */
	DNS_WANTED	= 0x0100,	/* recursion desired */
	DNS_AVAILABLE	= 0x0080,	/* recursion available */

	QUESTION_LEAST	= 5,		/* bytes, with the root's name */
	RECORD_LEAST	= 11,
	RECORD_FIXED	= 10,		/* behind the name, before the data */

	NAME_MAX_WIRE	= 255,
	NAME_MAX_JUMPS	= 127,		/* labels that fit in there */
	NAME_MAX_TEXT	= 2 * NAME_MAX_WIRE,	/* each byte escaped */
	PRINT_MAX	= 32,		/* records of one message */

	TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_PTR = 12, TYPE_MX = 15,
	TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_DNAME = 39,
};

static const struct name {
	uint16_t number;
	const char *text;
} type_name[] = {
	{ TYPE_A, "A" }, { TYPE_NS, "NS" }, { TYPE_CNAME, "CNAME" },
	{ 6, "SOA" }, { TYPE_PTR, "PTR" }, { 13, "HINFO" }, { TYPE_MX, "MX" },
	{ 16, "TXT" }, { TYPE_AAAA, "AAAA" }, { TYPE_SRV, "SRV" },
	{ 35, "NAPTR" }, { TYPE_DNAME, "DNAME" }, { 41, "OPT" }, { 43, "DS" },
	{ 46, "RRSIG" }, { 47, "NSEC" }, { 48, "DNSKEY" }, { 50, "NSEC3" },
	{ 52, "TLSA" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 250, "TSIG" },
	{ 251, "IXFR" }, { 252, "AXFR" }, { 255, "ANY" }, { 257, "CAA" },
	{ 0, NULL },
}, rcode_name[] = {
	{ 0, "NOERROR" }, { 1, "FORMERR" }, { 2, "SERVFAIL" },
	{ 3, "NXDOMAIN" }, { 4, "NOTIMP" }, { 5, "REFUSED" },
	{ 6, "YXDOMAIN" }, { 7, "YXRRSET" }, { 8, "NXRRSET" },
	{ 9, "NOTAUTH" }, { 10, "NOTZONE" },
	{ 0, NULL },
};

/* The operations that there are: 3 was never assigned. */
static const uint8_t opcode_known[16] = {
	[0] = 1, [1] = 1, [2] = 1, [4] = 1, [5] = 1, [6] = 1,
};

static uint32_t
dns_records(const uint8_t *h)
{
	return (uint32_t)be16(h + 6) + be16(h + 8) + be16(h + 10);
}

static enum verdict
dns_dissect(struct packet *p, struct cursor *c)
{
	const uint8_t *h = cursor_peek(c, DNS_HEADER);
	uint32_t least;

	if (h == NULL)
		return dissect_guess_short(p);
	least = DNS_HEADER + (uint32_t)be16(h + 4) * QUESTION_LEAST +
	    dns_records(h) * RECORD_LEAST;
	if (!opcode_known[h[2] >> 3 & 0x0f] ||
	    (!(be16(h + 2) & DNS_CUT) && least > packet_wire_left(p, c)))
		return DISSECT_DONE;
	cursor_take(c, DNS_HEADER);
	return DISSECT_DONE;
}

/* A number by its name, or else as it is. */
static void
print_named(struct writer *w, const char *field, const struct name *names,
    unsigned int number)
{
	for (; names->text != NULL; names++)
		if (names->number == number) {
			writer_string(w, field, names->text,
			    strlen(names->text));
			return;
		}
	writer_number(w, field, number);
}

/*
 * Reads the name at the cursor, which ends up behind it; its length in text,
 * or -1.  A pointer must lead before the labels that it ends, and there may be
 * no more of them than labels in the longest name.
 */
static int
name_read(struct cursor *c, const uint8_t *message, char *text)
{
	const uint8_t *labels = c->p, *b, *label;
	struct cursor at = *c;
	unsigned int wire = 0, i;
	int n = 0, jumps = 0;

	while ((b = cursor_take(&at, 1)) != NULL && b[0] != 0) {
		if (b[0] >= 0xc0) {
			if (cursor_take(&at, 1) == NULL)
				return -1;
			if (jumps++ == 0)
				*c = at;
			if (jumps > NAME_MAX_JUMPS)
				return -1;
			if ((be16(b) & 0x3fff) >= labels - message)
				return -1;
			at.p = labels = message + (be16(b) & 0x3fff);
			continue;
		}
		label = cursor_take(&at, b[0]);
		wire += b[0] + 1U;
		if (b[0] >= 0x40 || label == NULL || wire > NAME_MAX_WIRE)
			return -1;
		if (n > 0)
			text[n++] = '.';
		for (i = 0; i < b[0]; i++) {
			if (label[i] == '.' || label[i] == '\\')
				text[n++] = '\\';
			text[n++] = (char)label[i];
		}
	}
	if (b == NULL)
		return -1;
	if (jumps == 0)
		*c = at;
	if (n == 0)
		text[n++] = '.';
	return n;
}

static int
print_name(struct cursor *c, const uint8_t *message, struct writer *w,
    const char *field)
{
	char text[NAME_MAX_TEXT];
	int n = name_read(c, message, text);

	if (n < 0)
		return 0;
	writer_string(w, field, text, (size_t)n);
	return 1;
}

static void
print_data(struct cursor c, const uint8_t *message, unsigned int type,
    struct writer *w)
{
	const uint8_t *d;

	switch (type) {
	case TYPE_A:
		if (cursor_left(&c) == 4)
			writer_ipv4(w, "address", c.p);
		break;
	case TYPE_AAAA:
		if (cursor_left(&c) == 16)
			writer_ipv6(w, "address", c.p);
		break;
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_PTR:
	case TYPE_DNAME:
		print_name(&c, message, w, "target");
		break;
	case TYPE_MX:
		d = cursor_take(&c, 2);
		if (d == NULL)
			break;
		writer_number(w, "preference", be16(d));
		print_name(&c, message, w, "target");
		break;
	case TYPE_SRV:
		d = cursor_take(&c, 6);
		if (d == NULL)
			break;
		writer_number(w, "port", be16(d + 4));
		print_name(&c, message, w, "target");
		break;
	default:
		writer_bytes(w, "data", c.p, cursor_left(&c));
	}
}

/* Inside an object; 0 when there is no whole question. */
static int
print_question(struct cursor *c, const uint8_t *message, struct writer *w)
{
	const uint8_t *q;

	if (!print_name(c, message, w, "name"))
		return 0;
	q = cursor_take(c, 4);
	if (q == NULL)
		return 0;
	print_named(w, "type", type_name, be16(q));
	/* mDNS: the first bit of the class has another use. */
	writer_number(w, "class", be16(q + 2) & 0x7fff);
	return 1;
}

static int
print_record(struct cursor *c, const uint8_t *message, struct writer *w)
{
	const uint8_t *r, *d;

	if (!print_name(c, message, w, "name"))
		return 0;
	r = cursor_take(c, RECORD_FIXED);
	if (r == NULL)
		return 0;
	print_named(w, "type", type_name, be16(r));
	writer_number(w, "class", be16(r + 2) & 0x7fff);
	writer_number(w, "ttl", be32(r + 4));
	d = cursor_take(c, be16(r + 8));
	if (d == NULL)
		return 0;
	print_data((struct cursor){ d, c->p }, message, be16(r), w);
	return 1;
}

/* A section of so many; 0 when the message ends before it does. */
static int
print_section(struct cursor *c, const uint8_t *message, struct writer *w,
    const char *field, unsigned int count,
    int (*print)(struct cursor *, const uint8_t *, struct writer *))
{
	unsigned int i;
	int good = 1;

	if (count == 0)
		return 1;
	writer_list(w, field);
	for (i = 0; good && i < count && i < PRINT_MAX; i++) {
		writer_object(w, NULL);
		good = print(c, message, w);
		writer_end(w);
	}
	writer_end(w);
	return good && i == count;
}

static void
dns_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	struct cursor c = { l->data, l->data + l->len };
	const uint8_t *h = cursor_take(&c, DNS_HEADER);
	unsigned int flags;

	(void)p;
	if (h == NULL || l->header < DNS_HEADER)
		return;
	flags = be16(h + 2);
	writer_hex(w, "id", be16(h));
	writer_bool(w, "response", (flags & DNS_RESPONSE) != 0);
	writer_number(w, "opcode", flags >> 11 & 0x0f);
	writer_bool(w, "authoritative", (flags & DNS_AUTHORITATIVE) != 0);
	writer_bool(w, "truncated", (flags & DNS_CUT) != 0);
	writer_bool(w, "recursion_desired", (flags & DNS_WANTED) != 0);
	writer_bool(w, "recursion_available", (flags & DNS_AVAILABLE) != 0);
	if (flags & DNS_RESPONSE)
		print_named(w, "rcode", rcode_name, flags & 0x0f);
	if (print_section(&c, h, w, "questions", be16(h + 4),
	    print_question))
		print_section(&c, h, w, "answers", be16(h + 6), print_record);
}

DISSECTOR(dns) = {
	DISSECTOR_ABI,
	.name = "dns",
	.title = "Domain Name System (RFC 1035, RFC 6762, RFC 4795)",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, 53 },
	    { TABLE_UDP_PORT, 5353 }, { TABLE_UDP_PORT, 5355 }),
	.dissect = dns_dissect,
	.print = dns_print,
};
