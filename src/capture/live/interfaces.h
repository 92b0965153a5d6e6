/*
 * interfaces.h: the interfaces and link types that there are (-D, -L, -y),
 * and what to say when one cannot be had.
 */
#ifndef SRC_CAPTURE_LIVE_INTERFACES_H
#define SRC_CAPTURE_LIVE_INTERFACES_H

#include <stddef.h>
#include <stdint.h>

#include "core/errbuf.h"

enum {
	INTERFACE_UP		= 1 << 0,
	INTERFACE_RUNNING	= 1 << 1,
	INTERFACE_LOOPBACK	= 1 << 2,
	INTERFACE_WIRELESS	= 1 << 3,
};

struct interface {
	char *name;
	char *description;	/* NULL when there is none */
	char **addresses;	/* text, "192.0.2.1/24"; the list ends in
				 * NULL */
	uint32_t ifindex;	/* 0: none of its own, as `any` */
	uint32_t flags;		/* INTERFACE_... */
};

/* All interfaces, in libpcap's order, the likeliest first; how many, or -1.
 * Free with interfaces_free(). */
int interfaces_list(struct interface **, struct errbuf *);
void interfaces_free(struct interface *, int count);

/* A link type that an interface can deliver. */
struct interface_linktype {
	uint32_t linktype;	/* LINKTYPE_ value */
	const char *name;	/* "EN10MB"; libpcap's, lives for ever */
	const char *description;
};

/* An activated handle of libpcap, to ask questions of: nothing is captured,
 * and its ring is as small as may be.  In messages it goes by "name".  NULL
 * when there is none; close with pcap_close(). */
struct pcap;
struct pcap *interfaces_handle(const char *name, const char *iface,
    struct errbuf *);

/* How many, or -1.  The first is the default.  Free the array with free(). */
int interfaces_linktypes(const char *name, const char *iface,
    struct interface_linktype **, struct errbuf *);

/* "EN10MB", "DLT_EN10MB" or a number to its LINKTYPE_ value; -1 when there is
 * none of that name. */
int interfaces_linktype(const char *name);
/* The name, or NULL. */
const char *interfaces_linktype_name(uint32_t linktype);

/* Each sets the message and its cure, and gives -1. */
int interfaces_unknown(const char *name, struct errbuf *);
int interfaces_denied(const char *name, struct errbuf *);
int interfaces_down(const char *name, const char *iface, struct errbuf *);
int interfaces_no_linktype(const char *name, int linktype, struct errbuf *);

#endif
