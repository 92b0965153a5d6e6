/* errbuf.c: a message about the environment, on its way up to main(). */
#include <stdarg.h>
#include <stdio.h>

#include "core/errbuf.h"

int
err_set(struct errbuf *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	e->hint[0] = '\0';
	return -1;
}

int
err_hint(struct errbuf *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return -1;
}
