/* region.c: memory that is reserved at once and becomes real by need. */
#include <sys/mman.h>

#include <stdint.h>

#include "core/region.h"

#define HUGE	((size_t)1 << 21)	/* bytes of a huge page */

/* Small ones are left as they are: a huge page is dear for a few bytes. */
static size_t
rounded(size_t bytes)
{
	return bytes < 2 * HUGE ? bytes : (bytes + HUGE - 1) & ~(HUGE - 1);
}

void *
region_new(size_t bytes)
{
	size_t n = rounded(bytes), spare = n < 2 * HUGE ? 0 : HUGE, before;
	char *p = mmap(NULL, n + spare, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (spare == 0)
		return p;
	before = -(uintptr_t)p & (HUGE - 1);
	if (before > 0)
		munmap(p, before);
	p += before;
	if (before < HUGE)
		munmap(p + n, HUGE - before);
	madvise(p, n, MADV_HUGEPAGE);
	return p;
}

void
region_free(void *p, size_t bytes)
{
	if (p != NULL)
		munmap(p, rounded(bytes));
}
