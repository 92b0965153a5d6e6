/*
 * rules.h: what is to be rewritten into what.
 *
 * Of several rules that fit, the first given counts, and only that.
 */
#ifndef SRC_REWRITE_RULES_H
#define SRC_REWRITE_RULES_H

#include <stdint.h>

#include "core/errbuf.h"
#include "rewrite/cryptopan.h"

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

/* What becomes of the outermost VLAN tag. */
enum rule_vlan {
	VLAN_KEEP,
	VLAN_SET,	/* it gets another ID; where there is none, as ADD */
	VLAN_ADD,	/* one more, in front of it */
	VLAN_DELETE,
};

/* What becomes of frames that do not fit. */
enum rule_mtu {
	MTU_KEEP,
	MTU_FRAGMENT,	/* IP in fragments; all else as DROP */
	MTU_DROP,	/* left out */
};

enum {
	MTU_LEAST	= 68,		/* RFC 791 */
	MTU_MAX		= 65535,
	MTU_OF_LINK	= 0,		/* that of the interface */
};

/* Zeroed at first. */
struct rules {
	struct rule_ip ip[RULES_MAX];
	struct rule_port port[RULES_MAX];
	struct rule_mac mac[RULES_MAX];
	uint8_t nip, nport, nmac;
	uint8_t vlan;			/* enum rule_vlan */
	uint8_t fit;			/* enum rule_mtu */
	uint16_t vlan_id;
	uint32_t mtu;			/* bytes behind the link header */
	uint8_t anonymize;		/* all other addresses, by the key */
	uint8_t cut;			/* leave out what headers carry */
	uint8_t key[CRYPTOPAN_KEY];
};

/* OLD/LEN=NEW/LEN, OLD=NEW, OLD=NEW, as they are written on the command line.
 * 0, or -1 and errbuf. */
int rules_add_ip(struct rules *, const char *, struct errbuf *);
int rules_add_port(struct rules *, const char *, struct errbuf *);
int rules_add_mac(struct rules *, const char *, struct errbuf *);

/* ID, add=ID or del; and the number of bytes, or auto. */
int rules_set_vlan(struct rules *, const char *, struct errbuf *);
int rules_set_mtu(struct rules *, enum rule_mtu, const char *,
    struct errbuf *);

/* Each in its place, with 4 or 16, 2, and 6 bytes; 1 when a rule names it. */
int rules_map_ip(const struct rules *, uint8_t *, unsigned int version);
int rules_map_port(const struct rules *, uint8_t *);
int rules_map_mac(const struct rules *, uint8_t *);

#endif
