/*
 * sll2.h: LINKTYPE_LINUX_SLL2, the link header of cooked sockets (all fields
 * in network byte order).
 */
#ifndef SRC_CAPTURE_LIVE_SLL2_H
#define SRC_CAPTURE_LIVE_SLL2_H

enum {
	LINKTYPE_SLL2	= 276,

	SLL2_PROTOCOL	= 0,	/* 16 bits: EtherType */
	SLL2_IFINDEX	= 4,	/* 32 */
	SLL2_HATYPE	= 8,	/* 16: ARPHRD_ */
	SLL2_TYPE	= 10,	/* 8: PACKET_HOST ... */
	SLL2_HALEN	= 11,	/* 8 */
	SLL2_ADDRESS	= 12,
	SLL2_ADDRESS_MAX = 8,
	SLL2_HEADER	= 20,
};

#endif
