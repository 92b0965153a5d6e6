/* region.c: memory that is reserved at once and becomes real by need. */
#include <sys/mman.h>

#include "core/region.h"

/* Bytes of a region in pages as they come.  Huge ones pay where a table is so
 * large that its page tables no longer stay in the cache; to be touched for the
 * first time they are dear in a virtual machine whose host takes back what is
 * free: 2 ms each were measured, with 1 us for a small page. */
#define SMALL	((size_t)256 << 20)

void *
region_new(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (bytes > SMALL)
		madvise(p + SMALL, bytes - SMALL, MADV_HUGEPAGE);
	return p;
}

void
region_free(void *p, size_t bytes)
{
	if (p != NULL)
		munmap(p, bytes);
}
