/* esp.c: IP Encapsulating Security Payload, RFC 4303. */
#include <sessdump/dissector.h>

enum { ESP_HEADER = 8 };

/* The rest is encrypted, and so is what it holds. */
static enum verdict
esp_dissect(struct packet *p, struct cursor *c)
{
	(void)p;
	return cursor_take(c, ESP_HEADER) == NULL ? DISSECT_SHORT :
	    DISSECT_DONE;
}

static void
esp_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	(void)p;
	if (l->header < ESP_HEADER)
		return;
	writer_hex(w, "spi", be32(l->data));
	writer_number(w, "seq", be32(l->data + 4));
}

DISSECTOR(esp) = {
	DISSECTOR_ABI,
	.name = "esp",
	.title = "IP Encapsulating Security Payload (RFC 4303)",
	.match = DISSECTOR_MATCH({ TABLE_IP_PROTOCOL, 50 }),
	.dissect = esp_dissect,
	.print = esp_print,
};
