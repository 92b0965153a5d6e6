/*
 * made.h: random frames that are made twice, with other addresses and ports.
 *
 * Every choice comes from a seed, so that the two differ in what "side" says
 * and in the sums of it alone: what rewriting makes of one must be the other,
 * bit by bit.  Sums are made here as RFC 1071 tells them, not by the program's
 * code.
 */
#ifndef TESTS_MADE_H
#define TESTS_MADE_H

#include <stdint.h>
#include <string.h>

#include <sessdump/wire.h>

enum {
	MADE_MAX = 4096,
	MADE_DEEP = 2,		/* datagrams in datagrams */
};

struct made {
	uint32_t random;
	unsigned int side;	/* 0: before, 1: after */
	uint8_t buf[MADE_MAX];
	uint32_t at;		/* the frame goes from here to the end */
	uint8_t addr[2][16];	/* of the datagram that is being made */
	unsigned int version;
	uint32_t ip;		/* where the outermost datagram begins, */
	unsigned int protocol;	/* and what it carries */
	uint8_t has_sctp;	/* in it, or further in */
	uint8_t has_error;	/* one of ICMP */
	uint8_t seems_left;	/* by chance a checksum is the pseudo
				 * header's */
	unsigned int around;	/* datagrams around the innermost */
	uint32_t inner;		/* where what that carries begins */
};

static inline uint32_t
made_random(struct made *m, uint32_t n)
{
	m->random = m->random * 1664525 + 1013904223;
	return (m->random >> 8) % n;
}

static inline uint8_t *
made_push(struct made *m, uint32_t n)
{
	m->at -= n;
	memset(m->buf + m->at, 0, n);
	return m->buf + m->at;
}

static inline uint32_t
made_len(const struct made *m)
{
	return MADE_MAX - m->at;
}

static inline void
made_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline uint32_t
made_sum(uint32_t sum, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline uint32_t
made_pseudo(const struct made *m, unsigned int protocol, uint32_t len)
{
	uint32_t n = m->version == 4 ? 4 : 16;

	return made_sum(made_sum(protocol + len, m->addr[0], n), m->addr[1],
	    n);
}

static inline uint32_t
made_crc32c(const uint8_t *p, uint32_t n)
{
	uint32_t crc = UINT32_MAX;

	for (uint32_t i = 0; i < n * 8; i++) {
		if (i % 8 == 0)
			crc ^= p[i / 8];
		crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
	}
	return ~crc;
}

/* Address k, of those that are mapped or of others. */
static inline void
made_address(const struct made *m, uint8_t *a, unsigned int version,
    unsigned int k)
{
	static const uint8_t v4[3][4] = {
		{ 10, 1, 0, 0 }, { 172, 20, 0, 0 }, { 192, 0, 2, 0 } };
	static const uint8_t v6[3][16] = {
		{ 0x20, 1, 0xd, 0xb8, 0, 1, 7 }, { 0xfd, 0, 0, 0, 0, 9, 7 },
		{ 0x20, 1, 0xd, 0xb8, 0, 2 } };
	unsigned int which = k % 4 == 0 ? 2 : m->side;

	memcpy(a, version == 4 ? v4[which] : v6[which], version == 4 ? 4 : 16);
	a[version == 4 ? 3 : 15] = (uint8_t)k;
}

static inline uint32_t
made_port(struct made *m)
{
	static const uint16_t port[][2] = {
		{ 80, 8080 }, { 51000, 1 }, { 65535, 0 }, { 4000, 4000 } };

	return port[made_random(m, 4)][m->side];
}

static inline void
made_payload(struct made *m, uint32_t max)
{
	uint32_t n = made_random(m, max);
	uint8_t *p = made_push(m, n);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)made_random(m, 256);
}

/* The Internet checksum of what is there. */
static inline void
made_fill(struct made *m, uint32_t field, uint32_t pseudo, int never_zero)
{
	uint8_t *p = m->buf + m->at;
	uint32_t sum;

	sum = ~made_sum(pseudo, p, made_len(m)) & 0xffff;
	made_be16(p + field, sum == 0 && never_zero ? 0xffff : sum);
	/* That of the length may be missing. */
	m->seems_left |= pseudo % 65535 == sum % 65535 ||
	    (pseudo + 65535 - made_len(m)) % 65535 == sum % 65535;
}

