/*
 * book.h: what is known of the endpoints' processes, session by session.
 *
 * Whoever owns a session table has a book beside it.  A session is asked about
 * when it begins; questions and answers go through a socket that is never
 * waited for.  There is room for as many as the table has sessions, and it is
 * taken as they come.
 *
 * All calls are for the thread of the table.
 */
#ifndef SRC_PROCESS_BOOK_H
#define SRC_PROCESS_BOOK_H

#include "core/errbuf.h"
#include "process/process.h"
#include "session/session.h"

struct book;
struct process_filter;

struct book_stats {
	uint64_t asked;		/* sessions */
	uint64_t refused;	/* more came than may be asked about */
	/* Endpoints of this host, by what was told of them in the end. */
	uint64_t named, owners, unknown;
	uint64_t spent_us, walks, lost;	/* see struct tell */
};

/* The descriptor is one of helper.h, and stays the caller's; "max" sessions at
 * a time.  NULL and errbuf when memory is short. */
struct book *book_new(int fd, uint32_t max, struct errbuf *);
void book_free(struct book *);
/* The table that its sessions are in, before the first is asked about; and who
 * knows the names of interfaces, or NULL. */
void book_bind(struct book *, struct session_table *,
    const char *(*interface)(void *, uint32_t ifindex), void *arg);

/* A session begins, with this packet. */
void book_ask(struct book *, const struct session *, const struct packet *);
/* Behind each batch: sends what was asked. */
void book_send(struct book *);
/* Takes the answers that are there; roles may turn, with an event.  "soon":
 * there is nothing else to do. */
void book_receive(struct book *, int soon);
/* The capture is over: waits for what is missing, for a third of a second at
 * most. */
void book_finish(struct book *);

/* What is known of side[dir]; NULL when there is neither process nor user.
 * The status goes to "status", which may be NULL. */
const struct process *book_get(const struct book *, const struct session *,
    unsigned int dir, enum process_status *status);

const struct book_stats *book_stats(const struct book *);
void book_stats_add(struct book_stats *, const struct book_stats *);

/* What one end is called, in a few words: "nginx[812]", "uid 33"; "" when
 * nothing is known.  Control characters become '?'.  The length. */
enum { BOOK_WORDS = 64 };
size_t book_words(const struct book *, const struct session *,
    unsigned int dir, char words[BOOK_WORDS]);

/*
 * --process: names and numbers of processes.
 */
struct process_filter *process_filter_new(void);
void process_filter_free(struct process_filter *);
/* Adds "a,b,c"; -1 and errbuf. */
int process_filter_add(struct process_filter *, const char *list,
    struct errbuf *);
/* Is an end of the session such a process, or may one be, since it is not
 * known?  A packet of no session has no process, and is none.  NULL selects
 * all. */
int process_filter_match(const struct process_filter *, const struct book *,
    const struct session *);

#endif
