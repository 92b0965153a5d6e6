/*
 * libpcap.h: the part of libpcap.c that only the capture layer calls.
 */
#ifndef SRC_CAPTURE_LIBPCAP_H
#define SRC_CAPTURE_LIBPCAP_H

#include "capture/capture.h"

/* A capture file through libpcap's own reader, from its beginning.  Takes the
 * descriptor over, whatever it answers. */
struct capture *capture_open_pcapfile(const char *path, int fd,
    const struct capture_options *, struct errbuf *);

#endif
