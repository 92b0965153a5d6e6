/*
 * comment.h: what is said of a packet in a file's comment: its session, with
 * both endpoints and their states after it.
 *
 *	session 7 tcp client [2001:db8::1]:51000 established curl[1234] server
 *	[2001:db8::2]:80 syn_received? role syn
 *
 * on one line, in the words of --state and of JSON, so that Wireshark's
 * frame.comment can be searched for them; `?' as in text.  What is no TCP has
 * one state, without a '?'.
 */
#ifndef SRC_WRITE_COMMENT_H
#define SRC_WRITE_COMMENT_H

#include <stddef.h>

#include "session/session.h"
#include "write/format.h"

enum {
	COMMENT_MAX	= DUMP_COMMENT,	/* bytes: always enough ... */
	COMMENT_OWNER	= 96,	/* ... of which for each endpoint's owner */
};

/*
 * More words about one side of the session, which go behind its state: the
 * process that has the socket.  Writes at most COMMENT_OWNER bytes, beginning
 * with a space, and answers where they end.
 */
typedef char *comment_owner(void *arg, char *p, const struct session *,
    unsigned int side);

/* The length; the owner may be NULL. */
size_t comment_put(char text[COMMENT_MAX], const struct session *,
    comment_owner *, void *arg);

#endif
