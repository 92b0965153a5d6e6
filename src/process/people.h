/*
 * people.h: what was read of processes and users, for a second.
 */
#ifndef SRC_PROCESS_PEOPLE_H
#define SRC_PROCESS_PEOPLE_H

#include "process/cgroup_id.h"
#include "process/opener.h"
#include "process/process.h"

enum { PEOPLE = 256, PEOPLE_USERS = 64 };

struct people {
	int proc;		/* an open /proc, the caller's */
	struct {
		struct process process;
		int64_t read;	/* when; 0: never */
	} slot[PEOPLE];
	struct {
		uint32_t uid;
		int64_t read;
		char name[PROCESS_USER];
	} user[PEOPLE_USERS];
	struct cgroup_ids cgroups;	/* the caller's to open and close */
};

/* All of a process; NULL when it has gone.  Valid until the next call. */
const struct process *people_process(struct people *, uint32_t pid,
    int64_t now);
/* Of one that has opened a connection, and may have gone since. */
void people_opener(struct people *, const struct opened *, int64_t now,
    struct process *);
/* Of a user alone. */
void people_user(struct people *, uint32_t uid, int64_t now,
    struct process *);

#endif
