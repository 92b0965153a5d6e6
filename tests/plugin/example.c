/* example.c: a protocol of our own on UDP port 7777, as a plugin; the ways in
 * which it can be wrong are chosen by macros. */
#include <sessdump/dissector.h>

enum { EXAMPLE_HEADER = 4 };

static enum verdict
example_dissect(struct packet *p, struct cursor *c)
{
	if (cursor_take(c, EXAMPLE_HEADER) == NULL)
		return dissect_guess_short(p);
	return DISSECT_DONE;
}

static void
example_print(const struct packet *p, const struct layer *l, struct writer *w)
{
	const uint8_t *h = l->data;

	(void)p;
	if (l->header < EXAMPLE_HEADER)
		return;
	writer_number(w, "version", h[0]);
	writer_hex(w, "kind", h[1]);
	writer_number(w, "count", be16(h + 2));
}

#ifndef EXAMPLE_NAME
#define EXAMPLE_NAME "example"
#endif
#ifndef EXAMPLE_PORT
#define EXAMPLE_PORT 7777
#endif
#ifdef EXAMPLE_SYMBOL
#define sessdump_dissector EXAMPLE_SYMBOL
#endif

DISSECTOR(example) = {
	DISSECTOR_ABI,
#ifdef EXAMPLE_ABI
	.abi = EXAMPLE_ABI,
#endif
#ifdef EXAMPLE_SIZE
	.size = EXAMPLE_SIZE,
#endif
#ifndef EXAMPLE_NAMELESS
	.name = EXAMPLE_NAME,
#endif
	.title = "Example protocol of the tests",
	.match = DISSECTOR_MATCH({ TABLE_UDP_PORT, EXAMPLE_PORT }),
	.dissect = example_dissect,
	.print = example_print,
};