static inline void
made_ports(struct made *m, uint8_t *p)
{
	made_be16(p, made_port(m));
	made_be16(p + 2, made_port(m));
}

/* A transport around what is there, with the addresses that are set. */
static inline void
made_transport(struct made *m, unsigned int protocol)
{
	uint8_t *p;
	uint32_t crc;

	switch (protocol) {
	case 6:
		p = made_push(m, 20);
		made_ports(m, p);
		made_be16(p + 12, 0x5018);
		made_fill(m, 16, made_pseudo(m, 6, made_len(m)), 0);
		break;
	case 17:
		p = made_push(m, 8);
		made_ports(m, p);
		made_be16(p + 4, made_len(m));
		if (m->version == 6 || made_random(m, 4) > 0)
			made_fill(m, 6, made_pseudo(m, 17, made_len(m)), 1);
		break;
	case 33:
		p = made_push(m, 20);
		made_ports(m, p);
		p[4] = 5;
		p[8] = 1;
		made_fill(m, 6, made_pseudo(m, 33, made_len(m)), 0);
		break;
	case 132:
		made_push(m, 4);
		p = made_push(m, 12);
		made_ports(m, p);
		p[4] = (uint8_t)made_random(m, 256);
		crc = made_crc32c(p, made_len(m));
		p[8] = (uint8_t)crc;
		p[9] = (uint8_t)(crc >> 8);
		p[10] = (uint8_t)(crc >> 16);
		p[11] = (uint8_t)(crc >> 24);
		m->has_sctp = 1;
		break;
	case 136:
		p = made_push(m, 8);
		made_ports(m, p);
		made_fill(m, 6, made_pseudo(m, 136, made_len(m)), 1);
		break;
	case 1:
		p = made_push(m, 8);
		p[0] = 8;
		made_fill(m, 2, 0, 0);
		break;
	case 58:
		p = made_push(m, 24);
		p[0] = 135;
		made_address(m, p + 8, 6, made_random(m, 9));
		made_fill(m, 2, made_pseudo(m, 58, made_len(m)), 0);
		break;
	}
}

static inline void
made_ipv4(struct made *m, unsigned int protocol)
{
	uint32_t header = made_random(m, 3) == 0 ? 28 : 20;
	uint8_t *p = made_push(m, header);
	uint32_t len = made_len(m);

	p[0] = (uint8_t)(0x40 | header / 4);
	made_be16(p + 2, len);
	made_be16(p + 4, made_random(m, 65536));
	p[8] = 64;
	p[9] = (uint8_t)protocol;
	memcpy(p + 12, m->addr[0], 4);
	memcpy(p + 16, m->addr[1], 4);
	if (header > 20) {		/* record route, one address */
		p[20] = 7;
		p[21] = 7;
		p[22] = 8;
		made_address(m, p + 23, 4, made_random(m, 9));
	}
	made_be16(p + 10, ~made_sum(0, p, header) & 0xffff);
}

/* With destination options, at times, and with segments left: then the target
 * of the checksums stands in a routing header. */
static inline void
made_ipv6(struct made *m, unsigned int protocol, int routed)
{
	uint8_t *p;
	uint32_t len;

	if (made_random(m, 3) == 0) {
		p = made_push(m, 8);
		p[0] = (uint8_t)protocol;
		p[2] = 1;
		p[3] = 4;
		protocol = 60;
	}
	if (routed) {
		p = made_push(m, 24);
		p[0] = (uint8_t)protocol;
		p[1] = 2;
		p[2] = 4;
		p[3] = 1;
		memcpy(p + 8, m->addr[1], 16);
		protocol = 43;
	}
	len = made_len(m);
	p = made_push(m, 40);
	p[0] = 0x60;
	made_be16(p + 4, len);
	p[6] = (uint8_t)protocol;
	p[7] = 64;
	memcpy(p + 8, m->addr[0], 16);
	memcpy(p + 24, m->addr[1], 16);
	if (routed)
		made_address(m, p + 24, 6, 3);
}

