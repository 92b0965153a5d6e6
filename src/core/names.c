/* names.c: IANA protocol numbers and their names. */
#include <stdlib.h>
#include <strings.h>

#include "core/names.h"

#define NAME(s) { s, sizeof(s) - 1 }

const struct protocol_text protocol_texts[256] = {
	[0] = NAME("hopopt"), [1] = NAME("icmp"), [2] = NAME("igmp"),
	[4] = NAME("ipip"), [6] = NAME("tcp"), [8] = NAME("egp"),
	[9] = NAME("igp"), [17] = NAME("udp"), [27] = NAME("rdp"),
	[33] = NAME("dccp"), [41] = NAME("ipv6"), [43] = NAME("ipv6-route"),
	[44] = NAME("ipv6-frag"), [46] = NAME("rsvp"), [47] = NAME("gre"),
	[50] = NAME("esp"), [51] = NAME("ah"), [58] = NAME("icmpv6"),
	[59] = NAME("ipv6-nonxt"), [60] = NAME("ipv6-opts"),
	[88] = NAME("eigrp"), [89] = NAME("ospf"), [94] = NAME("nos"),
	[97] = NAME("etherip"), [103] = NAME("pim"), [108] = NAME("ipcomp"),
	[112] = NAME("vrrp"), [115] = NAME("l2tp"), [124] = NAME("isis"),
	[132] = NAME("sctp"), [135] = NAME("mobility"),
	[136] = NAME("udplite"), [137] = NAME("mpls-in-ip"),
	[139] = NAME("hip"), [140] = NAME("shim6"), [143] = NAME("ethernet"),
};

const char *
protocol_name(uint8_t protocol)
{
	const struct protocol_text *t = &protocol_texts[protocol];

	return t->len > 0 ? t->name : NULL;
}

int
protocol_number(const char *name)
{
	char *end;
	long n = strtol(name, &end, 10);

	if (end != name && *end == '\0')
		return n >= 0 && n <= 255 ? (int)n : -1;
	if (strcasecmp(name, "icmp6") == 0)
		return 58;
	for (int i = 0; i < 256; i++)
		if (protocol_texts[i].len > 0 &&
		    strcasecmp(protocol_texts[i].name, name) == 0)
			return i;
	return -1;
}
