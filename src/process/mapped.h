/*
 * mapped.h: the IPv4 addresses that sockets of IPv6 hold as ::ffff:a.b.c.d.
 */
#ifndef SRC_PROCESS_MAPPED_H
#define SRC_PROCESS_MAPPED_H

#include <stdint.h>
#include <string.h>

#include <sessdump/packet.h>

/* Takes the address of a socket of that version, 4 or 16 bytes; the version of
 * what comes of it. */
static inline uint8_t
mapped_take(union addr *to, const void *from, uint8_t ip_version)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *b = from;

	memset(to, 0, sizeof(*to));
	if (ip_version == 6 && memcmp(b, mapped, sizeof(mapped)) == 0) {
		ip_version = 4;
		b += sizeof(mapped);
	}
	memcpy(to, b, ip_version == 4 ? 4 : 16);
	return ip_version;
}

#endif
