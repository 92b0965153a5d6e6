/*
 * frame.h: a captured frame, as a source lends it.
 *
 * The bytes belong to the source and stay valid until its next read.
 */
#ifndef SESSDUMP_FRAME_H
#define SESSDUMP_FRAME_H

#include <stdint.h>

/* frame.flags */
enum {
	FRAME_OUTGOING	= 1 << 0, /* sent by this host */
	FRAME_NO_CSUM	= 1 << 1, /* checksum left to the hardware: not yet
				   * filled in, so not to be judged */
	FRAME_CSUM_GOOD	= 1 << 2, /* the checksum of the outermost transport
				   * was found right before it came here */
	FRAME_SUPER	= 1 << 3, /* several packets in one: to be cut by the
				   * hardware, or put together on arrival.
				   * super_protocol and super_size are set */
	FRAME_INCOMING	= 1 << 4, /* received by this host: with none of the
				   * two it is not known */
};

/* The difference of any two times fits, and a timeout on top: year 2116. */
#define FRAME_TS_MAX	((INT64_C(1) << 62) - 1)

struct frame {
	const uint8_t *data;	/* caplen bytes */
	int64_t ts;		/* nanoseconds since 1970-01-01T00:00:00Z,
				 * within +-FRAME_TS_MAX */
	uint32_t caplen;	/* bytes captured */
	uint32_t len;		/* bytes on the wire; len >= caplen */
	uint32_t ifindex;	/* the source's own number of the interface,
				 * see capture_interface() */
	uint16_t linktype;	/* LINKTYPE_ value (draft-ietf-opsawg-
				 * pcaplinktype), of this very frame */
	uint16_t flags;
	/* With FRAME_SUPER.  Before packet_segments() nothing is believed. */
	uint16_t super_size;	/* bytes of payload in each packet but the
				 * last; 0: not known */
	uint8_t super_protocol;	/* 6 or 17, IANA's number of the transport
				 * that is cut; 0: not known */
};

#endif
