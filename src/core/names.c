/* names.c: IANA protocol numbers and their names. */
#include <stdlib.h>
#include <strings.h>

#include "core/names.h"

static const char *const protocols[256] = {
	[0] = "hopopt", [1] = "icmp", [2] = "igmp", [4] = "ipip",
	[6] = "tcp", [8] = "egp", [9] = "igp", [17] = "udp", [27] = "rdp",
	[33] = "dccp", [41] = "ipv6", [43] = "ipv6-route",
	[44] = "ipv6-frag", [46] = "rsvp", [47] = "gre", [50] = "esp",
	[51] = "ah", [58] = "icmpv6", [59] = "ipv6-nonxt",
	[60] = "ipv6-opts", [88] = "eigrp", [89] = "ospf", [94] = "nos",
	[97] = "etherip", [103] = "pim", [108] = "ipcomp", [112] = "vrrp",
	[115] = "l2tp", [124] = "isis", [132] = "sctp", [135] = "mobility",
	[136] = "udplite", [137] = "mpls-in-ip", [139] = "hip",
	[140] = "shim6", [143] = "ethernet",
};

const char *
protocol_name(uint8_t protocol)
{
	return protocols[protocol];
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
		if (protocols[i] != NULL && strcasecmp(protocols[i], name) == 0)
			return i;
	return -1;
}
