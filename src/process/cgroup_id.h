/*
 * cgroup_id.h: control groups by the number that the kernel has for them, of
 * processes that cannot be asked any more.
 */
#ifndef SRC_PROCESS_CGROUP_ID_H
#define SRC_PROCESS_CGROUP_ID_H

#include <stdint.h>

#include "process/process.h"

enum { CGROUP_IDS = 64 };	/* that are remembered */

struct cgroup_ids {
	int mount;		/* the unified hierarchy; -1: there is none */
	char path[32];		/* where it is mounted */
	struct {
		uint64_t id;	/* 0: none */
		char path[PROCESS_CGROUP];
	} known[CGROUP_IDS];
};

void cgroup_ids_open(struct cgroup_ids *);
void cgroup_ids_close(struct cgroup_ids *);

/* Sets cgroup, container and unit; leaves them when the group has gone, or may
 * not be looked for: it takes CAP_DAC_READ_SEARCH. */
void cgroup_ids_get(struct cgroup_ids *, uint64_t id, struct process *);

#endif
