/* order.c: sessions in order of their ids. */
#include "session/impl.h"

enum { FEW = 24 };	/* these are sorted by insertion */

static void
insert(struct session_entry *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct session_entry e = v[i];
		uint32_t k = i;

		for (; k > 0 && v[k - 1].id > e.id; k--)
			v[k] = v[k - 1];
		v[k] = e;
	}
}

static uint8_t
digit(const struct session_entry *e, unsigned int shift)
{
	return (uint8_t)(e->id >> shift);
}

/* Each goes where its digit belongs, then each digit's part is sorted by the
 * next one: in place, since there may be as many as memory holds sessions. */
static void
sort(struct session_entry *v, uint32_t n, unsigned int shift)
{
	uint32_t count[256] = { 0 }, next[256], begin = 0;

	for (uint32_t i = 0; i < n; i++)
		count[digit(&v[i], shift)]++;
	for (unsigned int d = 0; d < 256; begin += count[d++])
		next[d] = begin;
	begin = 0;
	for (unsigned int d = 0; d < 256; begin += count[d++])
		while (next[d] < begin + count[d]) {
			struct session_entry e = v[next[d]];
			uint32_t *to = &next[digit(&e, shift)];

			v[next[d]] = v[*to];
			v[(*to)++] = e;
		}
	for (unsigned int d = 0; d < 256; v += count[d++]) {
		if (count[d] > FEW && shift > 0)
			sort(v, count[d], shift > 8 ? shift - 8 : 0);
		else
			insert(v, count[d]);
	}
}

void
session_sort(struct session_entry *v, uint32_t n)
{
	uint64_t max = 0;
	unsigned int bits;
	int sorted = 1;

	for (uint32_t i = 0; i < n; i++) {
		sorted &= v[i].id >= max;
		if (v[i].id > max)
			max = v[i].id;
	}
	/* From the highest bit that there is: all digits then tell apart. */
	bits = 64 - (unsigned int)__builtin_clzll(max | 1);
	if (!sorted)
		sort(v, n, bits > 8 ? bits - 8 : 0);
}
