/*
 * confine.h: what the options leave to the program once its sources are open.
 */
#ifndef SRC_CONFINE_H
#define SRC_CONFINE_H

#include "options/options.h"

struct registry;

/*
 * Gives up privileges, loads the plugins of --plugin, and enters the sandbox:
 * before the first byte of a capture is looked at.  -1 and errbuf on failure,
 * which ends the program.  Without a registry no plugin is loaded.
 */
int confine(const struct options *, struct registry *, struct errbuf *);

#endif
