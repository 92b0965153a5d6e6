/*
 * procfs.h: what /proc says of a process (proc_pid(5)).
 */
#ifndef SRC_PROCESS_PROCFS_H
#define SRC_PROCESS_PROCFS_H

#include <sys/types.h>

#include <stddef.h>

#include "process/process.h"

/* A number that is a whole name, as of a directory below /proc; 0 for any
 * other. */
uint32_t procfs_number(const char *name);

/* The inode in "socket:[12345]", n bytes of it; 0 for any other. */
uint32_t procfs_inode(const char *link, size_t n);

/* Its effective user, in the text of /proc/PID/status; -1 when that is not
 * there. */
int procfs_uid(const char *text, size_t n, uint32_t *uid);

/* Has it CAP_SYS_PTRACE in force, by the text of /proc/PID/status?  Without,
 * the descriptors of others are not to be seen. */
int procfs_sees_all(const char *text, size_t n);

/* What is known of a process below "proc", an open /proc, but for the user's
 * name.  -1 when it has gone. */
int procfs_read(int proc, uint32_t pid, struct process *);

/* The beginning of a file, without a NUL; -1 when it cannot be read. */
ssize_t procfs_text(int dir, const char *path, char *to, size_t size);

/* The user's name in /etc/passwd, else "". */
void procfs_user(uint32_t uid, char name[PROCESS_USER]);

#endif
