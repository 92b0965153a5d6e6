/*
 * writers.h: the writers that dissectors print through (writer.h).
 */
#ifndef SRC_OUTPUT_WRITERS_H
#define SRC_OUTPUT_WRITERS_H

#include <sessdump/writer.h>

#include "output/outbuf.h"

enum { WRITER_DEPTH = 32 };	/* of nested objects and lists */

/* JSON: members of an object that is open already. */
struct writer_json {
	struct writer writer;	/* first: it is what print() is given */
	struct outbuf *out;
	unsigned int depth;
	unsigned int hidden;	/* depth inside of what is nested too deep */
	uint8_t comma;		/* something stands before */
	char close[WRITER_DEPTH];
};

/* Text: " name value", after what stands on the line.  What is called "name"
 * speaks for itself and goes without. */
struct writer_text {
	struct writer writer;
	struct outbuf *out;
	const char *const *only; /* these and no others, ended by NULL */
	unsigned int depth;
	unsigned int hidden;	/* depth inside an object that is not wanted */
	uint8_t bare;		/* right behind a bracket: no space */
	char close[WRITER_DEPTH];
};

/* Set "comma" where members stand in the object already. */
void writer_json_init(struct writer_json *, struct outbuf *);
void writer_text_init(struct writer_text *, struct outbuf *);

#endif
