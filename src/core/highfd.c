/* highfd.c: descriptors that are never written to. */
#include <fcntl.h>
#include <unistd.h>

#include "core/highfd.h"

int
highfd_move(int fd)
{
	int high = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HIGHFD);

	if (high == -1)
		return fd;
	close(fd);
	return high;
}
