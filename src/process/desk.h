/*
 * desk.h: answers what is asked of sessions, from all that is known.
 */
#ifndef SRC_PROCESS_DESK_H
#define SRC_PROCESS_DESK_H

#include "core/errbuf.h"
#include "process/diag.h"
#include "process/follow.h"
#include "process/listeners.h"
#include "process/nettable.h"
#include "process/owners.h"
#include "process/people.h"
#include "process/recent.h"
#include "process/wire.h"

enum { PLACES = 16 };		/* network namespaces, at most */

/* A network namespace. */
struct place {
	struct diag *diag;
	struct listeners listeners;
	struct nettable tables;
	uint32_t inode;		/* of the namespace */
};

struct desk {
	int proc;		/* /proc, open */
	struct place place[PLACES];
	unsigned int nplaces;
	struct owners *owners;
	struct people people;
	struct follow *follow;	/* who opens connections; NULL: not told */
	struct recent *recent;	/* what it told */
	int sees_all;		/* processes of others, too */
	uint32_t uid;		/* else, only of this user */
};

/* Without places yet.  -1 and errbuf on failure. */
int desk_init(struct desk *, struct errbuf *);
void desk_fini(struct desk *);

/* The network namespace that the calling thread is in: sockets are looked for
 * in all that were added. */
int desk_add_place(struct desk *, struct errbuf *);

/* From now on the kernel tells who opens connections there; "note" says that,
 * or why it does not.  Before privileges are given up. */
void desk_follow(struct desk *, struct errbuf *note);

/* What is known before anybody asks. */
void desk_prepare(struct desk *);

/* Up to WIRE_ASKS of them.  "again": they were asked before, and this is the
 * last answer. */
void desk_answer(struct desk *, const struct ask *, unsigned int n, int again,
    struct tell *);

/* What the kernel says of the sockets of one. */
void desk_view(struct desk *, const struct ask *, struct tell_sockets *);

/* For that: does it know sockets of the protocol, and is that end's address one
 * of the place?  Then the query for its socket is filled in. */
int desk_knows(uint8_t protocol);
int desk_query(struct desk *, unsigned int place, const struct ask *,
    unsigned int end, struct diag_query *);

#endif
