/* follow.c: sockets of TCP as they change their state. */
#include "process/follow.h"

struct follow *
follow_open(struct desk *d, struct errbuf *e)
{
	(void)d;
	err_set(e, "processes: libbpf is not in this build");
	return NULL;
}

int
follow_fd(const struct follow *f)
{
	(void)f;
	return -1;
}

void
follow_read(struct follow *f)
{
	(void)f;
}
