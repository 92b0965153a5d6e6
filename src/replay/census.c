/* census.c: who sends to whom, of frames that are to be sent. */
#include <stdlib.h>
#include <string.h>

#include <sessdump/cursor.h>
#include <sessdump/wire.h>

#include "core/mix.h"
#include "output/fmt.h"
#include "replay/census.h"

enum { SLOTS = 2 * CENSUS_MAX, MAC = 6,
	ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_VLAN = 0x8100, ETHERTYPE_QINQ = 0x88a8 };

static const struct {
	const char *name;
	uint8_t size;
	char *(*put)(char *, const uint8_t *);
} kinds[CENSUS_KINDS] = {
	[CENSUS_MAC] = { "Ethernet", MAC, fmt_mac },
	[CENSUS_IPV4] = { "IPv4", 4, fmt_ipv4 },
	[CENSUS_IPV6] = { "IPv6", 16, fmt_ipv6 },
};

/* Never 0.  Two that fall together are one: of 64 bits that does not matter. */
static uint64_t
hash(const union addr *a)
{
	return mix(a->w[0] ^ UINT64_C(0x9e3779b97f4a7c15),
	    a->w[1] ^ UINT64_C(0xd1b54a32d192ed03)) | 1;
}

static void
add_to_set(struct census_end *d, uint64_t h)
{
	uint64_t *slot;

	for (uint32_t i = (uint32_t)(h >> 32);; i++) {
		slot = &d->set[i % SLOTS];
		if (*slot == h)
			return;
		if (*slot == 0)
			break;
	}
	if (d->n < CENSUS_MAX)
		*slot = h;
	/* One more than there is room for means "more". */
	if (d->n <= CENSUS_MAX)
		d->n++;
}

static int
add(struct census_end *d, const uint8_t *p, size_t size)
{
	union addr a = { .w = { 0, 0 } };

	if (d->set == NULL)
		d->set = calloc(SLOTS, sizeof(*d->set));
	if (d->set == NULL)
		return -1;
	memcpy(a.b, p, size);
	if (d->n == 0 || memcmp(a.b, d->low.b, size) < 0)
		d->low = a;
	if (d->n == 0 || memcmp(a.b, d->high.b, size) > 0)
		d->high = a;
	add_to_set(d, hash(&a));
	return 0;
}

static int
take(struct census *c, enum census_kind kind, const uint8_t *src,
    const uint8_t *dst)
{
	struct census_row *r = &c->row[kind];

	if (add(&r->end[0], src, kinds[kind].size) == -1 ||
	    add(&r->end[1], dst, kinds[kind].size) == -1)
		return -1;
	r->frames++;
	return 0;
}

/* Passes the tags; what is left begins with the network layer. */
static unsigned int
pass_tags(struct cursor *c, unsigned int type)
{
	const uint8_t *tag;

	while ((type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) &&
	    (tag = cursor_take(c, 4)) != NULL)
		type = be16(tag + 2);
	return type;
}

static int
take_ip(struct census *c, struct cursor *left)
{
	const uint8_t *p = cursor_peek(left, 1);

	if (p == NULL)
		return 0;
	if (*p >> 4 == 4 && (p = cursor_take(left, 20)) != NULL)
		return take(c, CENSUS_IPV4, p + 12, p + 16);
	if (p != NULL && *p >> 4 == 6 && (p = cursor_take(left, 40)) != NULL)
		return take(c, CENSUS_IPV6, p + 8, p + 24);
	return 0;
}

int
census_take(struct census *c, const struct frame *f,
    const struct link_fit *fit)
{
	struct cursor left = { f->data + fit->skip, f->data + f->caplen };
	const uint8_t *h = fit->header;
	unsigned int type;

	if (!fit->has_header && f->linktype != LINKTYPE_ETHERNET)
		return take_ip(c, &left);
	if (!fit->has_header)
		h = cursor_take(&left, LINKTYPE_HEADER);
	if (h == NULL)
		return 0;
	if (take(c, CENSUS_MAC, h + MAC, h) == -1)
		return -1;
	type = pass_tags(&left, be16(h + 12));
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ?
	    take_ip(c, &left) : 0;
}

void
census_fini(struct census *c)
{
	for (unsigned int i = 0; i < CENSUS_KINDS; i++) {
		free(c->row[i].end[0].set);
		free(c->row[i].end[1].set);
	}
}

static void
print_end(FILE *f, const char *word, const struct census_end *d,
    char *(*put)(char *, const uint8_t *))
{
	char low[FMT_ADDR + 1], high[FMT_ADDR + 1];

	*put(low, d->low.b) = '\0';
	*put(high, d->high.b) = '\0';
	if (d->n == 1)
		fprintf(f, " %s %s", word, low);
	else if (d->n <= CENSUS_MAX)
		fprintf(f, " %s %u addresses, %s to %s", word, d->n, low, high);
	else
		fprintf(f, " %s more than %d addresses, %s to %s", word,
		    (int)CENSUS_MAX, low, high);
}

void
census_print(FILE *f, const struct census *c)
{
	for (unsigned int i = 0; i < CENSUS_KINDS; i++) {
		const struct census_row *r = &c->row[i];

		if (r->frames == 0)
			continue;
		fprintf(f, "  %s: %llu frame%s", kinds[i].name,
		    (unsigned long long)r->frames, r->frames == 1 ? "" : "s");
		print_end(f, "from", &r->end[0], kinds[i].put);
		fputs(";", f);
		print_end(f, "to", &r->end[1], kinds[i].put);
		fputc('\n', f);
	}
}
