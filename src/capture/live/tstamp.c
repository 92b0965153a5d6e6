/* tstamp.c: who stamps frames with their time: the host, or its adapter. */
#include <pcap/pcap.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/live/interfaces.h"
#include "capture/live/tstamp.h"

#ifdef HAVE_AFPACKET
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <unistd.h>
#endif

static void
hint_set(struct errbuf *e, const char *first, unsigned int set)
{
	size_t n;

	err_hint(e, "%s", first);
	for (int i = 0; i < TSTAMP_TYPES; i++) {
		const char *name = pcap_tstamp_type_val_to_name(i);

		n = strlen(e->hint);
		if (set >> i & 1 && name != NULL)
			snprintf(e->hint + n, sizeof(e->hint) - n, " %s",
			    name);
	}
}

int
tstamp_type(const char *word, struct errbuf *e)
{
	int type = pcap_tstamp_type_name_to_val(word);

	if (type >= 0 && type < TSTAMP_TYPES)
		return type;
	err_set(e, "-j: %s: no such type of time stamps", word);
	hint_set(e, "types:", ~0U);
	return -1;
}

unsigned int
tstamp_offered_pcap(struct pcap *p)
{
	unsigned int set = 1U << TSTAMP_HOST;
	int *types, n = pcap_list_tstamp_types(p, &types);

	for (int i = 0; i < n; i++)
		if (types[i] >= 0 && types[i] < TSTAMP_TYPES)
			set |= 1U << types[i];
	if (n > 0)
		pcap_free_tstamp_types(types);
	return set;
}

int
tstamp_check(const char *name, int type, unsigned int set, struct errbuf *e)
{
	if (set >> type & 1)
		return 0;
	err_set(e, "capture on %s: it offers no time stamps of type %s", name,
	    pcap_tstamp_type_val_to_name(type));
	hint_set(e, "it offers:", set);
	return -1;
}

static int
ask_pcap(const struct capture_place *at, unsigned int *set, struct errbuf *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create(at->iface, why);

	if (p == NULL)
		return err_set(e, "%s: %s", at->name, why);
	*set = tstamp_offered_pcap(p);
	pcap_close(p);
	return 0;
}

#ifdef HAVE_AFPACKET
/* Only an adapter that stamps whatever comes is of use.  Linux has given packet
 * sockets no stamps that it brought to the system's time since 3.17. */
unsigned int
tstamp_offered_hardware(uint32_t stamping, uint32_t filters)
{
	return stamping & SOF_TIMESTAMPING_RAW_HARDWARE &&
	    filters & 1U << HWTSTAMP_FILTER_ALL ?
	    1U << PCAP_TSTAMP_ADAPTER_UNSYNCED : 0;
}

/* Asks the interface, or tells it. */
static int
request(int fd, const char *iface, unsigned long what, void *data)
{
	struct ifreq r;

	memset(&r, 0, sizeof(r));
	strncpy(r.ifr_name, iface, sizeof(r.ifr_name) - 1);
	r.ifr_data = data;
	return ioctl(fd, what, &r);
}

static int
ask_adapter(const struct capture_place *at, unsigned int *set,
    struct errbuf *e)
{
	struct ethtool_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };
	int fd, failed;

	*set = 1U << TSTAMP_HOST;
	if (strcmp(at->iface, "any") == 0)
		return 0;
	if (if_nametoindex(at->iface) == 0)
		return interfaces_unknown(at->name, e);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_set(e, "%s: socket: %s", at->name, strerror(errno));
	failed = request(fd, at->iface, SIOCETHTOOL, &info);
	close(fd);
	if (!failed)
		*set |= tstamp_offered_hardware(info.so_timestamping,
		    info.rx_filters);
	return 0;
}

/* What stamps all frames already needs no privilege. */
static int
start_adapter(int fd, const struct capture_place *at, struct errbuf *e)
{
	struct hwtstamp_config c = { 0, HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_NONE };

	if (request(fd, at->iface, SIOCGHWTSTAMP, &c) == 0 &&
	    c.rx_filter == HWTSTAMP_FILTER_ALL)
		return 0;
	c.rx_filter = HWTSTAMP_FILTER_ALL;
	if (request(fd, at->iface, SIOCSHWTSTAMP, &c) == 0)
		return 0;
	err_set(e, "capture on %s: time stamps of the adapter: %s", at->name,
	    strerror(errno));
	if (errno == EPERM)
		err_hint(e, "it takes CAP_NET_ADMIN to begin them: sudo "
		    "hwstamp_ctl -i %s -r 1", at->iface);
	return -1;
}

int
tstamp_offered(const struct capture_place *at, int packet_socket,
    unsigned int *set, struct errbuf *e)
{
	return packet_socket ? ask_adapter(at, set, e) :
	    ask_pcap(at, set, e);
}

int
tstamp_start(int fd, const struct capture_place *at, int type,
    struct errbuf *e)
{
	int stamping = SOF_TIMESTAMPING_RAW_HARDWARE;

	if (type == TSTAMP_HOST)
		return 0;
	if (setsockopt(fd, SOL_PACKET, PACKET_TIMESTAMP, &stamping,
	    sizeof(stamping)) == -1)
		return err_set(e, "capture on %s: PACKET_TIMESTAMP: %s",
		    at->name, strerror(errno));
	return start_adapter(fd, at, e);
}
#else
int
tstamp_offered(const struct capture_place *at, int packet_socket,
    unsigned int *set, struct errbuf *e)
{
	(void)packet_socket;
	return ask_pcap(at, set, e);
}
#endif
