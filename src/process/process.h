/*
 * process.h: whose socket an endpoint is, as far as it is known.
 *
 * What is told of a process was true when it was asked for; a name is what the
 * process gave itself, any bytes.
 */
#ifndef SRC_PROCESS_PROCESS_H
#define SRC_PROCESS_PROCESS_H

#include <stdint.h>

enum {
	PROCESS_NAME		= 16,	/* comm, with its NUL */
	PROCESS_USER		= 33,
	PROCESS_CGROUP		= 512,
	PROCESS_CONTAINER	= 65,
	PROCESS_UNIT		= 128,
};

/* Texts end with NUL and are "" where they are not known. */
struct process {
	uint32_t pid;			/* 0: not known, only whose it is */
	uint32_t uid;
	char name[PROCESS_NAME];
	char user[PROCESS_USER];	/* in /etc/passwd */
	char cgroup[PROCESS_CGROUP];	/* a longer path is left out */
	char container[PROCESS_CONTAINER];
	char unit[PROCESS_UNIT];	/* of systemd */
};

/* What is known of an endpoint. */
enum process_status {
	PROCESS_UNASKED,	/* too many sessions came at once */
	PROCESS_PENDING,	/* the answer has not come yet */
	PROCESS_NONE,		/* it is not of this host and network namespace,
				 * or the kernel's own */
	PROCESS_GONE,		/* no socket of it was found */
	PROCESS_OWNER,		/* only the socket's user is known */
	PROCESS_KNOWN,
	PROCESS_STATUSES
};

#endif
