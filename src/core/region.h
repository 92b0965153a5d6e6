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

#endif
