/* region.c: memory that is reserved at once and becomes real by need. */
#include <sys/mman.h>

#include <stdint.h>
#include <string.h>

#include "core/now.h"
#include "core/region.h"

/* Bytes of a region in pages as they come, unless its front finds huge ones
 * cheap.  Behind that they pay even if they are dear: the page tables of what
 * is so large no longer stay in the cache. */
#define SMALL	((size_t)256 << 20)

#define HUGE	((size_t)2 << 20)	/* bytes of a huge page */

/* ns to touch one: 512 small ones take 100 us to 600 us, it takes 100 us, or
 * 2 ms to 5 ms. */
enum { SLOW = 500000 };

/* One was: they are as dear to all threads. */
static uint8_t dear;

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

void
region_front_init(struct region_front *f, void *region, size_t bytes,
    size_t few)
{
	f->end = (char *)region + bytes;
	f->next = bytes > few ? (char *)region + few : f->end;
}

void
region_front_move(struct region_front *f)
{
	size_t begun = (uintptr_t)f->next % HUGE;
	char *page = f->next + (begun > 0 ? HUGE - begun : 0);
	int64_t start;

	if (__atomic_load_n(&dear, __ATOMIC_RELAXED) || page > f->end ||
	    (size_t)(f->end - page) < HUGE ||
	    madvise(page, HUGE, MADV_HUGEPAGE) == -1) {
		f->next = f->end;
		return;
	}
	f->next = page + HUGE;
	start = now_monotonic();
	*(volatile char *)page = 0;
	if (now_monotonic() - start > SLOW)
		__atomic_store_n(&dear, 1, __ATOMIC_RELAXED);
}

void
region_clear(void *region, size_t bytes)
{
	struct region_front f;
	char *p = region;

	region_front_init(&f, region, bytes, 0);
	while (p < f.end) {
		size_t left = (size_t)(f.end - p);
		size_t n = left < HUGE ? left : HUGE;

		region_reach(&f, p + n);
		memset(p, 0, n);
		p += n;
	}
}
