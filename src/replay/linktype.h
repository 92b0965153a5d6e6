/*
 * linktype.h: may a frame of one link type go onto an interface of another?
 *
 * Ethernet goes onto Ethernet, bare IP onto what takes bare IP.  All else that
 * has IP or an EtherType in it goes onto Ethernet with a header that the user
 * gives, in place of its own.
 */
#ifndef SRC_REPLAY_LINKTYPE_H
#define SRC_REPLAY_LINKTYPE_H

#include <sessdump/frame.h>

enum {
	LINKTYPE_NULL	= 0,
	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW	= 101,
	LINKTYPE_LOOP	= 108,
	LINKTYPE_SLL	= 113,
	LINKTYPE_IPV4	= 228,
	LINKTYPE_IPV6	= 229,
	LINKTYPE_SLL2	= 276,
	LINKTYPE_HEADER	= 14,		/* bytes of Ethernet's */
};

/* --link-header */
struct link_header {
	uint8_t mac[2][6];	/* of the client, and of the server */
	uint16_t type;		/* EtherType; 0: what the frame says */
	uint8_t given;
};

/* How it goes. */
struct link_fit {
	uint32_t skip;		/* bytes of the frame that are left out */
	uint8_t has_header;
	uint8_t header[LINKTYPE_HEADER];	/* goes before the rest */
};

/* 0, or -1 where there is no way.  "side" is who sends it: 0, the client, or
 * 1. */
int linktype_fit(const struct frame *, uint32_t onto,
    const struct link_header *, unsigned int side, struct link_fit *);

#endif
