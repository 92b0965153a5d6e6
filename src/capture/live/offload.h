/*
 * offload.h: what the kernel says of frames that hardware is to finish, or has
 * looked at: PACKET_VNET_HDR, packet(7).
 *
 * Before each frame in the ring stands a struct virtio_net_hdr (virtio 1.2,
 * section 5.1.6), in the host's byte order.  Of it are read the first bytes:
 * flags, what is to be cut, and into which size; its lengths are hints.
 */
#ifndef SRC_CAPTURE_LIVE_OFFLOAD_H
#define SRC_CAPTURE_LIVE_OFFLOAD_H

#include <string.h>

#include <sessdump/frame.h>

enum {
	OFFLOAD_HEADER	= 10,	/* bytes before the frame */
	OFFLOAD_SIZE	= 4,	/* where in it the size stands */

	OFFLOAD_CSUM_GOOD = 2,	/* bits of the first byte */

	OFFLOAD_ECN	= 0x80,	/* a bit of the second byte; the rest is what
				 * is cut: */
	OFFLOAD_TCPV4	= 1,
	OFFLOAD_TCPV6	= 4,
	OFFLOAD_UDP	= 5,	/* into datagrams, not into fragments */
};

/*
 * Asks for the header, of a socket that is neither mapped nor bound.  1 when it
 * will be there, 0 when not: from cooked sockets, and where the kernel would
 * rather drop a frame than describe it.
 */
int offload_ask(int fd);

/* Reads the header that stands before the frame. */
static inline void
offload_note(const uint8_t *data, struct frame *f)
{
	const uint8_t *h = data - OFFLOAD_HEADER;
	unsigned int kind = h[1] & ~(unsigned int)OFFLOAD_ECN;

	if (h[0] & OFFLOAD_CSUM_GOOD)
		f->flags |= FRAME_CSUM_GOOD;
	if (kind == 0)
		return;
	f->flags |= FRAME_SUPER;
	f->super_protocol = kind == OFFLOAD_TCPV4 || kind == OFFLOAD_TCPV6 ?
	    6 : kind == OFFLOAD_UDP ? 17 : 0;
	memcpy(&f->super_size, h + OFFLOAD_SIZE, sizeof(f->super_size));
}

#endif
