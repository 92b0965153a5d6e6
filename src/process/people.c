/* people.c: what was read of processes and users, for a second. */
#include <string.h>

#include "process/people.h"
#include "process/procfs.h"

#define FRESH		INT64_C(1000000000)
#define USERS_FRESH	(60 * FRESH)

static const char *
user_name(struct people *p, uint32_t uid, int64_t now)
{
	unsigned int i = uid % PEOPLE_USERS;

	if (p->user[i].read == 0 || p->user[i].uid != uid ||
	    now - p->user[i].read > USERS_FRESH) {
		p->user[i].uid = uid;
		p->user[i].read = now;
		procfs_user(uid, p->user[i].name);
	}
	return p->user[i].name;
}

const struct process *
people_process(struct people *p, uint32_t pid, int64_t now)
{
	unsigned int i = pid % PEOPLE;
	struct process *s = &p->slot[i].process;

	if (p->slot[i].read != 0 && s->pid == pid &&
	    now - p->slot[i].read <= FRESH)
		return s;
	p->slot[i].read = 0;
	if (procfs_read(p->proc, pid, s) == -1)
		return NULL;
	memcpy(s->user, user_name(p, s->uid, now), sizeof(s->user));
	p->slot[i].read = now;
	return s;
}

/* Older systems have the groups that say something in other hierarchies, of
 * which only a process that is still there tells. */
static void
ask_for_cgroup(struct people *p, int64_t now, struct process *s)
{
	const struct process *there = people_process(p, s->pid, now);

	if (there == NULL || strcmp(there->name, s->name) != 0)
		return;
	memcpy(s->cgroup, there->cgroup, sizeof(s->cgroup));
	memcpy(s->container, there->container, sizeof(s->container));
	memcpy(s->unit, there->unit, sizeof(s->unit));
}

void
people_opener(struct people *p, const struct opened *o, int64_t now,
    struct process *s)
{
	people_user(p, o->uid, now, s);
	s->pid = o->by.pid;
	memcpy(s->name, o->by.name, sizeof(s->name));
	cgroup_ids_get(&p->cgroups, o->by.cgroup, s);
	if (s->cgroup[0] == '\0' || s->cgroup[1] == '\0')
		ask_for_cgroup(p, now, s);
}

void
people_user(struct people *p, uint32_t uid, int64_t now, struct process *s)
{
	memset(s, 0, sizeof(*s));
	s->uid = uid;
	memcpy(s->user, user_name(p, uid, now), sizeof(s->user));
}
