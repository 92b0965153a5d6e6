/* rtt.c: round-trip times, from the observer to an endpoint and back. */
#include "tcp/rtt.h"

/* RFC 6298 section 2. */
static void
sample(struct side *s, int64_t ns)
{
	int64_t smoothed = rtt_unpack(s->rtt_smoothed);
	uint32_t packed = rtt_pack(ns);

	/* 0, which is none, becomes the greatest. */
	s->rtt_min = packed - 1 < s->rtt_min - 1 ? packed : s->rtt_min;
	s->rtt_smoothed = rtt_pack(smoothed == -1 ? ns :
	    smoothed + (ns - smoothed) / 8);
}

void
rtt_stop(struct side *sender, struct side *peer, int64_t now)
{
	int64_t ns = now - sender->timed_at;

	sender->timed_at = RTT_NONE;
	sender->seen &= (uint16_t)~SIDE_TSVAL;
	if (ns >= 0)		/* else the clock jumped back */
		sample(peer, ns);
}

void
rtt_answered(struct side *client, struct side *server, int64_t now)
{
	int64_t ns = now - client->timed_at;

	if (ns < 0)
		return;
	server->rtt_handshake = rtt_pack(ns);
	sample(server, ns);
}

void
rtt_opened(struct side *client, int64_t now)
{
	int64_t ns = now - client->timed_at;

	client->timed_at = RTT_NONE;
	if (ns >= 0)
		client->rtt_handshake = rtt_pack(ns);
}
