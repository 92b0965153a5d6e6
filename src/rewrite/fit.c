/* fit.c: frames that are longer than the network takes. */
#include "rewrite/impl.h"

extern const struct dissector dissector_chdlc, dissector_ethernet,
    dissector_ipv4, dissector_ipv6, dissector_mpls, dissector_null,
    dissector_ppp, dissector_raw, dissector_sll, dissector_sll2,
    dissector_vlan;

enum { TAG = 4 };

/* Headers that do not say how long is what they carry. */
static const struct dissector *const plain[] = {
	&dissector_chdlc, &dissector_ethernet, &dissector_mpls,
	&dissector_null, &dissector_ppp, &dissector_raw, &dissector_sll,
	&dissector_sll2, &dissector_vlan,
};

static int
is_ip(const struct layer *l)
{
	return l->dissector == &dissector_ipv4 ||
	    l->dissector == &dissector_ipv6;
}

static int
is_plain(const struct layer *l)
{
	for (unsigned int i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (l->dissector == plain[i])
			return 1;
	return 0;
}

/* The outermost IP header, with nothing around it that has a length; NULL. */
static const struct layer *
outermost(const struct packet *p)
{
	for (unsigned int i = 0; i < p->nlayers; i++) {
		if (is_ip(&p->layer[i]))
			return p->layer[i].header > 0 ? &p->layer[i] : NULL;
		if (!is_plain(&p->layer[i]))
			return NULL;
	}
	return NULL;
}

/* Bytes of the link header.  One tag is not counted, as interfaces do. */
static uint32_t
link_header(const struct rewriter *r, int moved)
{
	const struct packet *p = &r->packet;
	const struct layer *first = &p->layer[0];
	uint32_t n = p->nlayers > 0 && !is_ip(first) ? first->header : 0;
	int tags = moved / TAG;

	for (unsigned int i = 1; i < p->nlayers &&
	    p->layer[i].dissector == &dissector_vlan; i++)
		tags++;
	return first->dissector == &dissector_ethernet && tags > 0 ? n + TAG :
	    n;
}

/* Bytes of the datagram, as its header says. */
static uint32_t
datagram(const struct layer *l, const uint8_t *h, uint32_t wire)
{
	uint32_t n;

	if (l->dissector == &dissector_ipv6)
		return 40U + be16(h + 4);
	n = be16(h + 2);
	return n != 0 ? n : wire;
}

int
fit_rewrite(struct rewriter *r, int moved)
{
	struct frame *f = &r->frame;
	const uint32_t header = link_header(r, moved);
	const struct layer *l;
	uint32_t ip, len;

	r->pieces.version = 0;
	if (f->len <= header || f->len - header <= r->mtu)
		return 1;
	l = r->rules->fit == MTU_FRAGMENT ? outermost(&r->packet) : NULL;
	if (l == NULL)
		return 0;
	ip = (uint32_t)(l->data - r->data) + (uint32_t)moved;
	len = datagram(l, r->data + ip, f->len - ip);
	if (len > f->caplen - ip || ip < header || ip - header >= r->mtu)
		return 0;
	/* What is too much was behind the datagram. */
	if (ip - header + len <= r->mtu) {
		f->caplen = f->len = ip + len;
		r->sums.changed = 1;
		return 1;
	}
	return fragment_start(r, ip, len, r->mtu - (ip - header));
}
