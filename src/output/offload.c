/* offload.c: why a frame is longer than any packet on the wire. */
#include <stddef.h>

#include "output/offload.h"

/* No sender sends more than the other end's MSS, RFC 9293 section 3.7.1. */
static int
exceeds_mss(const struct flow *f, const struct session *s)
{
	const struct side *peer;

	if (!(f->has & FLOW_TCP) || (f->payload_len <= s->side[0].mss &&
	    f->payload_len <= s->side[1].mss))
		return 0;
	peer = &s->side[session_sender(s, f) ^ 1U];
	return peer->seen & SIDE_MSS && f->payload_len > peer->mss;
}

const char *
offload_name(const struct packet *p, const struct session *s)
{
	const struct frame *f = p->frame;

	if (f->flags & FRAME_SUPER) {
		if (!(f->flags & FRAME_OUTGOING))
			return "gro";
		return f->super_protocol == 6 ? "tso" :
		    f->super_protocol == 17 ? "uso" : "gso";
	}
	return p->flags & PACKET_NO_LENGTH || (s != NULL &&
	    exceeds_mss(&p->flow, s)) ? "gso" : NULL;
}
