/* mix_udp.c: names that are looked up, and encrypted flows over UDP. */
#include <string.h>

#include "mix.h"

enum { C, S };

enum {
	DNS_HEADER = 12, DNS_RECORD = 12, DNS_TEXT = 200,
	TYPE_A = 1, TYPE_TXT = 16,
	PIECE = 1432,		/* of a datagram, a multiple of 8 */
	QUIC_LONG = 1200, QUIC_FULL = 1252, QUIC_ACK = 33,
};

static int64_t dns_answer(struct flow *), quic_greet(struct flow *);
static int64_t quic_talk(struct flow *);

static void
put_name(uint8_t *p, uint32_t id)
{
	static const char name[] = "\5h0000\7example\3com";

	memcpy(p, name, sizeof(name));
	for (int i = 0; i < 4; i++)
		p[2 + i] = (uint8_t)('a' + (id >> 4 * i & 15));
}

/* The header and the question: its length. */
static size_t
dns_start(const struct flow *f, uint8_t *p, unsigned int flags,
    unsigned int answers, unsigned int type)
{
	memset(p, 0, DNS_HEADER);
	put16(p, f->udp.id & 0xffff);
	put16(p + 2, flags);
	put16(p + 4, 1);
	put16(p + 6, answers);
	put_name(p + DNS_HEADER, f->udp.id);
	p += DNS_HEADER + 19;
	put16(p, type);
	put16(p + 2, 1);
	return DNS_HEADER + 19 + 4;
}

static void
put_record(uint8_t *p, unsigned int type, unsigned int len)
{
	put16(p, 0xc00c);	/* the name of the question */
	put16(p + 2, type);
	put16(p + 4, 1);
	put32(p + 6, 300);
	put16(p + 10, len);
	memset(p + DNS_RECORD, 'x', len);
	if (type == TYPE_TXT)
		p[DNS_RECORD] = (uint8_t)(len - 1);	/* one string */
}

static void
send(struct flow *f, int dir, const void *data, size_t n)
{
	frame_bytes(data, n);
	frame_udp(&f->ends[dir]);
	flow_send(f, dir, IPPROTO_U);
}

static int64_t
dns_query(struct flow *f)
{
	struct udp_flow *u = &f->udp;
	uint8_t data[64];
	size_t n = dns_start(f, data, 0x0100, 0, u->burst > 4 ?
	    TYPE_TXT : TYPE_A);

	send(f, C, data, n);
	if (u->tries > 0) {
		u->tries--;
		return u->left == 0 && u->tries == 0 ? FLOW_DONE : 5 * SEC;
	}
	f->step = dns_answer;
	return about(f->far);
}

/* In two pieces or three. */
static void
dns_pieces(struct flow *f, const void *data, size_t n)
{
	static uint8_t datagram[4096];
	struct ip_extra x = { .fragment = 1, .id = f->udp.id };
	size_t len;

	frame_bytes(data, n);
	frame_udp(&f->ends[S]);
	memcpy(datagram, frame_data(&len), n + 8);
	for (size_t at = 0; at < n + 8; at += PIECE) {
		len = n + 8 - at < PIECE ? n + 8 - at : PIECE;
		x.offset = (unsigned int)at;
		x.more = at + len < n + 8;
		frame_bytes(datagram + at, len);
		flow_send_piece(f, S, IPPROTO_U, &x);
	}
}

static int64_t
dns_answer(struct flow *f)
{
	unsigned int answers = f->udp.burst;
	unsigned int type = answers > 4 ? TYPE_TXT : TYPE_A;
	unsigned int len = type == TYPE_TXT ? DNS_TEXT : 4;
	uint8_t data[4096];
	size_t n = dns_start(f, data, 0x8180, answers, type);

	for (; answers > 0; answers--) {
		put_record(data + n, type, len);
		n += DNS_RECORD + len;
	}
	if (n > PIECE)
		dns_pieces(f, data, n);
	else
		send(f, S, data, n);
	return FLOW_DONE;
}

void
dns_begin(struct flow *f)
{
	struct udp_flow *u = &f->udp;

	u->id = rnd();
	u->left = 1;		/* is answered */
	u->burst = rnd_below(64) == 0 ? 8 + rnd_below(9) : 1 + rnd_below(4);
	if (rnd_below(20) == 0) {
		u->left = 0;
		u->tries = 1 + rnd_below(3);
	}
	f->step = dns_query;
}

/* The first bytes are those of QUIC version 1. */
static void
quic_send(struct flow *f, int dir, unsigned int first, size_t n)
{
	uint8_t data[QUIC_FULL];

	memset(data, 'x', n);
	data[0] = (uint8_t)first;
	if (first & 0x80)
		put32(data + 1, 1);
	send(f, dir, data, n);
}

static int64_t
quic_initial(struct flow *f)
{
	quic_send(f, C, 0xc3, QUIC_LONG);
	f->udp.burst = 3;
	f->step = quic_greet;
	return about(f->far);
}

static int64_t
quic_greet(struct flow *f)
{
	struct udp_flow *u = &f->udp;

	quic_send(f, S, u->burst == 3 ? 0xc3 : 0xe3, QUIC_LONG);
	if (--u->burst > 0)
		return 20 * USEC;
	f->step = quic_talk;
	return about(f->near);
}

/* The client acknowledges, or asks for more; the server sends. */
static int64_t
quic_talk(struct flow *f)
{
	struct udp_flow *u = &f->udp;
	size_t n;

	if (u->burst == 0) {
		quic_send(f, C, 0x43, QUIC_ACK + rnd_below(60));
		u->burst = 2 + rnd_below(5);
		return u->left > 0 ? about(f->far / 4 + 1) : FLOW_DONE;
	}
	n = u->left < QUIC_FULL ? u->left : QUIC_FULL;
	n = n < QUIC_ACK ? QUIC_ACK : n;
	quic_send(f, S, 0x43, n);
	u->left -= u->left < n ? u->left : (uint32_t)n;
	if (u->left == 0)
		u->burst = 1;
	return --u->burst > 0 ? 12 * USEC : about(f->near);
}

void
quic_begin(struct flow *f)
{
	f->udp.left = heavy(1500, 7);
	f->step = quic_initial;
}
