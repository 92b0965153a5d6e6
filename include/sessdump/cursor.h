/*
 * cursor.h: a bounded walk over captured bytes.
 *
 * A cursor is a value: copy it to look ahead, assign it back to return.
 * "p <= end" always holds, and nothing reads outside [p, end).  A dissector
 * takes a header in one step, tests for NULL once, and then reads at constant
 * offsets inside what it took.
 *
 * The bytes are borrowed from the frame (see frame.h).
 */
#ifndef SESSDUMP_CURSOR_H
#define SESSDUMP_CURSOR_H

#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *p;	/* the next byte */
	const uint8_t *end;	/* one past the last */
};

/* Bytes that are left. */
static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

/* The next n bytes, now behind the cursor; NULL, the cursor unmoved, when
 * fewer are left. */
static inline const uint8_t *
cursor_take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;

	if (cursor_left(c) < n)
		return NULL;
	c->p += n;
	return p;
}

/* The next n bytes, the cursor unmoved; NULL when fewer are left. */
static inline const uint8_t *
cursor_peek(const struct cursor *c, size_t n)
{
	return cursor_left(c) < n ? NULL : c->p;
}

/* Cuts the walk to at most n bytes from here. */
static inline void
cursor_trim(struct cursor *c, size_t n)
{
	if (cursor_left(c) > n)
		c->end = c->p + n;
}

#endif
