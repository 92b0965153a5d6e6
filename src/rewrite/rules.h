/*
 * rules.h: what is to be rewritten into what.
 *
 * Of several rules that fit, the first given counts, and only that.
 */
#ifndef SRC_REWRITE_RULES_H
#define SRC_REWRITE_RULES_H

#include <stdint.h>

#include "core/errbuf.h"

enum { RULES_MAX = 64 };	/* of a kind */

/* Addresses whose first "bits" are those of "from" get the first "put" bits of
 * "to", and keep the others. */
struct rule_ip {
	uint8_t version, bits, put;
	uint8_t from[16], to[16];
};

struct rule_port {
	uint16_t from, to;
};

struct rule_mac {
	uint8_t from[6], to[6];
};

/* Zeroed at first. */
struct rules {
	struct rule_ip ip[RULES_MAX];
	struct rule_port port[RULES_MAX];
	struct rule_mac mac[RULES_MAX];
	uint8_t nip, nport, nmac;
};

/* OLD/LEN=NEW/LEN, OLD=NEW, OLD=NEW, as they are written on the command line.
 * 0, or -1 and errbuf. */
int rules_add_ip(struct rules *, const char *, struct errbuf *);
int rules_add_port(struct rules *, const char *, struct errbuf *);
int rules_add_mac(struct rules *, const char *, struct errbuf *);

/* Each in its place, with 4 or 16, 2, and 6 bytes; 1 when a rule names it. */
int rules_map_ip(const struct rules *, uint8_t *, unsigned int version);
int rules_map_port(const struct rules *, uint8_t *);
int rules_map_mac(const struct rules *, uint8_t *);

#endif
