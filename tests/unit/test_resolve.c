/* test_resolve.c: which names are shown, and that asking never waits. */
#include <time.h>

#include "resolve/resolver.h"

#include "tap.h"

static void
test_clean(void)
{
	static const struct {
		const char *name;
		int shown;
	} t[] = {
		{ "www.example.com", 1 },
		{ "host-1_a.example", 1 },
		{ "3com.example", 1 },
		{ "", 0 },
		{ "192.0.2.1", 0 },
		{ "1", 0 },
		{ "a b", 0 },
		{ "a\033[31mb", 0 },
		{ "a\nb", 0 },
		{ "\"},{\"", 0 },
		{ "2001:db8::1", 0 },
		{ "caf\303\251.example", 0 },
	};
	char name[RESOLVE_NAME];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(name, 0, sizeof(name));
		memcpy(name, t[i].name, strlen(t[i].name));
		resolver_clean(name);
		ok((name[0] != '\0') == t[i].shown, "name %zu is %s", i,
		    t[i].shown ? "shown" : "dropped");
	}
	memset(name, 'a', sizeof(name));
	resolver_clean(name);
	ok(name[0] == '\0', "a name without an end is dropped");
}

static union addr
address(const char *bytes, size_t n)
{
	union addr a = { .w = { 0, 0 } };

	memcpy(a.b, bytes, n);
	return a;
}

static void
test_local(void)
{
	union addr v4 = address("\177\0\0\1", 4);
	char name[RESOLVE_NAME] = "";
	struct errbuf e;
	struct resolve *r = resolve_new(&e);
	size_t n;

	if (!ok(r != NULL && resolve_start(r, &e) == 0, "the process starts"))
		return;
	resolve_wait(r);
	n = resolve_name(r, &v4, 4, name);
	ok(n == strlen(name), "127.0.0.1 has a name, or none");
	resolve_free(r);
}

/* More questions than anybody could answer: none of them waits. */
static void
test_flood(void)
{
	struct timespec from, to;
	char name[RESOLVE_NAME];
	struct errbuf e;
	struct resolve *r = resolve_new(&e);
	union addr a = address("\xc0\0\2\0", 4);
	int64_t ms;

	ok(r != NULL && resolve_start(r, &e) == 0, "another one starts");
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (uint32_t i = 0; r != NULL && i < 2 * RESOLVE_ADDRESSES; i++) {
		a.u4 = i * 2654435761u;
		(void)resolve_name(r, &a, 4, name);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	resolve_free(r);
	ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) /
	    1000000;
	ok(ms < 5000, "%d questions do not wait: %d ms",
	    2 * RESOLVE_ADDRESSES, (int)ms);
}

int
main(void)
{
	test_clean();
	test_local();
	test_flood();
	return done();
}
