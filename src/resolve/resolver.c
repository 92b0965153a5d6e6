/* resolver.c: the process that looks up addresses, getnameinfo(3). */
#include <sys/socket.h>

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "resolve/resolver.h"

enum {
	RESOLVERS	= 8,	/* questions under way at a time */
	STACK		= 256 * 1024,
};

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

void
resolver_clean(char name[static RESOLVE_NAME])
{
	int digits = 1;
	size_t n;

	for (n = 0; n < RESOLVE_NAME && name[n] != '\0'; n++) {
		if (!is_letter(name[n]))
			break;
		digits &= (name[n] >= '0' && name[n] <= '9') || name[n] == '.';
	}
	/* Whoever answers for an address could give it the look of another. */
	if (n == RESOLVE_NAME || name[n] != '\0' || digits)
		name[0] = '\0';
}

static void
look_up(struct resolver_answer *a)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const struct resolver_question *q = &a->about;
	const struct sockaddr *address = (struct sockaddr *)&v6;
	socklen_t size = sizeof(v6);

	memcpy(&v4.sin_addr, q->addr.b, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, q->addr.b, sizeof(v6.sin6_addr));
	if (q->ip_version == 4) {
		address = (struct sockaddr *)&v4;
		size = sizeof(v4);
	}
	if (getnameinfo(address, size, a->name, sizeof(a->name), NULL, 0,
	    NI_NAMEREQD) != 0)
		a->name[0] = '\0';
	resolver_clean(a->name);
}

/* The others, too, find the socket closed. */
static void *
serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	struct resolver_answer a;

	for (;;) {
		memset(&a, 0, sizeof(a));
		if (recv(fd, &a.about, sizeof(a.about), 0) !=
		    (ssize_t)sizeof(a.about))
			return NULL;
		look_up(&a);
		if (send(fd, &a, sizeof(a), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(a))
			return NULL;
	}
}

void
resolver_run(int fd, void *unused)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)unused;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (int i = 1; i < RESOLVERS; i++)
		(void)pthread_create(&thread, &attr, serve,
		    (void *)(intptr_t)fd);
	serve((void *)(intptr_t)fd);
}
