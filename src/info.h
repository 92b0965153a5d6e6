/*
 * info.h: what the program can tell without reading a frame.
 *
 * Each prints to standard output; -1 and errbuf when it cannot.
 */
#ifndef SRC_INFO_H
#define SRC_INFO_H

#include "options/options.h"

int info_interfaces(const char *netns, struct errbuf *);	/* -D */
int info_linktypes(const struct capture_place *, struct errbuf *); /* -L */
/* -J, through a packet socket or libpcap. */
int info_tstamps(const struct capture_place *, int packet_socket,
    struct errbuf *);
int info_filter(const struct options *, struct errbuf *); /* -d */
void info_dissectors(const struct registry *);
void info_version(void);

/* The first interface there that is up and not loopback, or NULL; free() it. */
char *info_default_interface(const char *netns, struct errbuf *);

#endif
