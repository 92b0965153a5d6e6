/* common.c: may the short cut of common.h be taken? */
#include "dissect/common.h"
#include "dissect/heads.h"

int
common_is_known(const struct registry *r)
{
	static const struct {
		uint16_t table, key;
		const struct dissector *owner;
	} want[] = {
		{ TABLE_LINKTYPE, HEADS_LINKTYPE, &dissector_ethernet },
		{ TABLE_ETHERTYPE, HEADS_VLAN, &dissector_vlan },
		{ TABLE_ETHERTYPE, HEADS_SERVICE, &dissector_vlan },
		{ TABLE_ETHERTYPE, HEADS_IPV4, &dissector_ipv4 },
		{ TABLE_ETHERTYPE, HEADS_IPV6, &dissector_ipv6 },
		{ TABLE_IP_PROTOCOL, HEADS_TCP, &dissector_tcp },
		{ TABLE_IP_PROTOCOL, HEADS_UDP, &dissector_udp },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		if (registry_find(r, want[i].table, want[i].key) !=
		    want[i].owner)
			return 0;
	return 1;
}
