/* serve.c: the helper at work. */
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/now.h"
#include "process/serve.h"

/* Nanoseconds: it may be accepted by then. */
#define AGAIN_IN	INT64_C(100000000)

void
serve_init(struct service *s, const int *fd, unsigned int channels)
{
	/* Who does not listen for so long has lost it. */
	struct timeval patience = { 0, 100000 };

	memset(s, 0, sizeof(*s));
	s->channels = s->open = channels;
	for (unsigned int i = 0; i < channels; i++) {
		s->fd[i] = fd[i];
		(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDTIMEO, &patience,
		    sizeof(patience));
	}
}

static uint64_t
spent_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
remember(struct service *s, const struct ask *a, unsigned int channel)
{
	s->again[(s->first + s->nagain++) % AGAIN_MOST] = (struct again){
		*a, now_monotonic() + AGAIN_IN, channel
	};
}

static void
answer(struct service *s, const struct ask *a, unsigned int n,
    unsigned int channel, int again)
{
	struct tell t[WIRE_ASKS];
	uint64_t us;

	desk_answer(&s->desk, a, n, again, t);
	us = spent_us();
	for (unsigned int i = 0; i < n; i++) {
		if (s->nagain == AGAIN_MOST)
			t[i].last = 1;
		if (!t[i].last)
			remember(s, &a[i], channel);
		t[i].spent_us = us;
		t[i].walks = owners_stats(s->desk.owners)->walks;
		t[i].lost = follow_lost(s->desk.follow);
		if (s->fd[channel] != -1)
			(void)send(s->fd[channel], &t[i], sizeof(t[i]),
			    MSG_NOSIGNAL);
	}
}

static void
answer_sockets(struct service *s, const struct ask *a, unsigned int channel)
{
	struct tell_sockets t;

	desk_view(&s->desk, a, &t);
	t.spent_us = spent_us();
	if (s->fd[channel] != -1)
		(void)send(s->fd[channel], &t, sizeof(t), MSG_NOSIGNAL);
}

/* Takes those of sockets out, and answers them or keeps them; how many are
 * left. */
static unsigned int
serve_sockets(struct service *s, struct ask *a, unsigned int n,
    unsigned int channel)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (a[i].wants == ASK_PROCESSES)
			a[left++] = a[i];
		else if (a[i].wants == ASK_SOCKETS_SOON &&
		    s->nagain < AGAIN_MOST)
			remember(s, &a[i], channel);
		else
			answer_sockets(s, &a[i], channel);
	}
	return left;
}

/* What was asked may be anything. */
static unsigned int
check(struct ask *a, unsigned int n)
{
	unsigned int good = 0;

	for (unsigned int i = 0; i < n; i++)
		if ((a[i].ip_version == 4 || a[i].ip_version == 6) &&
		    a[i].client <= 1) {
			a[good] = a[i];
			a[good++].interface[WIRE_NAME - 1] = '\0';
		}
	return good;
}

static void
serve_channel(struct service *s, unsigned int channel)
{
	struct ask a[WIRE_ASKS];
	ssize_t n = recv(s->fd[channel], a, sizeof(a), MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(s->fd[channel]);
		s->fd[channel] = -1;
		s->open--;
		return;
	}
	n = check(a, (unsigned int)((size_t)n / sizeof(a[0])));
	n = serve_sockets(s, a, (unsigned int)n, channel);
	if (n > 0)
		answer(s, a, (unsigned int)n, channel, 0);
}

static void
ask_again(struct service *s)
{
	int64_t now = now_monotonic();

	while (s->nagain > 0 && s->again[s->first].due <= now) {
		struct again g = s->again[s->first];

		s->first = (s->first + 1) % AGAIN_MOST;
		s->nagain--;
		if (g.ask.wants == ASK_PROCESSES)
			answer(s, &g.ask, 1, g.channel, 1);
		else
			answer_sockets(s, &g.ask, g.channel);
	}
}

static int
patience_ms(const struct service *s)
{
	int64_t left;

	if (s->nagain == 0)
		return -1;
	left = s->again[s->first].due - now_monotonic();
	return left > 0 ? (int)(left / 1000000) + 1 : 0;
}

void
serve(struct service *s)
{
	struct pollfd p[HELPER_CHANNELS + 1];

	desk_prepare(&s->desk);
	while (s->open > 0) {
		for (unsigned int i = 0; i < s->channels; i++)
			p[i] = (struct pollfd){ s->fd[i], POLLIN, 0 };
		p[s->channels] = (struct pollfd){ follow_fd(s->desk.follow),
		    POLLIN, 0 };
		if (poll(p, s->channels + 1, patience_ms(s)) == -1 &&
		    errno != EINTR)
			return;
		follow_read(s->desk.follow);
		for (unsigned int i = 0; i < s->channels; i++)
			if (s->fd[i] != -1 && p[i].revents != 0)
				serve_channel(s, i);
		ask_again(s);
	}
}
