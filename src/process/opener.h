/*
 * opener.h: who opened a connection, or began to listen for some, as the kernel
 * tells when it happens.
 */
#ifndef SRC_PROCESS_OPENER_H
#define SRC_PROCESS_OPENER_H

#include <stdint.h>

#include <sessdump/packet.h>

#include "process/process.h"

/* As a program in the kernel notes it. */
struct opener {
	char name[PROCESS_NAME];	/* of the process, not of its thread */
	uint64_t cgroup;	/* its number in the unified hierarchy */
	uint32_t pid;
	uint32_t zero;
};

/* A connection that one of our host has opened, or tried to; or a socket that
 * listens, with nobody at the other end. */
struct opened {
	struct opener by;
	union addr local, remote;
	uint32_t uid;			/* the socket's */
	uint32_t netns;			/* the inode of its namespace */
	uint16_t local_port, remote_port;
	uint8_t ip_version;
	uint8_t listens;
};

#endif
