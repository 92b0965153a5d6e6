/* sums.c: the checksums of a frame, while it changes: RFC 1624. */
#include <assert.h>
#include <string.h>

#include <sessdump/wire.h>

#include "core/store.h"
#include "rewrite/crc32c.h"
#include "rewrite/sums.h"

enum { ONES = 0xffff };		/* numbers are the same that differ by it */

void
sums_start(struct sums *s, uint8_t *data, uint32_t caplen)
{
	s->data = data;
	s->caplen = caplen;
	s->n = 0;
	s->changed = 0;
}

struct sum *
sums_add(struct sums *s, const struct sum *sum)
{
	assert(sum->field < s->caplen &&
	    s->caplen - sum->field >= (sum->kind == SUM_CRC32C ? 4U : 2U));
	if (s->n == SUMS_MAX)
		return NULL;
	s->sum[s->n] = *sum;
	return &s->sum[s->n++];
}

int64_t
sums_growth(const uint8_t *from, const uint8_t *to, uint32_t n)
{
	int64_t grown = 0;

	for (uint32_t i = 0; i < n; i++)
		grown += (to[i] - from[i]) * (i % 2 == 0 ? 256 : 1);
	return grown;
}

/* What it covers of the bytes that change. */
static void
sum_change(struct sum *s, uint32_t at, const uint8_t *from, const uint8_t *to,
    uint32_t n)
{
	if (at < s->start || at >= s->end)
		return;
	if (n > s->end - at)
		n = s->end - at;
	if (s->kind == SUM_CRC32C)
		s->crc ^= crc32c_change(from, to, n, s->end - at - n);
	else if ((at - s->start) % 2 == 0)
		s->grown += sums_growth(from, to, n);
	else
		s->grown += to[0] - from[0] +
		    sums_growth(from + 1, to + 1, n - 1);
}

/* The same for the first "outer" of them alone. */
static void
put(struct sums *s, uint32_t at, const uint8_t *to, uint32_t n,
    unsigned int outer)
{
	uint8_t *from = s->data + at;

	assert(n <= s->caplen && at <= s->caplen - n);
	if (memcmp(from, to, n) == 0)
		return;
	for (unsigned int i = 0; i < outer; i++)
		sum_change(&s->sum[i], at, from, to, n);
	memcpy(from, to, n);
	s->changed = 1;
}

void
sums_put(struct sums *s, uint32_t at, const uint8_t *bytes, uint32_t n)
{
	put(s, at, bytes, n, s->n);
}

/* v - grown: v, or from 0 to 0xfffe. */
static uint32_t
less(uint32_t v, int64_t grown)
{
	int64_t rest = ((int64_t)v - grown) % ONES;

	if (grown % ONES == 0)
		return v;
	return (uint32_t)(rest < 0 ? rest + ONES : rest);
}

/* What is to be in the field; 0 when it stays. */
static int
mended(const struct sum *s, const uint8_t *field, uint8_t to[4])
{
	int64_t grown = s->pseudo + (s->kind == SUM_PSEUDO ? 0 : s->grown);
	uint32_t v;

	if (s->kind == SUM_CRC32C) {
		v = le32(field) ^ s->crc;
		for (unsigned int i = 0; i < 4; i++)
			to[i] = (uint8_t)(v >> 8 * i);
		return s->crc != 0;
	}
	if (grown % ONES == 0 && !s->fill)
		return 0;
	if (s->kind == SUM_PSEUDO)
		v = less(be16(field), -grown);
	else
		v = less(s->fill ? s->was : be16(field), grown);
	if (v == 0 && s->never_zero)
		v = ONES;
	store_be16(to, v);
	return 1;
}

int
sums_finish(struct sums *s)
{
	uint8_t to[4];
	int filled = 0;

	for (unsigned int i = s->n; i-- > 0;) {
		const struct sum *m = &s->sum[i];

		filled |= m->fill;
		if (mended(m, s->data + m->field, to))
			put(s, m->field, to, m->kind == SUM_CRC32C ? 4 : 2, i);
	}
	s->n = 0;
	return filled;
}
