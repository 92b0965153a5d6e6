/*
 * sink.h: where records go: a view in a format.
 *
 * A sink is told of packets, events and sessions, and says those that its
 * views ask for.  It knows nothing of where frames come from.
 */
#ifndef SRC_OUTPUT_SINK_H
#define SRC_OUTPUT_SINK_H

#include <signal.h>

#include <sessdump/packet.h>

#include "core/losses.h"
#include "output/fmt.h"
#include "output/json_path.h"
#include "output/outbuf.h"
#include "output/stats.h"
#include "session/session.h"

enum {
	VIEW_PACKETS	= 1 << 0,
	VIEW_EVENTS	= 1 << 1,
	VIEW_SESSIONS	= 1 << 2,
};

enum sink_format {
	FORMAT_TEXT, FORMAT_JSON, FORMAT_ZEEK, FORMAT_ZEEK_JSON, FORMATS
};

extern const char *const sink_format_name[FORMATS];

/* -t ... -ttttt */
enum sink_time {
	TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE,
	TIME_SINCE_FIRST, TIME_STYLES
};

struct resolve;

struct sink_options {
	unsigned int views;	/* VIEW_... */
	enum sink_format format;
	enum sink_time time;
	uint8_t nano;		/* nine digits of a second, not six */
	uint8_t quiet;		/* -q */
	uint8_t verbose;	/* -v: 1 or more */
	uint8_t link;		/* -e */
	uint8_t hex;		/* -x 1, -xx 2: with the link header */
	uint8_t hex_ascii;	/* -X, -XX */
	uint8_t ascii;		/* -A, -AA */
	uint8_t color;
	/* Of the terminal, 0 where it is not known; changes at any time.
	 * NULL: lines are as long as they are. */
	const volatile sig_atomic_t *columns;
	/* The name of the interface that frame.ifindex means, or NULL. */
	const char *(*interface)(void *arg, uint32_t ifindex);
	void *arg;
	struct resolve *resolve;	/* -N, or NULL */
	struct losses *losses;	/* of the capture, or NULL; and then */
	const int64_t *timeout;	/* ns, by enum session_timeout */
};

/* How the object of a layer begins in JSON. */
struct json_opening {
	const struct dissector *of;
	struct fmt_word text;
};

enum { SINK_OPENINGS = 64 };	/* by the place of the dissector */
enum { SINK_PROTOCOL = 8 };	/* a column, a space, and up to one word */

struct sink;

/* What a format cannot say is NULL, see sink_views(). */
struct sink_ops {
	/* The session may be NULL. */
	void (*packet)(struct sink *, const struct packet *,
	    const struct session *);
	void (*event)(struct sink *, const struct session_event *);
	/* Trouble is NULL when there was none; open: the session goes on. */
	void (*session)(struct sink *, const struct session *,
	    const struct trouble *, int open);
	/* What stands once before all sessions: session() says it where that
	 * was not done yet; may be NULL. */
	void (*header)(struct sink *);
	/* The record of --stats. */
	void (*stats)(struct sink *, const struct stats *);
	/* There is no more to come; may be NULL. */
	void (*end)(struct sink *);
};

struct book;
struct sockets;

struct sink {
	const struct sink_ops *ops;
	const struct sink_options *options;
	struct outbuf *out;
	const struct book *book;	/* of processes, or NULL */
	const struct sockets *sockets;	/* of --sockets, or NULL */
	int64_t first, previous;	/* times of packets, for -ttt, -ttttt */
	int64_t quarter, utc_offset;	/* of local time, by quarter hours */
	struct fmt_day day;
	struct fmt_second second;	/* of the last packet */
	struct json_paths paths;
	uint32_t addr_width;		/* of the address column, so far */
	uint8_t fit;			/* of the line, see text.h */
	uint8_t has_header;		/* of the session table, */
	uint8_t header_fit;		/* which was made for that */
	/* Columns that were made already; those that are wider are not here. */
	char protocol[256][SINK_PROTOCOL];
	struct json_opening opening[SINK_OPENINGS];
};

extern const struct sink_ops sink_text, sink_json, sink_zeek, sink_zeek_json;

/* The views that the format has: VIEW_... */
unsigned int sink_views(enum sink_format);

/* The options and the buffer must outlive the sink. */
void sink_init(struct sink *, const struct sink_options *, struct outbuf *);

/* The time of the first packet that was read, whether it is shown or not. */
void sink_begin(struct sink *, int64_t ts);

/* Were packets lost while the session went on?  Where it has not closed, until
 * it timed out, or up to now: those that would have moved it may be among
 * them.  (What is known of later times depends on how much was read ahead.) */
static inline int
sink_lossy(const struct sink *k, const struct session *s)
{
	int64_t end = INT64_MAX;

	if (k->options->losses == NULL)
		return 0;
	if (s->end == END_CLOSED || s->end == END_RESET)
		end = s->last;
	else if (s->end == END_TIMEOUT)
		end = s->last + k->options->timeout[s->timeout];
	return losses_within(k->options->losses, s->start, end);
}

/* The last word. */
void sink_end(struct sink *);

#endif
