/*
 * plugin.h: dissectors from shared objects, see sessdump-dissector(3).
 */
#ifndef SRC_DISSECT_PLUGIN_H
#define SRC_DISSECT_PLUGIN_H

#include "dissect/registry.h"

/*
 * Loads one and adds its dissector.  The path must be absolute, or a bare
 * name in PKGLIBDIR.  -1 and errbuf when it is refused.  It stays loaded for
 * as long as the process lives.
 */
int plugin_load(struct registry *, const char *path, struct errbuf *);

#endif
