/*
 * cgroup.h: what a control group's path says of who runs a process.
 */
#ifndef SRC_PROCESS_CGROUP_H
#define SRC_PROCESS_CGROUP_H

#include <stddef.h>

#include "process/process.h"

/*
 * Of the text of /proc/PID/cgroup (cgroups(7)), n bytes of it: the path in the
 * unified hierarchy, or in systemd's own where that one says nothing but "/".
 * Sets cgroup, container and unit.
 */
void cgroup_parse(struct process *, const char *text, size_t n);

/* The two of a path: the innermost container's identifier, 64 hexadecimal
 * digits as container engines name their groups, or what stands behind
 * "lxc.payload." or "machine-"; and the innermost systemd unit. */
void cgroup_describe(struct process *, const char *path, size_t n);

#endif
