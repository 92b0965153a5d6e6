/*
 * fuzz_dissect.c: frames of one link type, from dissection to every output.
 *
 * Input: the link type (two bytes, the low one first), then frames, each
 * behind its length (two bytes, the high one first); the last may be cut.
 */
#include <fcntl.h>
#include <stdlib.h>

#include <sessdump/cursor.h>
#include <sessdump/wire.h>

#include "dissect/defrag.h"
#include "dissect/dissect.h"
#include "dissect/glance.h"
#include "output/sink.h"
#include "session/session.h"

enum {
	SESSIONS	= 64,		/* few, so that some are evicted */
	STEP		= 1000000000,	/* ns from one frame to the next */
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct registry *registry, *lengthy;
static struct defrag *defrag;
static struct session_table *sessions;
static struct outbuf out;

/* All that can be said, in each format. */
static const struct sink_options options[FORMATS] = {
	{ .format = FORMAT_TEXT, .verbose = 1, .link = 1, .hex_ascii = 2 },
	{ .format = FORMAT_JSON, .verbose = 1 },
	{ .format = FORMAT_ZEEK },
	{ .format = FORMAT_ZEEK_JSON },
};
static struct sink sinks[FORMATS];

static void
on_event(void *arg, const struct session_event *event)
{
	(void)arg;
	for (int i = 0; i < FORMATS; i++)
		if (sinks[i].ops->event != NULL)
			sinks[i].ops->event(&sinks[i], event);
}

static void
on_end(void *arg, const struct session *session)
{
	(void)arg;
	for (int i = 0; i < FORMATS; i++)
		sinks[i].ops->session(&sinks[i], session,
		    session_trouble(sessions, session), 0);
}

/* Once for all runs. */
static void
start(void)
{
	struct errbuf e;

	registry = registry_new(&e);
	lengthy = registry_new(&e);
	if (registry == NULL || lengthy == NULL || outbuf_init(&out,
	    open("/dev/null", O_WRONLY | O_CLOEXEC)) == -1)
		abort();
	lengthy->common = 0;
}

static void
start_run(void)
{
	struct session_config config;
	struct errbuf e;

	session_config_init(&config);
	config.max = SESSIONS;
	config.seed = 1;
	config.on_event = on_event;
	config.on_end = on_end;
	defrag = defrag_new();
	sessions = session_table_new(&config, &e);
	if (defrag == NULL || sessions == NULL)
		abort();
	for (int i = 0; i < FORMATS; i++)
		sink_init(&sinks[i], &options[i], &out);
}

/* The short cut must come to the same as the long way. */
static void
compare(const struct frame *f)
{
	static struct packet one, other;

	memset(&one, 0, sizeof(one));
	memset(&other, 0, sizeof(other));
	dissect(registry, NULL, f, &one);
	dissect(lengthy, NULL, f, &other);
	if (memcmp(&one, &other, sizeof(one)) != 0)
		abort();
}

static void
one_frame(struct cursor *c, uint16_t linktype, int64_t ts)
{
	const uint8_t *head = cursor_take(c, 2);
	struct session_lookup lookup;
	const struct session *session;
	struct frame f = { .ts = ts, .linktype = linktype };
	struct packet p;
	struct ends ends;

	f.len = be16(head);
	f.caplen = f.len < cursor_left(c) ? f.len : (uint32_t)cursor_left(c);
	f.data = cursor_take(c, f.caplen);
	compare(&f);
	defrag_release(defrag);
	dissect(registry, defrag, &f, &p);
	if (glance(registry, &f, &ends) && p.flow.has & FLOW_PORTS &&
	    (ends.sport != p.flow.sport || ends.dport != p.flow.dport ||
	    memcmp(&ends.src, &p.flow.src, sizeof(ends.src)) != 0 ||
	    memcmp(&ends.dst, &p.flow.dst, sizeof(ends.dst)) != 0))
		abort();
	session_prepare(sessions, &p, &lookup);
	session = session_update(sessions, &p, &lookup,
	    (uint64_t)(ts / STEP));
	for (int i = 0; i < FORMATS; i++)
		if (sinks[i].ops->packet != NULL)
			sinks[i].ops->packet(&sinks[i], &p, session);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = { data, data + size };
	const uint8_t *head = cursor_take(&c, 2);
	int64_t ts = 0;

	if (head == NULL)
		return 0;
	if (registry == NULL)
		start();
	start_run();
	while (cursor_left(&c) >= 2)
		one_frame(&c, le16(head), ts += STEP);
	session_finish(sessions);
	session_table_free(sessions);
	defrag_free(defrag);
	return 0;
}
