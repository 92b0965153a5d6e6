/* cgroup_id.c: control groups by the number that the kernel has for them. */
#include <sys/vfs.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process/cgroup.h"
#include "process/cgroup_id.h"

enum { KERNFS_HANDLE = 0xfe };	/* FILEID_KERNFS: eight bytes, the number */

void
cgroup_ids_open(struct cgroup_ids *c)
{
	static const char *const mounts[] = { "/sys/fs/cgroup",
	    "/sys/fs/cgroup/unified" };
	struct statfs st;

	memset(c, 0, sizeof(*c));
	c->mount = -1;
	for (unsigned int i = 0; i < 2 && c->mount == -1; i++) {
		if (statfs(mounts[i], &st) == -1 ||
		    st.f_type != CGROUP2_SUPER_MAGIC)
			continue;
		snprintf(c->path, sizeof(c->path), "%s", mounts[i]);
		c->mount = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
}

void
cgroup_ids_close(struct cgroup_ids *c)
{
	if (c->mount != -1)
		close(c->mount);
}

/* The path below the mount, "" when it is not there. */
static void
find_path(const struct cgroup_ids *c, uint64_t id, char path[PROCESS_CGROUP])
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} h;
	char link[32], text[PROCESS_CGROUP + sizeof(c->path)];
	size_t skip = strlen(c->path);
	ssize_t n;
	int fd;

	path[0] = '\0';
	h.head.handle_bytes = sizeof(id);
	h.head.handle_type = KERNFS_HANDLE;
	memcpy(h.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(c->mount, &h.head, O_PATH | O_CLOEXEC);
	if (fd == -1)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, sizeof(text));
	close(fd);
	/* What fills the room may be cut. */
	if (n < (ssize_t)skip || n == sizeof(text) ||
	    memcmp(text, c->path, skip) != 0)
		return;
	if ((size_t)n == skip)
		text[n++] = '/';	/* the root */
	if (text[skip] != '/' || (size_t)n - skip >= PROCESS_CGROUP)
		return;
	memcpy(path, text + skip, (size_t)n - skip);
	path[(size_t)n - skip] = '\0';
}

void
cgroup_ids_get(struct cgroup_ids *c, uint64_t id, struct process *p)
{
	char *path = c->known[id % CGROUP_IDS].path;
	size_t n;

	if (c->mount == -1)
		return;
	if (id == 0 || c->known[id % CGROUP_IDS].id != id) {
		find_path(c, id, path);
		c->known[id % CGROUP_IDS].id = path[0] != '\0' ? id : 0;
	}
	n = strlen(path);
	if (n == 0)
		return;
	memcpy(p->cgroup, path, n + 1);
	cgroup_describe(p, path, n);
}
