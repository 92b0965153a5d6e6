/* kernfilter.c: the filter program of a packet socket. */
#ifdef HAVE_AFPACKET
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/filter.h"
#include "capture/live/interfaces.h"
#include "capture/live/kernfilter.h"
#include "capture/live/sll2.h"

enum {
	KERNFILTER_WHOLE	= 0x40000000,	/* "all of the frame" */
	KERNFILTER_MAX		= 4096,		/* instructions: the kernel's */
};

static const uint32_t ancillary = (uint32_t)SKF_AD_OFF;

/*
 * A cooked socket shows the kernel's filter no link header.  What the
 * expression wants of it the kernel knows under other addresses.
 */
static const struct {
	uint32_t offset;
	uint16_t size;
	uint32_t from;
} cooked_fields[] = {
	{ SLL2_PROTOCOL, BPF_H, SKF_AD_PROTOCOL },
	{ SLL2_IFINDEX, BPF_W, SKF_AD_IFINDEX },
	{ SLL2_HATYPE, BPF_H, SKF_AD_HATYPE },
	{ SLL2_TYPE, BPF_B, SKF_AD_PKTTYPE },
};

struct program {
	struct sock_filter code[KERNFILTER_MAX];
	size_t count;
	uint8_t too_long;
};

static void
put(struct program *p, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (p->count == KERNFILTER_MAX)
		p->too_long = 1;
	else
		p->code[p->count++] = (struct sock_filter){ code, jt, jf, k };
}

/* Drops the direction that is not wanted; falls through with the other. */
static void
put_direction(struct program *p, const struct kernfilter *k,
    enum capture_direction d)
{
	if (d == CAPTURE_INOUT && !k->loopback && !k->any)
		return;
	put(p, BPF_LD | BPF_B | BPF_ABS, 0, 0, ancillary + SKF_AD_PKTTYPE);
	if (d == CAPTURE_OUT) {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, PACKET_OUTGOING);
	} else if (d == CAPTURE_IN || k->loopback) {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PACKET_OUTGOING);
	} else {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 3, PACKET_OUTGOING);
		put(p, BPF_LD | BPF_H | BPF_ABS, 0, 0,
		    ancillary + SKF_AD_HATYPE);
		put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ARPHRD_LOOPBACK);
	}
	put(p, BPF_RET | BPF_K, 0, 0, 0);
}

/* Moves a load from the SLL2 frame to where the kernel has it; 0 when that
 * cannot be. */
static int
cook(struct sock_filter *i)
{
	size_t f;

	if (i->code == (BPF_LD | BPF_W | BPF_LEN) ||
	    i->code == (BPF_LDX | BPF_W | BPF_LEN))
		return 0;
	if (i->code != (BPF_LDX | BPF_B | BPF_MSH) &&
	    (BPF_CLASS(i->code) != BPF_LD || (BPF_MODE(i->code) != BPF_ABS &&
	    BPF_MODE(i->code) != BPF_IND)))
		return 1;
	if (BPF_MODE(i->code) == BPF_ABS && i->k >= ancillary)
		return 1;
	if (i->k >= SLL2_HEADER && i->k <= INT32_MAX) {
		i->k -= SLL2_HEADER;
		return 1;
	}
	if (BPF_MODE(i->code) != BPF_ABS)
		return 0;
	for (f = 0; f < sizeof(cooked_fields) / sizeof(cooked_fields[0]); f++)
		if (i->k == cooked_fields[f].offset &&
		    BPF_SIZE(i->code) == cooked_fields[f].size) {
			i->k = ancillary + cooked_fields[f].from;
			return 1;
		}
	return 0;
}

/* How much of an accepted frame the kernel is to copy. */
static uint32_t
kernfilter_bytes(const struct kernfilter *k)
{
	if (!k->cooked)
		return k->snaplen;
	return k->snaplen > SLL2_HEADER ? k->snaplen - SLL2_HEADER : 1;
}

/* Appends the compiled expression; 0 when the kernel cannot decide it. */
static int
put_expression(struct program *p, const struct kernfilter *k,
    const struct bpf_program *code)
{
	struct sock_filter i;
	u_int n;

	for (n = 0; n < code->bf_len; n++) {
		i = (struct sock_filter){ code->bf_insns[n].code,
		    code->bf_insns[n].jt, code->bf_insns[n].jf,
		    code->bf_insns[n].k };
		if (BPF_CLASS(i.code) == BPF_RET) {
			if (BPF_RVAL(i.code) != BPF_K)
				return 0;
			if (i.k != 0)
				i.k = kernfilter_bytes(k);
		}
		if (k->cooked && !cook(&i))
			return 0;
		put(p, i.code, i.jt, i.jf, i.k);
	}
	return !p->too_long;
}

/*
 * For the very device, where libpcap can open it: then it emits code that
 * looks for a VLAN tag also among what the kernel has stripped.
 */
static int
kernfilter_compile(const struct kernfilter *k,
    const struct capture_options *o, struct bpf_program *code,
    struct errbuf *e)
{
	int r, dlt = filter_linktype_to_dlt(k->linktype);
	bpf_u_int32 net, mask;
	char why[PCAP_ERRBUF_SIZE];
	struct errbuf ignored;
	pcap_t *p = interfaces_handle(k->name, k->iface, &ignored);

	if (p != NULL && pcap_datalink(p) != dlt &&
	    pcap_set_datalink(p, dlt) == -1) {
		pcap_close(p);
		p = NULL;
	}
	if (p == NULL)
		return filter_compile(o->filter, k->linktype, k->snaplen,
		    o->optimize, code, e);
	if (pcap_lookupnet(k->iface, &net, &mask, why) == -1)
		mask = PCAP_NETMASK_UNKNOWN;
	r = filter_compile_handle(p, o->filter, o->optimize, mask, code, e);
	pcap_close(p);
	return r;
}

static int
attach(int fd, struct program *p)
{
	struct sock_fprog prog = {
		.len = (unsigned short)p->count, .filter = p->code
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog));
}

int
kernfilter_attach(int fd, const struct kernfilter *k,
    const struct capture_options *o, struct errbuf *e)
{
	struct program *p = calloc(1, sizeof(*p));
	struct bpf_program code;
	size_t prologue;
	int r = 1;

	if (p == NULL)
		return err_set(e, "capture on %s: no memory", k->name);
	put_direction(p, k, o->direction);
	prologue = p->count;
	if (o->filter != NULL) {
		r = kernfilter_compile(k, o, &code, e);
		if (r == -1) {
			free(p);
			return -1;
		}
		r = put_expression(p, k, &code);
		pcap_freecode(&code);
	} else {
		put(p, BPF_RET | BPF_K, 0, 0, kernfilter_bytes(k));
	}
	/* The kernel may refuse a program as too long for its taste. */
	if (r == 1 && attach(fd, p) == -1)
		r = 0;
	if (r == 0) {
		p->count = prologue;
		put(p, BPF_RET | BPF_K, 0, 0, KERNFILTER_WHOLE);
		if (attach(fd, p) == -1)
			r = err_set(e, "capture on %s: filter: %s", k->name,
			    strerror(errno));
	}
	free(p);
	return r;
}
#else
typedef int kernfilter_is_not_built;	/* ISO C wants something in a file */
#endif
