/*
 * names.h: IANA protocol numbers and their names.
 */
#ifndef SRC_CORE_NAMES_H
#define SRC_CORE_NAMES_H

#include <stdint.h>

/* "tcp"; NULL when the number has no short name here. */
const char *protocol_name(uint8_t protocol);

/* Does its header begin with a source and a destination port? */
int protocol_has_ports(uint8_t protocol);

/* A name or a decimal number; -1 when it is neither. */
int protocol_number(const char *name);

#endif
