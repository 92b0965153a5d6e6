/* plugin.c: dissectors from shared objects. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "dissect/plugin.h"

/* A relative path would load what the current directory happens to hold. */
static int
full_path(char *out, size_t size, const char *path, struct errbuf *e)
{
	int n;

	if (path[0] == '/')
		n = snprintf(out, size, "%s", path);
	else if (strchr(path, '/') == NULL)
		n = snprintf(out, size, "%s/%s", PKGLIBDIR, path);
	else
		return err_set(e, "%s: a plugin is named by an absolute path, "
		    "or by its name in %s", path, PKGLIBDIR);
	if (n < 0 || (size_t)n >= size)
		return err_set(e, "%s: path too long", path);
	return 0;
}

int
plugin_load(struct registry *r, const char *path, struct errbuf *e)
{
	const struct dissector *d;
	char full[PATH_MAX];
	void *object;

	if (full_path(full, sizeof(full), path, e) == -1)
		return -1;
	object = dlopen(full, RTLD_NOW | RTLD_LOCAL);
	if (object == NULL)
		return err_set(e, "%s", dlerror());
	d = dlsym(object, "sessdump_dissector");
	if (d == NULL) {
		err_set(e, "%s: no symbol sessdump_dissector", full);
		err_hint(e, "compile it with -DSESSDUMP_PLUGIN -shared -fPIC");
	} else if (registry_add(r, d, full, e) == 0) {
		return 0;
	}
	dlclose(object);
	return -1;
}
