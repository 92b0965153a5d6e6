/*
 * parse.h: numbers as people write them, and nothing behind them.
 */
#ifndef SRC_CORE_PARSE_H
#define SRC_CORE_PARSE_H

#include <stdint.h>

#include "core/errbuf.h"

/* A decimal number; -1 and errbuf, where "what" is named, unless it is from min
 * to max. */
int parse_number(const char *what, const char *s, uint64_t min, uint64_t max,
    uint64_t *value, struct errbuf *);

/* n bytes, two hexadecimal digits each, with that character between them
 * ('\0': with none).  The place behind; NULL when they are not there. */
const char *parse_hex(const char *s, uint8_t *to, unsigned int n,
    char between);

#endif
