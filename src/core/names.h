/*
 * names.h: IANA protocol numbers and their names.
 */
#ifndef SRC_CORE_NAMES_H
#define SRC_CORE_NAMES_H

#include <stdint.h>

/* Short enough to be copied as one word; no length where there is no name. */
struct protocol_text {
	char name[15];
	uint8_t len;
};

extern const struct protocol_text protocol_texts[256];

/* "tcp"; NULL when the number has no short name here. */
const char *protocol_name(uint8_t protocol);

/* Does its header begin with a source and a destination port?  TCP, UDP, DCCP,
 * SCTP and UDP-Lite do. */
static inline int
protocol_has_ports(uint8_t protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 ||
	    protocol == 132 || protocol == 136;
}

/* A name or a decimal number; -1 when it is neither. */
int protocol_number(const char *name);

#endif
