/* rules.c: what is to be rewritten into what. */
#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sessdump/wire.h>

#include "core/store.h"
#include "rewrite/rules.h"

enum {
	SIDE_MAX	= 64,	/* characters of either side of a rule */
	VLAN_ID_MAX	= 4095,
};

/* OLD=NEW in two. */
static int
split(const char *s, char old[SIDE_MAX], const char **new)
{
	size_t n = strcspn(s, "=");

	if (s[n] == '\0' || n >= SIDE_MAX)
		return -1;
	memcpy(old, s, n);
	old[n] = '\0';
	*new = s + n + 1;
	return 0;
}

/* A decimal number and nothing else; -1 when it is none, or too large. */
static long
decimal(const char *s, long max)
{
	char *end;
	long v = *s >= '0' && *s <= '9' ? strtol(s, &end, 10) : -1;

	return v < 0 || v > max || *end != '\0' ? -1 : v;
}

/* ADDRESS or ADDRESS/LEN; the version of it, or -1. */
static int
parse_prefix(const char *s, uint8_t addr[16], uint8_t *bits)
{
	char text[SIDE_MAX];
	size_t n = strcspn(s, "/");
	int version;
	long len;

	if (n >= sizeof(text))
		return -1;
	memcpy(text, s, n);
	text[n] = '\0';
	version = inet_pton(AF_INET, text, addr) == 1 ? 4 :
	    inet_pton(AF_INET6, text, addr) == 1 ? 6 : -1;
	len = version == 4 ? 32 : 128;
	if (s[n] == '/')
		len = decimal(s + n + 1, len);
	if (version == -1 || len == -1)
		return -1;
	*bits = (uint8_t)len;
	return version;
}

/* The first "bits" of "from" into the place of those of a. */
static void
put_bits(uint8_t *a, const uint8_t *from, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	memcpy(a, from, whole);
	if (rest > 0)
		a[whole] = (uint8_t)((a[whole] & ~mask) | (from[whole] & mask));
}

static int
same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	    (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static int
full(const char *what, unsigned int n, struct errbuf *e)
{
	return n < RULES_MAX ? 0 : err_set(e, "%s: more than %d", what,
	    RULES_MAX);
}

int
rules_add_ip(struct rules *r, const char *s, struct errbuf *e)
{
	struct rule_ip *i = &r->ip[r->nip];
	char old[SIDE_MAX];
	const char *new;
	int version, other;

	if (full("--map-ip", r->nip, e) == -1)
		return -1;
	memset(i, 0, sizeof(*i));
	if (split(s, old, &new) == -1 ||
	    (version = parse_prefix(old, i->from, &i->bits)) == -1 ||
	    (other = parse_prefix(new, i->to, &i->put)) == -1) {
		err_set(e, "--map-ip: %s: not OLD/LEN=NEW/LEN", s);
		return err_hint(e, "as in 10.0.0.0/8=192.168.0.0/16, or "
		    "2001:db8::1=2001:db8::2");
	}
	if (version != other)
		return err_set(e, "--map-ip: %s: IPv4 and IPv6", s);
	i->version = (uint8_t)version;
	r->nip++;
	return 0;
}

int
rules_add_port(struct rules *r, const char *s, struct errbuf *e)
{
	char old[SIDE_MAX];
	const char *new;
	long from, to;

	if (full("--map-port", r->nport, e) == -1)
		return -1;
	if (split(s, old, &new) == -1 || (from = decimal(old, 65535)) == -1 ||
	    (to = decimal(new, 65535)) == -1)
		return err_set(e, "--map-port: %s: not OLD=NEW, two ports", s);
	r->port[r->nport++] = (struct rule_port){ (uint16_t)from,
	    (uint16_t)to };
	return 0;
}

/* Six bytes in hexadecimal with colons between them. */
static int
parse_mac(const char *s, uint8_t mac[6])
{
	unsigned int b[6];
	int n = 0;

	if (strspn(s, "0123456789abcdefABCDEF:") != strlen(s) ||
	    sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3],
	    &b[4], &b[5], &n) != 6 || s[n] != '\0')
		return -1;
	for (unsigned int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return 0;
}

int
rules_add_mac(struct rules *r, const char *s, struct errbuf *e)
{
	struct rule_mac *m = &r->mac[r->nmac];
	char old[SIDE_MAX];
	const char *new;

	if (full("--map-mac", r->nmac, e) == -1)
		return -1;
	if (split(s, old, &new) == -1 || parse_mac(old, m->from) == -1 ||
	    parse_mac(new, m->to) == -1)
		return err_set(e, "--map-mac: %s: not OLD=NEW, two of "
		    "00:00:5e:00:53:01", s);
	r->nmac++;
	return 0;
}

int
rules_set_vlan(struct rules *r, const char *s, struct errbuf *e)
{
	long id = 0;

	if (strcmp(s, "del") == 0)
		r->vlan = VLAN_DELETE;
	else if (strncmp(s, "add=", 4) == 0) {
		r->vlan = VLAN_ADD;
		id = decimal(s + 4, VLAN_ID_MAX);
	} else {
		r->vlan = VLAN_SET;
		id = decimal(s, VLAN_ID_MAX);
	}
	r->vlan_id = (uint16_t)id;
	return id != -1 ? 0 : err_set(e, "--vlan: %s: not an ID from 0 to "
	    "%d, add=ID or del", s, VLAN_ID_MAX);
}

int
rules_set_mtu(struct rules *r, enum rule_mtu fit, const char *s,
    struct errbuf *e)
{
	const char *what = fit == MTU_DROP ? "--mtu-drop" : "--mtu-fragment";
	long n = strcmp(s, "auto") == 0 ? MTU_OF_LINK : decimal(s, MTU_MAX);

	if (r->fit != MTU_KEEP && r->fit != fit)
		return err_set(e, "--mtu-fragment and --mtu-drop: one of "
		    "them");
	if (n == -1 || (n < MTU_LEAST && strcmp(s, "auto") != 0))
		return err_set(e, "%s: %s: not a number from %d to %d, or "
		    "auto", what, s, MTU_LEAST, MTU_MAX);
	r->fit = (uint8_t)fit;
	r->mtu = (uint32_t)n;
	return 0;
}

int
rules_map_ip(const struct rules *r, uint8_t *a, unsigned int version)
{
	for (unsigned int i = 0; i < r->nip; i++)
		if (r->ip[i].version == version &&
		    same_bits(a, r->ip[i].from, r->ip[i].bits)) {
			put_bits(a, r->ip[i].to, r->ip[i].put);
			return 1;
		}
	return 0;
}

int
rules_map_port(const struct rules *r, uint8_t *p)
{
	const unsigned int port = be16(p);

	for (unsigned int i = 0; i < r->nport; i++)
		if (r->port[i].from == port) {
			store_be16(p, r->port[i].to);
			return 1;
		}
	return 0;
}

int
rules_map_mac(const struct rules *r, uint8_t *a)
{
	for (unsigned int i = 0; i < r->nmac; i++)
		if (memcmp(a, r->mac[i].from, 6) == 0) {
			memcpy(a, r->mac[i].to, 6);
			return 1;
		}
	return 0;
}
