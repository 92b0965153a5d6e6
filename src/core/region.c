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
#define STEP	((size_t)256 << 10)	/* of small ones, asked for at once */

/* ns to make a huge page real: 512 small ones take 100 us to 600 us, it takes
 * 100 us, or 2 ms to 5 ms. */
enum { SLOW = 500000 };

/* One was: they are as dear to all threads. */
static uint8_t dear;

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23		/* of Linux 5.14 */
#endif

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
	few = (few + STEP - 1) / STEP * STEP;
	f->end = (char *)region + bytes;
	f->next = bytes > few ? (char *)region + few : f->end;
}

/* Makes pages real at once: by itself each would cost a fault, as it does where
 * the kernel cannot do so. */
static void
populate(struct region_front *f, size_t bytes)
{
	size_t left = (size_t)(f->end - f->next);

	if (bytes > left)
		bytes = left;
	madvise(f->next, bytes, MADV_POPULATE_WRITE);
	f->next += bytes;
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
		populate(f, STEP);
		return;
	}
	f->next = page;
	start = now_monotonic();
	*(volatile char *)page = 0;
	populate(f, HUGE);	/* it may still be of small ones */
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
		size_t n = left < STEP ? left : STEP;

		region_reach(&f, p + n);
		memset(p, 0, n);
		p += n;
	}
}
