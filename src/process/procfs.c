/* procfs.c: what /proc says of a process. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/cgroup.h"
#include "process/procfs.h"

enum { TEXT = 8192 };

/* A decimal number; the end of it in *end, which is s when there is none or
 * it is too large. */
static uint32_t
number(const char *s, const char *limit, const char **end)
{
	uint64_t v = 0;
	const char *p = s;

	for (; p < limit && *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > UINT32_MAX) {
			*end = s;
			return 0;
		}
	}
	*end = p;
	return (uint32_t)v;
}

uint32_t
procfs_number(const char *name)
{
	const char *limit = name + strlen(name), *end;
	uint32_t v = number(name, limit, &end);

	return end == limit ? v : 0;
}

uint32_t
procfs_inode(const char *link, size_t n)
{
	static const char before[] = "socket:[";
	const char *limit = link + n, *end;
	size_t skip = sizeof(before) - 1;
	uint32_t v;

	if (n <= skip || memcmp(link, before, skip) != 0)
		return 0;
	v = number(link + skip, limit, &end);
	return limit - end == 1 && *end == ']' ? v : 0;
}

int
procfs_uid(const char *text, size_t n, uint32_t *uid)
{
	static const char label[] = "\nUid:\t";
	const char *p = memmem(text, n, label, sizeof(label) - 1);
	const char *limit = text + n, *end;

	if (p == NULL)
		return -1;
	p += sizeof(label) - 1;
	number(p, limit, &end);		/* the real one */
	if (end == p || end == limit || *end != '\t')
		return -1;
	p = end + 1;
	*uid = number(p, limit, &end);
	return end == p || end == limit ? -1 : 0;
}

int
procfs_sees_all(const char *text, size_t n)
{
	static const char label[] = "\nCapEff:\t";
	const char *p = memmem(text, n, label, sizeof(label) - 1);
	char digits[17] = "";

	if (p == NULL || (size_t)(text + n - p) < sizeof(label) - 1 + 16)
		return 0;
	memcpy(digits, p + sizeof(label) - 1, 16);
	return strtoull(digits, NULL, 16) >> CAP_SYS_PTRACE & 1;
}

ssize_t
procfs_text(int dir, const char *path, char *to, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t r;

	if (fd == -1)
		return -1;
	while (n < size && (r = read(fd, to + n, size - n)) != 0) {
		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			break;
		n += (size_t)r;
	}
	close(fd);
	return (ssize_t)n;
}

void
procfs_user(uint32_t uid, char name[PROCESS_USER])
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	name[0] = '\0';
	while (f != NULL && (pw = fgetpwent(f)) != NULL)
		if (pw->pw_uid == uid) {
			if (strlen(pw->pw_name) < PROCESS_USER)
				memcpy(name, pw->pw_name,
				    strlen(pw->pw_name) + 1);
			break;
		}
	if (f != NULL)
		fclose(f);
}

static ssize_t
read_file(int proc, uint32_t pid, const char *name, char *to, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "%u/%s", pid, name);
	return procfs_text(proc, path, to, size);
}

int
procfs_read(int proc, uint32_t pid, struct process *p)
{
	char text[TEXT];
	ssize_t n;

	memset(p, 0, sizeof(*p));
	n = read_file(proc, pid, "comm", text, sizeof(text));
	if (n <= 0)
		return -1;
	if (text[n - 1] == '\n')
		n--;
	if (n >= PROCESS_NAME)
		n = PROCESS_NAME - 1;
	memcpy(p->name, text, (size_t)n);
	n = read_file(proc, pid, "status", text, sizeof(text));
	if (n <= 0 || procfs_uid(text, (size_t)n, &p->uid) == -1)
		return -1;
	p->pid = pid;
	n = read_file(proc, pid, "cgroup", text, sizeof(text));
	if (n > 0)
		cgroup_parse(p, text, (size_t)n);
	return 0;
}
