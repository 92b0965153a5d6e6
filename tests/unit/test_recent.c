/* test_recent.c: who opened which connection, for those who ask later. */
#include "process/recent.h"

#include "tap.h"

#define SECOND	INT64_C(1000000000)

static struct opened
connection(uint32_t number, uint32_t pid)
{
	struct opened o = { 0 };

	o.ip_version = 4;
	o.local.b[0] = 10;
	o.remote.b[0] = 11;
	memcpy(&o.local.b[1], &number, 3);
	o.local_port = 1000;
	o.remote_port = 80;
	o.netns = 7;
	o.by.pid = pid;
	return o;
}

static uint32_t
who(const struct recent *r, const struct opened *k, int64_t since)
{
	const struct opened *o = recent_get(r, k, since);

	return o != NULL ? o->by.pid : 0;
}

static void
test_keys(void)
{
	struct errbuf e;
	struct recent *r = recent_new(&e);
	struct opened o = connection(1, 812), k = o;
	int64_t now = SECOND;

	is_u64(who(r, &k, now), 0, "nothing is known yet");
	recent_put(r, &o, now);
	k.by.pid = k.uid = 99;
	is_u64(who(r, &k, now), 812, "by both ends, whoever asks");
	k.netns = 8;
	is_u64(who(r, &k, now), 0, "another namespace is another host");
	k = o;
	k.ip_version = 6;
	is_u64(who(r, &k, now), 0, "another version");
	k = o;
	k.local_port++;
	is_u64(who(r, &k, now), 0, "another port here");
	k = o;
	k.remote_port++;
	is_u64(who(r, &k, now), 0, "another port there");
	k = o;
	k.remote.b[15] = 1;
	is_u64(who(r, &k, now), 0, "another address there");
	o.by.pid = 813;
	recent_put(r, &o, now + SECOND);
	is_u64(who(r, &o, now), 813, "the same ports once more");
	is_u64(who(r, &o, now + SECOND), 813, "not before");
	is_u64(who(r, &o, now + SECOND + 1), 0, "it is too old");
	recent_free(r);
}

/* A flood of connections takes no memory, and keeps the latest. */
static void
test_bound(void)
{
	enum { MANY = 8 * RECENT_MOST, LATE = RECENT_MOST / 4 };
	struct errbuf e;
	struct recent *r = recent_new(&e);
	struct opened o;
	unsigned int kept = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		o = connection(i, i + 1);
		recent_put(r, &o, SECOND + i);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		o = connection(i, 0);
		kept += who(r, &o, 0) != 0;
	}
	ok(kept <= RECENT_MOST, "no more are kept than there is room for");
	kept = 0;
	for (uint32_t i = MANY - LATE; i < MANY; i++) {
		o = connection(i, 0);
		kept += who(r, &o, 0) == i + 1;
	}
	ok(kept >= LATE - LATE / 100, "the latest are kept: %u of %u", kept,
	    (unsigned int)LATE);
	recent_free(r);
}

int
main(void)
{
	test_keys();
	test_bound();
	return done();
}