static inline void
made_choose(struct made *m)
{
	m->version = made_random(m, 2) ? 4 : 6;
	made_address(m, m->addr[0], m->version, made_random(m, 9));
	made_address(m, m->addr[1], m->version, made_random(m, 9));
}

/* A datagram around nothing. */
static inline void
made_inner(struct made *m)
{
	static const uint8_t protocol[] = { 6, 17, 33, 132, 136, 1, 58, 6 };
	unsigned int n;

	made_choose(m);
	n = protocol[made_random(m, sizeof(protocol))];
	if (n == 1 && m->version == 6)
		n = 58;
	else if (n == 58 && m->version == 4)
		n = 1;
	made_payload(m, 300);
	made_transport(m, n);
	m->protocol = n;
	m->inner = m->at;
	if (m->version == 4)
		made_ipv4(m, n);
	else
		made_ipv6(m, n, made_random(m, 5) == 0);
}

static inline void
made_mac(const struct made *m, uint8_t *p, unsigned int k)
{
	static const uint8_t mac[2][6] = {
		{ 2, 0, 0x5e, 0, 0x53, 1 }, { 0xfe, 0xff, 0, 0, 0, 0xff } };

	memcpy(p, mac[k % 2 == 0 ? m->side : 0], 6);
	p[4] = (uint8_t)(p[4] + k % 2);
}

static inline void
made_ethernet(struct made *m, unsigned int version, unsigned int tags)
{
	uint32_t type = version == 4 ? 0x0800 : 0x86dd;
	uint8_t *p;

	while (tags-- > 0) {
		p = made_push(m, 4);
		made_be16(p, made_random(m, 65536));
		made_be16(p + 2, type);
		type = 0x8100;
	}
	p = made_push(m, 14);
	made_mac(m, p, made_random(m, 4));
	made_mac(m, p + 6, made_random(m, 4));
	made_be16(p + 12, type);
}

/* A datagram around one: IP in IP, GRE with a checksum, VXLAN with UDP's, an
 * ICMP error. */
static inline void
made_around(struct made *m)
{
	unsigned int inner = m->version, kind = made_random(m, 4), protocol;
	uint8_t *p;

	/* An error about an error is none. */
	if (kind == 3 && (m->has_error || m->protocol == 1 ||
	    m->protocol == 58))
		kind = 0;
	m->around++;

	if (kind == 2)
		made_ethernet(m, inner, made_random(m, 2));
	made_choose(m);
	switch (kind) {
	case 0:
		protocol = inner == 4 ? 4 : 41;
		break;
	case 1:
		p = made_push(m, 8);
		p[0] = 0x80;
		made_be16(p + 2, inner == 4 ? 0x0800 : 0x86dd);
		made_fill(m, 4, 0, 0);
		protocol = 47;
		break;
	case 2:
		p = made_push(m, 16);
		p[8] = 8;
		made_be16(p, made_port(m));
		made_be16(p + 2, 4789);
		made_be16(p + 4, made_len(m));
		made_fill(m, 6, made_pseudo(m, 17, made_len(m)), 1);
		protocol = 17;
		break;
	default:
		m->version = inner;
		made_choose(m);
		while (m->version != inner)
			made_choose(m);
		p = made_push(m, 8);
		p[0] = inner == 4 ? 3 : 1;
		protocol = inner == 4 ? 1 : 58;
		m->has_error = 1;
		made_fill(m, 2, inner == 4 ? 0 :
		    made_pseudo(m, 58, made_len(m)), 0);
		break;
	}
	m->protocol = protocol;
	if (m->version == 4)
		made_ipv4(m, protocol);
	else
		made_ipv6(m, protocol, 0);
}

static inline void
made_frame(struct made *m, uint32_t seed, unsigned int side)
{
	memset(m, 0, sizeof(*m));
	m->random = seed * 2654435761U;
	m->side = side;
	m->at = MADE_MAX;
	made_inner(m);
	for (unsigned int n = made_random(m, MADE_DEEP + 1); n > 0; n--)
		made_around(m);
	m->ip = m->at;
	made_ethernet(m, m->version, made_random(m, 3));
}

#endif
