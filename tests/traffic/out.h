/*
 * out.h: a capture written to standard output, in our own byte order, Ethernet,
 * nanoseconds.  Ends the program when the output fails.
 */
#ifndef TESTS_TRAFFIC_OUT_H
#define TESTS_TRAFFIC_OUT_H

#include <stddef.h>
#include <stdint.h>

enum out_format { OUT_PCAP, OUT_PCAPNG };

void out_start(enum out_format);
/* A whole frame; "time" in ns since 1970. */
void out_record(int64_t time, const void *, size_t n);
void out_finish(void);

#endif
