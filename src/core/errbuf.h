/*
 * errbuf.h: a message about the environment, on its way up to main().
 *
 * A function that can fail takes a struct errbuf * and answers
 *
 *	return err_set(e, "bind %s: %s", name, strerror(errno));
 *
 * Only main.c prints it.  A message has the form "what: why", without the
 * program's name and without a newline.
 */
#ifndef SRC_CORE_ERRBUF_H
#define SRC_CORE_ERRBUF_H

struct errbuf {
	char text[1024];
	char hint[256];		/* how to cure it; "" when nothing is known */
};

/* Sets the text, clears the hint.  Always -1. */
int err_set(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds the hint.  Always -1. */
int err_hint(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
