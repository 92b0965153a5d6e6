/* filter.c: pcap-filter(7) expressions, compiled by libpcap. */
#include <pcap/pcap.h>

#include <stdlib.h>
#include <string.h>

#include "capture/caret.h"
#include "capture/capture.h"
#include "capture/compiler.h"
#include "capture/filter.h"

enum {
	LINKTYPE_ETHERNET	= 1,
	ETHERNET_ADDRESSES	= 12,
	VLAN_TAG		= 4,
};

/* Where the number of a file differs from that of libpcap on Linux. */
static const struct {
	uint32_t linktype;
	int dlt;
} linktypes[] = {
	{ 50, DLT_PPP_SERIAL },
	{ 51, DLT_PPP_ETHER },
	{ 100, DLT_ATM_RFC1483 },
	{ 101, DLT_RAW },
	{ 102, DLT_SLIP_BSDOS },
	{ 103, DLT_PPP_BSDOS },
	{ 104, DLT_C_HDLC },
	{ 106, DLT_ATM_CLIP },
	{ 107, DLT_FRELAY },
	{ 108, DLT_LOOP },
	{ 109, DLT_ENC },
	{ 112, DLT_HDLC },
	{ 246, DLT_PFSYNC },
};

enum { LINKTYPES = sizeof(linktypes) / sizeof(linktypes[0]) };

struct filter_set {
	char *expression;
	uint32_t snaplen;
	int optimize;
	struct filter_program {
		struct bpf_program code;
		uint32_t linktype;
	} *programs;
	size_t count;
	size_t last;		/* the one that matched the last frame */
};

int
filter_linktype_to_dlt(uint32_t linktype)
{
	size_t i;

	for (i = 0; i < LINKTYPES; i++)
		if (linktypes[i].linktype == linktype)
			return linktypes[i].dlt;
	return (int)linktype;
}

uint32_t
filter_dlt_to_linktype(int dlt)
{
	size_t i;

	for (i = 0; i < LINKTYPES; i++)
		if (linktypes[i].dlt == dlt)
			return linktypes[i].linktype;
	return (uint32_t)dlt;
}

int
filter_compile_handle(pcap_t *p, const char *expression, int optimize,
    uint32_t netmask, struct bpf_program *code, struct errbuf *e)
{
	static const char prefix[] = "can't parse filter expression: ";
	const char *why;

	if (pcap_compile(p, code, expression, optimize, netmask) == 0)
		return 0;
	why = pcap_geterr(p);
	if (strncmp(why, prefix, sizeof(prefix) - 1) == 0)
		why += sizeof(prefix) - 1;
	err_set(e, "filter expression: %s", why);
	caret_hint(expression, why, e);
	return -1;
}

int
filter_compile(const char *expression, uint32_t linktype, uint32_t snaplen,
    int optimize, struct bpf_program *code, struct errbuf *e)
{
	int r, bytes = snaplen ? (int)snaplen : CAPTURE_SNAPLEN;
	pcap_t *p;

	if (compiler_knows(expression))
		return compiler_ask(linktype, snaplen, code, e);
	p = pcap_open_dead(filter_linktype_to_dlt(linktype), bytes);
	if (p == NULL)
		return err_set(e, "filter expression: no memory");
	r = filter_compile_handle(p, expression, optimize,
	    PCAP_NETMASK_UNKNOWN, code, e);
	pcap_close(p);
	return r;
}

int
filter_check(const char *expression, struct errbuf *e)
{
	/* Ethernet, raw IP, cooked, 802.11, NFLOG, PPP, loopback, Frame
	 * Relay, SunATM, MTP2. */
	static const uint16_t usual[] = { 1, 101, 113, 276, 127, 105, 239, 9,
	    0, 107, 123, 140 };
	struct bpf_program code;
	struct errbuf other;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (filter_compile(expression, usual[i], 0, 1, &code,
		    i == 0 ? e : &other) == 0) {
			pcap_freecode(&code);
			return 0;
		}
	return -1;
}

struct filter_set *
filter_set_new(const char *expression, uint32_t snaplen, int optimize)
{
	struct filter_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->expression = strdup(expression);
	set->snaplen = snaplen;
	set->optimize = optimize;
	if (set->expression == NULL) {
		free(set);
		return NULL;
	}
	return set;
}

void
filter_set_free(struct filter_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->count; i++)
		pcap_freecode(&set->programs[i].code);
	free(set->programs);
	free(set->expression);
	free(set);
}

int
filter_set_add(struct filter_set *set, uint32_t linktype, struct errbuf *e)
{
	struct filter_program *bigger, *program;

	bigger = realloc(set->programs, (set->count + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return err_set(e, "filter expression: no memory");
	set->programs = bigger;
	program = bigger + set->count;
	if (filter_compile(set->expression, linktype, set->snaplen,
	    set->optimize, &program->code, e) == -1)
		return -1;
	program->linktype = linktype;
	set->last = set->count++;
	return 0;
}

/* Makes `last` the program of that link type. */
static int
filter_set_find(struct filter_set *set, uint32_t linktype, struct errbuf *e)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->programs[i].linktype == linktype) {
			set->last = i;
			return 0;
		}
	}
	return filter_set_add(set, linktype, e);
}

int
filter_set_match(struct filter_set *set, const struct frame *f,
    struct errbuf *e)
{
	struct pcap_pkthdr h = { .caplen = f->caplen, .len = f->len };

	if ((set->count == 0 ||
	    set->programs[set->last].linktype != f->linktype) &&
	    filter_set_find(set, f->linktype, e) == -1)
		return -1;
	return pcap_offline_filter(&set->programs[set->last].code, &h,
	    f->data) != 0;
}
