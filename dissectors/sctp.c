/* sctp.c: Stream Control Transmission Protocol, RFC 9260. */
#include <sessdump/dissector.h>

enum {
	SCTP_HEADER	= 12,
	SCTP_CHUNK	= 4,	/* type, flags, length */
};

static const char *const chunk_name[] = {
	"data", "init", "init_ack", "sack", "heartbeat", "heartbeat_ack",
	"abort", "shutdown", "shutdown_ack", "error", "cookie_echo",
	"cookie_ack", "ecne", "cwr", "shutdown_complete", "auth",
};

static enum verdict
sctp_dissect(struct packet *p, struct cursor *c)
{
	flow_ports(p, c);
	if (cursor_take(c, SCTP_HEADER) == NULL)
		return DISSECT_SHORT;
	flow_transport(p, c);
	return DISSECT_DONE;
}

static void
chunk_print(const uint8_t *h, struct writer *w)
{
	const char *name = "other";

	if (h[0] < sizeof(chunk_name) / sizeof(chunk_name[0]))
		name = chunk_name[h[0]];
	writer_object(w, NULL);
	writer_number(w, "type", h[0]);
	writer_string(w, "name", name, strlen(name));
	writer_hex(w, "flags", h[1]);
	writer_number(w, "length", be16(h + 2));
	writer_end(w);
}

static void
sctp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	struct cursor c = { l->data, l->data + l->len };
	const uint8_t *h = cursor_take(&c, SCTP_HEADER);
	uint32_t len;

	(void)p;
	if (h == NULL)
		return;
	writer_number(w, "source_port", be16(h));
	writer_number(w, "destination_port", be16(h + 2));
	writer_hex(w, "verification_tag", be32(h + 4));
	writer_hex(w, "checksum", be32(h + 8));
	writer_list(w, "chunks");
	while ((h = cursor_peek(&c, SCTP_CHUNK)) != NULL) {
		len = be16(h + 2);
		if (len < SCTP_CHUNK)
			break;
		chunk_print(h, w);
		/* The length leaves out the padding to four bytes. */
		if (cursor_take(&c, (len + 3) & ~3U) == NULL)
			break;
	}
	writer_end(w);
}

DISSECTOR(sctp) = {
	DISSECTOR_ABI,
	.name = "sctp",
	.title = "Stream Control Transmission Protocol (RFC 9260)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 132 }),
	.dissect = sctp_dissect,
	.print = sctp_print,
};
