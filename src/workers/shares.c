/* shares.c: how flows and sessions are divided among workers. */
#include "workers/shares.h"

void
shares_init(struct shares *s, unsigned int n, unsigned int dealing)
{
	unsigned int spared = SHARES * dealing / 100 * (n - 1) / n;
	unsigned int first = SHARES / n, k = 0;

	first = first > spared ? first - spared : 0;
	s->n = n;
	for (unsigned int i = 0; i < n; i++) {
		unsigned int end = i == 0 ? first : first + (SHARES - first) *
		    i / (n - 1);

		s->end[i] = (uint16_t)end;
		while (k < end)
			s->owner[k++] = (uint8_t)i;
	}
}

uint32_t
shares_max(const struct shares *s, unsigned int i, uint32_t max)
{
	uint64_t spare = max - s->n, begin = i > 0 ? s->end[i - 1] : 0;

	return 1 + (uint32_t)(spare * s->end[i] / SHARES -
	    spare * begin / SHARES);
}
