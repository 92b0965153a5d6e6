/*
 * filter.h: pcap-filter(7) expressions, compiled by libpcap.
 *
 * A filter is compiled for one link type.  Files may hold several, so a
 * filter_set compiles the same expression for each one when it is first met.
 */
#ifndef SRC_CAPTURE_FILTER_H
#define SRC_CAPTURE_FILTER_H

#include <stdint.h>

#include <sessdump/frame.h>

#include "core/errbuf.h"

struct bpf_program;
struct pcap;

/* LINKTYPE_ value of a file <-> DLT_ value of libpcap on this system. */
int filter_linktype_to_dlt(uint32_t linktype);
uint32_t filter_dlt_to_linktype(int dlt);

/*
 * Compiles for one link type.  0, or -1 with libpcap's reason and, where it
 * can be told, a hint of two lines that shows the place: the expression, and
 * a caret.  Free with pcap_freecode().
 */
int filter_compile(const char *expression, uint32_t linktype,
    uint32_t snaplen, int optimize, struct bpf_program *, struct errbuf *);

/* The same for an opened handle of libpcap: live, it may use what only the
 * kernel knows of a frame (stripped VLAN tags, direction). */
int filter_compile_handle(struct pcap *, const char *expression, int optimize,
    uint32_t netmask, struct bpf_program *, struct errbuf *);

/*
 * Is it an expression at all?  -1, with what filter_compile() says for
 * Ethernet, when it makes sense for none of the usual link types.
 */
int filter_check(const char *expression, struct errbuf *);

/* One expression over any number of link types. */
struct filter_set;

struct filter_set *filter_set_new(const char *expression, uint32_t snaplen,
    int optimize);
void filter_set_free(struct filter_set *);

/* Compiles ahead of the first frame of that link type.  0, or -1. */
int filter_set_add(struct filter_set *, uint32_t linktype, struct errbuf *);

/*
 * 1 when the frame passes, 0 when not, -1 when the expression cannot be
 * compiled for the frame's link type.
 */
int filter_set_match(struct filter_set *, const struct frame *,
    struct errbuf *);

#endif
