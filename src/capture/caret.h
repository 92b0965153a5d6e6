/*
 * caret.h: shows the place at which a filter expression is wrong.
 */
#ifndef SRC_CAPTURE_CARET_H
#define SRC_CAPTURE_CARET_H

#include "core/errbuf.h"

/*
 * Sets the hint to the expression with a caret under the word that libpcap
 * means; without a caret when that cannot be told.
 */
void caret_hint(const char *expression, const char *message, struct errbuf *);

#endif
