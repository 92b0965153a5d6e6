/* place.c: one address, or port, by the rules. */
#include "rewrite/impl.h"

int
map_ip(const struct rewriter *r, uint8_t *a, unsigned int version)
{
	if (rules_map_ip(r->rules, a, version))
		return 1;
	if (r->anonymizer == NULL)
		return 0;
	anonymize_ip(r->anonymizer, a, version);
	return 1;
}

void
place_hide(struct rewriter *r, uint32_t at)
{
	if (r->anonymizer != NULL && at < r->unknown)
		r->unknown = at;
}

int64_t
place_ip(struct rewriter *r, uint32_t at, unsigned int version)
{
	const uint32_t n = version == 4 ? 4 : 16;
	uint8_t to[16];
	int64_t grown;

	memcpy(to, r->data + at, n);
	if (!map_ip(r, to, version))
		return 0;
	grown = sums_growth(r->data + at, to, n);
	sums_put(&r->sums, at, to, n);
	return grown;
}

void
place_ips(struct rewriter *r, uint32_t at, uint32_t end, uint32_t step,
    uint32_t n, unsigned int version)
{
	const uint32_t size = version == 4 ? 4 : 16;

	for (; n > 0 && at <= end && end - at >= size; n--) {
		place_ip(r, at, version);
		if (end - at < step)
			return;
		at += step;
	}
}

void
place_port(struct rewriter *r, uint32_t at)
{
	uint8_t to[2];

	memcpy(to, r->data + at, sizeof(to));
	if (rules_map_port(r->rules, to))
		sums_put(&r->sums, at, to, sizeof(to));
}

void
place_mac(struct rewriter *r, uint32_t at)
{
	uint8_t to[6];

	memcpy(to, r->data + at, sizeof(to));
	if (!rules_map_mac(r->rules, to) && r->anonymizer != NULL)
		anonymize_mac(r->anonymizer, to);
	sums_put(&r->sums, at, to, sizeof(to));
}
