/* readers.c: those who read our output, while a source is live. */
#include <poll.h>

#include "readers.h"

enum { READERS_WAIT_MS = 100 };

/* Asks for room where there was none; the number of those. */
static int
ask(struct pollfd *p, struct outbuf *const out[READERS])
{
	int n = 0;

	for (int i = 0; i < READERS; i++) {
		p[i].events = POLLOUT;
		p[i].revents = 0;
		p[i].fd = -1;
		if (out[i] != NULL && out[i]->blocked) {
			p[i].fd = outbuf_fd(out[i]);
			n++;
		}
	}
	return n;
}

void
readers_serve(struct outbuf *const out[READERS], const struct capture *c)
{
	struct pollfd p[READERS + 1] = {
		[READERS] = { .fd = c->fd, .events = POLLIN }
	};
	int n;

	/* A source that cannot be polled waits by itself, in its read. */
	while (ask(p, out) > 0) {
		n = poll(p, READERS + 1, c->fd == -1 ? 0 : READERS_WAIT_MS);
		for (int i = 0; i < READERS && n > 0; i++)
			if (p[i].revents != 0)
				outbuf_flush(out[i]);
		if (n <= 0 || c->fd == -1 || p[READERS].revents != 0)
			break;
	}
}
