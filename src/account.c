/* account.c: what became of the packets of a capture, and of its parts. */
#include "account.h"

void
account_take(struct account *a, struct capture *c)
{
	struct capture *part;
	unsigned int i;

	a->known = capture_stats(c, &a->sum) == 0;
	for (i = 0; i < OPTIONS_LIST && (part = capture_part(c, i)) != NULL;
	    i++) {
		a->part[i].name = part->name;
		if (capture_part_stats(c, i, &a->part[i].stats) == -1)
			break;
	}
	a->nparts = i;
}
