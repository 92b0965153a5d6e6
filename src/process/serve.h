/*
 * serve.h: the helper at work.
 */
#ifndef SRC_PROCESS_SERVE_H
#define SRC_PROCESS_SERVE_H

#include "process/desk.h"
#include "process/helper.h"

enum { AGAIN_MOST = 1024 };	/* questions that are asked once more */

/* Questions whose answer may be better a little later. */
struct again {
	struct ask ask;
	int64_t due;		/* ns of the monotonic clock */
	unsigned int channel;
};

struct service {
	struct desk desk;
	int fd[HELPER_CHANNELS];
	unsigned int channels, open;
	struct again again[AGAIN_MOST];	/* a ring, the first due first */
	unsigned int first, nagain;
};

/* The channels stay the caller's.  Then the desk is to be filled in. */
void serve_init(struct service *, const int *fd, unsigned int channels);
/* Until nobody is there to ask. */
void serve(struct service *);

#endif
