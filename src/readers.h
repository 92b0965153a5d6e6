/*
 * readers.h: those who read our output, while a source is live.
 */
#ifndef SRC_READERS_H
#define SRC_READERS_H

#include "capture/capture.h"
#include "output/outbuf.h"

enum { READERS = 2 };		/* of standard output, of the pipe of -w */

/*
 * What a reader has not taken goes out as soon as it takes more, be it that
 * no frame comes.  Returns when one may have come; at once where no output
 * is blocked.  An output may be NULL.
 */
void readers_serve(struct outbuf *const out[READERS], const struct capture *);

#endif
