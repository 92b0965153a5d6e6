/*
 * tstamp.h: who stamps frames with their time: the host, or its adapter.
 *
 * Types are libpcap's, PCAP_TSTAMP_HOST and so on, under the names that it
 * knows them by; sets have a bit for each.
 */
#ifndef SRC_CAPTURE_LIVE_TSTAMP_H
#define SRC_CAPTURE_LIVE_TSTAMP_H

#include "capture/capture.h"

struct pcap;

enum {
	TSTAMP_HOST	= 0,
	TSTAMP_TYPES	= 6,
};

/* The type of that name; -1 and errbuf with all names when there is none. */
int tstamp_type(const char *word, struct errbuf *);

/* What an interface offers, in our namespace: to a packet socket, where one is
 * built in and wanted, else to libpcap.  0, or -1 and errbuf. */
int tstamp_offered(const struct capture_place *, int packet_socket,
    unsigned int *set, struct errbuf *);
/* The same of a handle that is not yet activated. */
unsigned int tstamp_offered_pcap(struct pcap *);
/* What hardware offers by SOF_TIMESTAMPING_ and HWTSTAMP_FILTER_ bits. */
unsigned int tstamp_offered_hardware(uint32_t stamping, uint32_t filters);

/* Is the type in the set?  Else -1 and errbuf, with the set for a hint. */
int tstamp_check(const char *name, int type, unsigned int set,
    struct errbuf *);

/*
 * A packet socket gets stamps of that type, which its interface offers.  Those
 * of an adapter are begun for all of its frames, and go on when we are gone:
 * others may have come to rely on them.  0, or -1 and errbuf.
 */
int tstamp_start(int fd, const struct capture_place *, int type,
    struct errbuf *);

#endif
