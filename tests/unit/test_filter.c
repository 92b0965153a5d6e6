/* test_filter.c: pcap-filter(7) expressions over frames of our own. */
#include <pcap/pcap.h>

#include "capture/filter.h"
#include "tap.h"

/* UDP from 10.0.0.1:53 to 10.0.0.2:1000, without a link header. */
static const uint8_t packet[] = {
	0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	0, 53, 3, 232, 0, 8, 0, 0,
};

/* The same with Ethernet before it. */
static const uint8_t ethernet[14 + sizeof(packet)] = {
	2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
	0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	0, 53, 3, 232, 0, 8, 0, 0,
};

static struct frame
frame(const uint8_t *p, size_t n, uint16_t linktype)
{
	return (struct frame){
		.data = p, .caplen = (uint32_t)n, .len = (uint32_t)n,
		.linktype = linktype,
	};
}

static void
test_linktypes(void)
{
	char why[PCAP_ERRBUF_SIZE];
	uint32_t linktype;
	pcap_t *p;
	FILE *f;
	int wrong = 0;

	/* libpcap's own opinion, from a file of each link type. */
	for (linktype = 0; linktype < 300; linktype++) {
		uint32_t header[] = {
			0xa1b2c3d4, 0x00040002, 0, 0, 65535, linktype
		};

		/* On big-endian machines the version is the other way. */
		memcpy(&header[1], (uint16_t[]){ 2, 4 }, 4);
		f = fmemopen(header, sizeof(header), "r");
		p = f ? pcap_fopen_offline(f, why) : NULL;
		if (p == NULL)
			continue;
		wrong += pcap_datalink(p) != filter_linktype_to_dlt(linktype);
		pcap_close(p);
	}
	is_u64((uint64_t)wrong, 0, "link types are libpcap's");
	is_u64(filter_dlt_to_linktype(DLT_RAW), 101, "raw IP in a file");
	is_u64(filter_dlt_to_linktype(DLT_EN10MB), 1, "Ethernet");
	is_u64((uint64_t)filter_linktype_to_dlt(276), DLT_LINUX_SLL2, "SLL2");
}

static void
test_errors(void)
{
	static const struct {
		const char *expression, *text, *hint;
	} t[] = {
		{ "tcp prot 80", "syntax error", "tcp prot 80\n    ^" },
		{ "(tcp", "syntax error", "(tcp\n    ^" },
		{ "port 80 80", "syntax error", "port 80 80\n        ^" },
		{ "tcp && udp)", "syntax error", "tcp && udp)\n          ^" },
		{ "tcp[13] &", "syntax error", "tcp[13] &\n         ^" },
		{ "host 1.2.3.400", "400", "host 1.2.3.400\n     ^" },
		{ "vlan 5000", "5000", "vlan 5000\n     ^" },
		{ "ip broadcast", "netmask", "" },
	};
	struct bpf_program code;
	struct errbuf e;
	size_t i;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(&e, 0, sizeof(e));
		r = filter_compile(t[i].expression, 1, 0, 1, &code, &e);
		ok(r == -1 && strstr(e.text, t[i].text) != NULL, "%s: %s",
		    t[i].expression, e.text);
		is_str(e.hint, t[i].hint, "the place");
	}
	ok(filter_compile("udp port 53", 1, 0, 1, &code, &e) == 0,
	    "a good one");
	ok(code.bf_insns[code.bf_len - 1].k == 0, "refuses");
	ok(code.bf_insns[code.bf_len - 2].k == 262144, "accepts all bytes");
	pcap_freecode(&code);
}

static void
test_set(void)
{
	struct frame raw = frame(packet, sizeof(packet), 101);
	struct frame eth = frame(ethernet, sizeof(ethernet), 1);
	struct filter_set *set;
	struct errbuf e;
	int i;

	set = filter_set_new("udp src port 53", 0, 1);
	for (i = 0; i < 3; i++) {
		is_u64((uint64_t)filter_set_match(set, &eth, &e), 1,
		    "Ethernet passes");
		is_u64((uint64_t)filter_set_match(set, &raw, &e), 1,
		    "raw IP passes");
	}
	eth.caplen = 30;
	is_u64((uint64_t)filter_set_match(set, &eth, &e), 0,
	    "cut before the port: refused");
	filter_set_free(set);

	set = filter_set_new("ether src 2:0:0:0:0:1", 0, 1);
	is_u64((uint64_t)filter_set_match(set, &eth, &e), 1, "by address");
	ok(filter_set_match(set, &raw, &e) == -1, "not on raw IP: %s", e.text);
	is_u64((uint64_t)filter_set_match(set, &eth, &e), 1,
	    "Ethernet still passes");
	filter_set_free(set);

	set = filter_set_new("(", 0, 1);
	ok(filter_set_add(set, 1, &e) == -1, "a bad one fails at once");
	ok(filter_set_match(set, &eth, &e) == -1, "and at every frame");
	filter_set_free(set);
	filter_set_free(NULL);
}

int
main(void)
{
	test_linktypes();
	test_errors();
	test_set();
	return done();
}
