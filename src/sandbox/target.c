/* target.c: where files are made, as descriptors. */
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/impl.h"

/* Where the name of a series by time begins to change, its directories do:
 * they are made below the one before. */
static const char *
fixed_end(const char *path)
{
	const char *end = path + strcspn(path, "%");

	while (end > path && end[-1] != '/')
		end--;
	return end;
}

static int
open_directory(const char *path)
{
	size_t n = (size_t)(fixed_end(path) - path);
	char directory[PATH_MAX] = ".";

	if (n >= sizeof(directory))
		return -1;
	if (n > 0) {
		memcpy(directory, path, n);
		directory[n] = '\0';
	}
	return open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void
target_find(struct target *p, const char *path)
{
	struct stat st;

	p->directory = p->file = -1;
	p->special = 0;
	p->path = NULL;
	if (path == NULL)
		return;
	if (strcmp(path, "-") == 0) {
		/* It is opened once more, see output/outflush.c. */
		p->file = open("/proc/self/fd/1", O_PATH | O_CLOEXEC);
		return;
	}
	p->path = path;
	p->file = open(path, O_PATH | O_CLOEXEC);
	p->special = p->file != -1 && fstat(p->file, &st) == 0 &&
	    !S_ISREG(st.st_mode);
	if (!p->special && path[0] != '\0')
		p->directory = open_directory(path);
}

void
target_close(struct target *p)
{
	if (p->directory != -1)
		close(p->directory);
	if (p->file != -1)
		close(p->file);
	p->directory = p->file = -1;
}
