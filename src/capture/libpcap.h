/*
 * libpcap.h: the part of libpcap.c that only the capture layer calls.
 */
#ifndef SRC_CAPTURE_LIBPCAP_H
#define SRC_CAPTURE_LIBPCAP_H

#include "capture/capture.h"

/* A capture file through libpcap's own reader. */
struct capture *capture_open_pcapfile(const char *path,
    const struct capture_options *, struct errbuf *);

#endif
