/*
 * region.h: memory that is reserved at once and becomes real page by page, as
 * it is touched.
 *
 * It reads as zero, but is better written to before: a page that was read first
 * has to be replaced when it is written to, and all processors to be told.
 *
 * What is far into a large one is made of huge pages where the kernel has them:
 * what is found in it by hash is found with fewer walks through page tables.
 */
#ifndef SRC_CORE_REGION_H
#define SRC_CORE_REGION_H

#include <stddef.h>

/* Zeroed; NULL and errno when the address space cannot be had.  Free it with
 * the same size. */
void *region_new(size_t bytes);
void region_free(void *, size_t bytes);

/*
 * For a region that is filled from its start: how far it has come.  What comes
 * next is made real some pages at a time, and of huge ones where these may be
 * had.  They cost less than the small ones that they stand for, or, in a
 * virtual machine whose host takes back what is free, ten times as much: the
 * first that is slow is the last of the process.
 */
struct region_front {
	char *next;		/* up to there nothing is to be done */
	char *end;		/* of the region */
};

enum { REGION_FEW = 2 << 20 };

/* The first "few" bytes become real page by page: REGION_FEW where a region may
 * stay as small as that. */
void region_front_init(struct region_front *, void *region, size_t bytes,
    size_t few);
/* For region_reach(), when "next" is reached. */
void region_front_move(struct region_front *);

/* What ends there is about to be written to for the first time. */
static inline void
region_reach(struct region_front *f, const void *end)
{
	if ((const char *)end > f->next)
		region_front_move(f);
}

/* Writes zeros to all of a new region, by way of its front. */
void region_clear(void *, size_t bytes);

#endif
