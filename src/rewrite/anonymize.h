/*
 * anonymize.h: which address stands for one.
 *
 * Those that name nobody stay what they are, to the bit: unspecified, loopback,
 * limited broadcast and other addresses of class D and E, well-known groups of
 * IPv6.  What others are for stays, too: a global address of IPv6 becomes
 * another global one, and so do unique local and link-local ones, and groups
 * that somebody has made up.  All this is a matter of leading bits that are not
 * inverted, so that no prefix is lost and no two addresses become one.
 */
#ifndef SRC_REWRITE_ANONYMIZE_H
#define SRC_REWRITE_ANONYMIZE_H

#include <stdint.h>

#include "core/errbuf.h"
#include "rewrite/cryptopan.h"

struct anonymizer;

/* NULL and errbuf when memory is short, or there is no AES. */
struct anonymizer *anonymizer_new(const uint8_t key[CRYPTOPAN_KEY],
    struct errbuf *);
void anonymizer_free(struct anonymizer *);

/* Leading bits of an address that stay. */
unsigned int anonymize_kept(const uint8_t *, unsigned int version);

/* Each in its place: 4 or 16 bytes, and 6. */
void anonymize_ip(struct anonymizer *, uint8_t *, unsigned int version);
void anonymize_mac(struct anonymizer *, uint8_t *);

#endif
