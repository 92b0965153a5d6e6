/* frame.c: frames built from the payload outwards. */
#include <string.h>

#include "frame.h"

enum {
	ROOM		= 72 * 1024,	/* of the longest frame */
	ETHERNET	= 14,
	TAG		= 4,
	VXLAN		= 8,
	VXLAN_PORT	= 4789,

	TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_TAG = 0x8100,
	TYPE_OUTER_TAG = 0x88a8,
};

int64_t frame_time = FRAME_EPOCH;
int64_t frame_step = 1000;
uint64_t frame_count;

static uint8_t room[ROOM];
static uint8_t *head = room + ROOM;	/* the frame reaches to room's end */
static uint64_t state;

/* xorshift64* */
uint32_t
rnd(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

uint32_t
rnd_below(uint32_t n)
{
	return (uint32_t)((uint64_t)rnd() * n >> 32);
}

void
put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

void
frame_start(uint64_t seed, enum out_format format)
{
	out_start(format);
	state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (int i = 0; i < 8; i++)
		rnd();
}

void
frame_finish(void)
{
	out_finish();
}

/* RFC 1071; in the byte order of memory, whatever that is. */
static uint64_t
sum(uint64_t s, const uint8_t *p, size_t n)
{
	uint32_t w;

	for (; n >= sizeof(w); n -= sizeof(w), p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		s += w;
	}
	w = 0;
	memcpy(&w, p, n);
	return s + w;
}

static void
put_checksum(uint8_t *p, uint64_t s)
{
	uint16_t c;

	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	c = (uint16_t)~s;
	memcpy(p, &c, sizeof(c));
}

void
frame_payload(size_t n)
{
	head = room + ROOM - n;
	memset(head, 'x', n);
}

void
frame_bytes(const void *p, size_t n)
{
	head = room + ROOM - n;
	memmove(head, p, n);
}

const uint8_t *
frame_data(size_t *n)
{
	*n = (size_t)(room + ROOM - head);
	return head;
}

uint8_t *
frame_push(size_t n)
{
	head -= n;
	return head;
}

/* Of all from the head on, with the pseudo header. */
static void
put_transport_checksum(uint8_t *p, const struct ends *e, unsigned int protocol)
{
	size_t n, size = e->version == 4 ? 4 : 16;
	const uint8_t *data = frame_data(&n);
	uint8_t pseudo[8] = { 0 };
	uint64_t s;

	put32(pseudo, (uint32_t)n);
	pseudo[7] = (uint8_t)protocol;
	s = sum(0, e->src, size);
	s = sum(s, e->dst, size);
	s = sum(s, pseudo, sizeof(pseudo));
	put_checksum(p, sum(s, data, n));
}

void
frame_tcp(const struct ends *e, const struct segment *s)
{
	uint8_t *h;

	h = frame_push(20 + s->noptions);
	if (s->noptions > 0)
		memcpy(h + 20, s->options, s->noptions);
	put16(h, e->sport);
	put16(h + 2, e->dport);
	put32(h + 4, s->seq);
	put32(h + 8, s->ack);
	put16(h + 12, (5 + s->noptions / 4) << 12 | s->flags);
	put16(h + 14, 64240);
	put32(h + 16, 0);
	put_transport_checksum(h + 16, e, IPPROTO_T);
}

void
frame_udp(const struct ends *e)
{
	uint8_t *h = frame_push(8);
	size_t n;

	frame_data(&n);
	put16(h, e->sport);
	put16(h + 2, e->dport);
	put16(h + 4, (unsigned int)n);
	put16(h + 6, 0);
	put_transport_checksum(h + 6, e, IPPROTO_U);
	if (h[6] == 0 && h[7] == 0)
		put16(h + 6, 0xffff);
}

static void
push_ipv4(const struct ends *e, unsigned int protocol,
    const struct ip_extra *x)
{
	static uint16_t id;
	unsigned int hlen = 20 + (x != NULL ? x->noptions : 0);
	uint8_t *h = frame_push(hlen);
	size_t n;

	frame_data(&n);
	h[0] = (uint8_t)(0x40 | hlen / 4);
	h[1] = 0;
	put16(h + 2, (unsigned int)n);
	put16(h + 4, ++id);
	put16(h + 6, 0);
	if (x != NULL && x->fragment) {
		put16(h + 4, x->id & 0xffff);
		put16(h + 6, (x->more ? 0x2000U : 0) | x->offset / 8);
	}
	h[8] = 64;
	h[9] = (uint8_t)protocol;
	put16(h + 10, 0);
	memcpy(h + 12, e->src, 4);
	memcpy(h + 16, e->dst, 4);
	if (hlen > 20)
		memcpy(h + 20, x->options, x->noptions);
	put_checksum(h + 10, sum(0, h, hlen));
}

static void
push_ipv6(const struct ends *e, unsigned int protocol,
    const struct ip_extra *x)
{
	uint8_t *h;
	size_t n;

	if (x != NULL && x->fragment) {
		h = frame_push(8);
		h[0] = (uint8_t)protocol;
		h[1] = 0;
		put16(h + 2, x->offset | (x->more != 0));
		put32(h + 4, x->id);
		protocol = IPPROTO_PIECE;
	}
	frame_data(&n);
	h = frame_push(40);
	put32(h, UINT32_C(6) << 28);
	put16(h + 4, (unsigned int)n);
	h[6] = (uint8_t)protocol;
	h[7] = 64;
	memcpy(h + 8, e->src, 16);
	memcpy(h + 24, e->dst, 16);
}

void
frame_ip(const struct ends *e, unsigned int protocol, const struct ip_extra *x)
{
	if (e->version == 4)
		push_ipv4(e, protocol, x);
	else
		push_ipv6(e, protocol, x);
}

static unsigned int
type_of(unsigned int version)
{
	return version == 4 ? TYPE_IPV4 : TYPE_IPV6;
}

unsigned int
frame_wrap(enum wrap kind, unsigned int version, uint32_t id)
{
	struct ends e;
	uint8_t *h;

	ends_make(&e, 4, 0x00f00000 + (id & 0xffff), VXLAN_PORT, 250,
	    VXLAN_PORT);
	switch (kind) {
	case WRAP_IP:
		frame_ip(&e, version == 4 ? IPPROTO_4 : IPPROTO_6, NULL);
		break;
	case WRAP_GRE:
		h = frame_push(8);
		put16(h, 0x2000);	/* a key is there */
		put16(h + 2, type_of(version));
		put32(h + 4, id);
		frame_ip(&e, IPPROTO_KEYED, NULL);
		break;
	default:
		frame_ethernet(version, 0, 0);
		h = frame_push(VXLAN);
		put32(h, UINT32_C(8) << 24);
		put32(h + 4, id << 8);
		frame_udp(&e);
		frame_ip(&e, IPPROTO_U, NULL);
		break;
	}
	return 4;
}

void
frame_ethernet(unsigned int version, unsigned int outer_tag,
    unsigned int inner_tag)
{
	static const uint8_t addresses[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0,
	    1 };
	uint8_t *h;

	put16(frame_push(2), type_of(version));
	if (inner_tag != 0) {
		h = frame_push(TAG);
		put16(h, TYPE_TAG);
		put16(h + 2, inner_tag);
	}
	if (outer_tag != 0) {
		h = frame_push(TAG);
		put16(h, TYPE_OUTER_TAG);
		put16(h + 2, outer_tag);
	}
	memcpy(frame_push(ETHERNET - 2), addresses, ETHERNET - 2);
}

void
frame_write(void)
{
	size_t n;
	const uint8_t *data = frame_data(&n);

	out_record(frame_time, data, n);
	frame_time += frame_step;
	frame_count++;
}

void
frame_send(const struct ends *e, unsigned int protocol)
{
	frame_ip(e, protocol, NULL);
	frame_ethernet(e->version, 0, 0);
	frame_write();
}

void
ends_make(struct ends *e, unsigned int version, uint32_t n,
    unsigned int sport, unsigned int server, unsigned int dport)
{
	static const uint8_t client6[16] = { 0x20, 1, 0xd, 0xb8, 0, 0x10 };
	static const uint8_t server6[16] = { 0x20, 1, 0xd, 0xb8, 0, 0x20 };

	memset(e, 0, sizeof(*e));
	e->version = (uint8_t)version;
	e->sport = (uint16_t)sport;
	e->dport = (uint16_t)dport;
	if (version == 4) {
		put32(e->src, UINT32_C(0x0a000000) + n);
		put32(e->dst, UINT32_C(0xc6336400) + server);
	} else {
		memcpy(e->src, client6, 16);
		memcpy(e->dst, server6, 16);
		put32(e->src + 12, n);
		put32(e->dst + 12, server);
	}
}

void
ends_swap(struct ends *to, const struct ends *from)
{
	memset(to, 0, sizeof(*to));
	to->version = from->version;
	memcpy(to->src, from->dst, 16);
	memcpy(to->dst, from->src, 16);
	to->sport = from->dport;
	to->dport = from->sport;
}
