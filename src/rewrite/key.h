/*
 * key.h: the key of --anonymize.
 */
#ifndef SRC_REWRITE_KEY_H
#define SRC_REWRITE_KEY_H

#include "core/errbuf.h"
#include "rewrite/cryptopan.h"

/* 64 hexadecimal digits; @FILE, a file that begins with them, or that has 32
 * bytes and no more; or "random", one that nobody will know.  0, or -1 and
 * errbuf. */
int key_read(uint8_t key[CRYPTOPAN_KEY], const char *, struct errbuf *);

#endif
