/* ecn.c: Explicit Congestion Notification, as the handshake settles it. */
#include <stddef.h>

#include "tcp/ecn.h"

/* RFC 9768 section 3.1.1, table 2: AE, CWR and ECE of the SYN-ACK that answers
 * a SYN with all three. */
static const char *const answer[8] = {
	[1] = "ecn", [2] = "accecn", [3] = "accecn", [4] = "accecn",
	[5] = "ecn", [6] = "accecn",
};

static unsigned int
bits(const struct side *s)
{
	return (s->seen & SIDE_SYN_AE ? 4U : 0) |
	    (s->seen & SIDE_SYN_CWR ? 2U : 0) |
	    (s->seen & SIDE_SYN_ECE ? 1U : 0);
}

const char *
ecn_name(const struct side *client, const struct side *server)
{
	if (!(client->seen & server->seen & SIDE_SYN))
		return NULL;
	if (bits(client) == 7)
		return answer[bits(server)];
	/* RFC 3168 section 6.1.1. */
	return bits(client) == 3 && (bits(server) & 3) == 1 ? "ecn" : NULL;
}
