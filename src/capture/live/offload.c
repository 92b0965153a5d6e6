/* offload.c: may the kernel be asked what hardware has to do with frames? */
#ifdef HAVE_AFPACKET
#include <sys/socket.h>
#include <sys/utsname.h>

#include <linux/if_packet.h>

#include <stdio.h>

#include "capture/live/offload.h"

enum {
	/*
	 * Linux 6.2 can describe UDP that is to be cut; those before drop it,
	 * and count it as lost.  Those before 5.9 stop for ever then.
	 */
	OFFLOAD_MAJOR	= 6,
	OFFLOAD_MINOR	= 2,
};

static int
kernel_knows_udp(void)
{
	unsigned int major, minor;
	struct utsname u;

	return uname(&u) == 0 &&
	    sscanf(u.release, "%u.%u", &major, &minor) == 2 &&
	    (major > OFFLOAD_MAJOR ||
	    (major == OFFLOAD_MAJOR && minor >= OFFLOAD_MINOR));
}

/* No kernel can describe SCTP that is to be cut: it would be lost. */
static int
kernel_has_sctp(void)
{
	FILE *f = fopen("/proc/net/protocols", "re");
	char line[256];
	int found = 0;

	if (f == NULL)
		return 1;	/* for all we know */
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, "SCTP", 4) == 0;
	fclose(f);
	return found;
}

int
offload_ask(int fd)
{
	int on = 1;

	return kernel_knows_udp() && !kernel_has_sctp() && setsockopt(fd,
	    SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) == 0;
}
#else
typedef int offload_is_not_built;	/* ISO C wants something in a file */
#endif
