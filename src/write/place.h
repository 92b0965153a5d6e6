/*
 * place.h: where the files of -w are made: in a directory that is opened once.
 *
 * Later files are found through its descriptor alone, so that neither a change
 * of root nor the loss of the right to walk there matters; whoever runs then
 * must be able to write in the directory itself.
 */
#ifndef SRC_WRITE_PLACE_H
#define SRC_WRITE_PLACE_H

#include <sys/stat.h>

#include <stddef.h>

#include "core/errbuf.h"

/* A file that is written under another name until it is whole. */
#define PLACE_PART	".part"

struct place {
	const char *path;	/* as the user wrote it */
	size_t skip;		/* so much of it names the directory */
	int dir;		/* descriptor, for openat() and the like */
	/* May the file be overwritten?  NULL: any may. */
	int (*is_taken)(void *arg, const struct stat *);
	void *arg;
};

/*
 * The directory of the path; with a pattern, the part of it in front of the
 * first '%'.  is_taken and arg are left alone.  -1 and errbuf.
 */
int place_open(struct place *, const char *path, int pattern,
    struct errbuf *);
void place_close(struct place *);

/*
 * Each makes an empty file of that name within the place.  The descriptor, or
 * -1 and errbuf.  place_create() truncates what is there, be it a device or a
 * pipe; place_begin() makes "name.part" and leaves a file of that name alone,
 * but for its removal when the place is wanted (of a ring: "make room").
 */
int place_create(const struct place *, const char *name, struct stat *,
    struct errbuf *);
int place_begin(const struct place *, const char *name, int make_room,
    struct stat *, struct errbuf *);

/* Does the name still name that file? */
int place_holds(const struct place *, const char *name, const struct stat *);

#endif
