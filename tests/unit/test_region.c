/*
 * test_region.c: memory that becomes real by need, also where its front tries
 * huge pages.
 */
#include <stdint.h>

#include "core/region.h"
#include "tap.h"

enum { STEP = 304 };

/* Is the rest of the region, byte by byte, zero up to n? */
static int
is_zero(const char *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

/* Fills it from its start, as a table does: each piece is zero before. */
static void
fill(size_t bytes, size_t few)
{
	char *region = region_new(bytes);
	struct region_front f;
	size_t at;
	int zero = 1, kept = 1;

	if (!ok(region != NULL, "%zu bytes: reserved", bytes))
		return;
	region_front_init(&f, region, bytes, few);
	for (at = 0; at + STEP <= bytes; at += STEP) {
		region_reach(&f, region + at + STEP);
		zero &= is_zero(region + at, STEP);
		region[at] = region[at + STEP - 1] = (char)(at / STEP | 1);
	}
	ok(zero, "%zu bytes: zero before they are written", bytes);
	ok(f.next >= region + at && f.next <= f.end &&
	    f.end == region + bytes, "%zu bytes: the front stays within",
	    bytes);
	for (size_t i = 0; i < at; i += STEP)
		kept &= region[i] == (char)(i / STEP | 1) &&
		    region[i + STEP - 1] == region[i];
	ok(kept, "%zu bytes: what was written stays", bytes);
	region_free(region, bytes);
}

static void
clear(size_t bytes)
{
	char *region = region_new(bytes);

	if (!ok(region != NULL, "%zu bytes: reserved", bytes))
		return;
	region_clear(region, bytes);
	ok(is_zero(region, bytes), "%zu bytes: cleared", bytes);
	region_free(region, bytes);
}

int
main(void)
{
	const size_t mib = 1 << 20;

	fill(STEP, 0);
	fill(STEP, 4 * mib);
	fill(4 * mib, 2 * mib);
	fill(4 * mib + STEP, 4 * mib);
	fill(6 * mib + 123, 0);
	fill(8 * mib, 3 * mib + STEP);
	fill(23 * mib + 4096, 2 * mib);
	clear(12);
	clear(4 * mib + 12);
	clear(9 * mib);
	return done();
}
