/*
 * compiler.h: filter expressions, compiled by a process of their own.
 *
 * An expression may name hosts, networks, services and protocols, which
 * libpcap looks up in files and over the network whenever it compiles.  For
 * files that is once for each link type, when it is first met: within the
 * sandbox, where neither can be had.  So a process is started before, which
 * knows the expression, sees nothing of the files, and ends with the program.
 */
#ifndef SRC_CAPTURE_COMPILER_H
#define SRC_CAPTURE_COMPILER_H

#include <stdint.h>

#include "core/errbuf.h"

struct bpf_program;

/* Starts it; from then on filter_compile() asks it for this expression.  -1
 * and errbuf on failure. */
int compiler_start(const char *expression, int optimize, struct errbuf *);

/* Is it there, for that expression? */
int compiler_knows(const char *expression);

/* As filter_compile(). */
int compiler_ask(uint32_t linktype, uint32_t snaplen, struct bpf_program *,
    struct errbuf *);

#endif
