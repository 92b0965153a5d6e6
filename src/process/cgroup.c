/* cgroup.c: what a control group's path says of who runs a process. */
#include <ctype.h>
#include <string.h>

#include "process/cgroup.h"

enum { ID_DIGITS = 64 };

static int
begins(const char *s, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n >= len && memcmp(s, with, len) == 0;
}

static int
ends(const char *s, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n > len && memcmp(s + n - len, with, len) == 0;
}

/* All of it, or nothing. */
static void
keep(char *to, size_t size, const char *s, size_t n)
{
	if (n == 0 || n >= size || memchr(s, '\0', n) != NULL)
		return;
	memcpy(to, s, n);
	to[n] = '\0';
}

/* Where 64 hexadecimal digits stand by themselves: "docker-ID.scope",
 * "crio-ID.scope", "ID". */
static const char *
find_id(const char *s, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && isxdigit((unsigned char)s[i])) {
			run++;
			continue;
		}
		if (run == ID_DIGITS && (i == run || s[i - run - 1] == '-' ||
		    s[i - run - 1] == ':'))
			return s + i - run;
		run = 0;
	}
	return NULL;
}

/* Containers that have a name in place of a number. */
static void
find_name(struct process *p, const char *s, size_t n)
{
	static const struct { const char *before, *behind; } form[] = {
		{ "lxc.payload.", "" }, { "lxc.payload/", "" },
		{ "machine-", ".scope" },
	};

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		size_t skip = strlen(form[i].before);
		size_t tail = strlen(form[i].behind);

		if (begins(s, n, form[i].before) &&
		    (tail == 0 || ends(s, n, form[i].behind)) &&
		    n > skip + tail)
			keep(p->container, sizeof(p->container), s + skip,
			    n - skip - tail);
	}
}

static void
describe_part(struct process *p, const char *s, size_t n)
{
	const char *id = find_id(s, n);

	if (id != NULL)
		keep(p->container, sizeof(p->container), id, ID_DIGITS);
	else
		find_name(p, s, n);
	/* A slice only holds others; a scope that an engine makes for a
	 * container is no unit that anybody knows. */
	if (ends(s, n, ".service") || (ends(s, n, ".scope") && id == NULL))
		keep(p->unit, sizeof(p->unit), s, n);
}

void
cgroup_describe(struct process *p, const char *path, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i <= n; i++)
		if (i == n || path[i] == '/') {
			describe_part(p, path + from, i - from);
			from = i + 1;
		}
}

/* "0::/path" is the unified hierarchy; "1:name=systemd:/path" is systemd's. */
static int
is_unified(const char *s, size_t n)
{
	return begins(s, n, "0::");
}

static const char *
behind_colons(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);

	if (colon == NULL)
		return NULL;
	colon = memchr(colon + 1, ':', n - (size_t)(colon + 1 - s));
	return colon != NULL ? colon + 1 : NULL;
}

static int
is_systemd(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);

	return colon != NULL && begins(colon, n - (size_t)(colon - s),
	    ":name=systemd:");
}

void
cgroup_parse(struct process *p, const char *text, size_t n)
{
	const char *unified = NULL, *systemd = NULL, *end = text + n, *line;
	size_t nunified = 0, nsystemd = 0;

	for (line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline != NULL ? newline : end;
		size_t len = (size_t)(stop - line);
		const char *path = behind_colons(line, len);

		/* A last line without an end was cut. */
		if (newline != NULL && path != NULL && is_unified(line, len)) {
			unified = path;
			nunified = (size_t)(stop - path);
		} else if (newline != NULL && path != NULL &&
		    is_systemd(line, len)) {
			systemd = path;
			nsystemd = (size_t)(stop - path);
		}
		line = stop + 1;
	}
	if (nunified <= 1 && nsystemd > 1) {
		unified = systemd;
		nunified = nsystemd;
	}
	if (nunified == 0)
		return;
	keep(p->cgroup, sizeof(p->cgroup), unified, nunified);
	cgroup_describe(p, unified, nunified);
}
