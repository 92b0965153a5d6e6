/*
 * select.h: which packets and sessions a user asked for, after dissection.
 *
 * --port, --host and --proto look at the decoded 4-tuple, however deep it
 * stands; --state looks at the session.  Kinds add up to "and", the values of
 * one kind to "or".
 */
#ifndef SRC_SESSION_SELECT_H
#define SRC_SESSION_SELECT_H

#include "session/session.h"

struct selection;

/* Selects everything; NULL when memory is short. */
struct selection *selection_new(void);
void selection_free(struct selection *);

/* Each takes a list "a,b,c", adds it, and answers -1 with a message that
 * names the part which is wrong. */
int selection_ports(struct selection *, const char *list, struct errbuf *);
int selection_hosts(struct selection *, const char *list, struct errbuf *);
int selection_protocols(struct selection *, const char *list,
    struct errbuf *);
int selection_states(struct selection *, const char *list, struct errbuf *);

/* By 4-tuple: of the packet, or of the one that an ICMP error quotes. */
int selection_packet(const struct selection *, const struct packet *);

/* Does it select every packet? */
int selection_is_any(const struct selection *);

/* Was selection_states() called? */
int selection_has_states(const struct selection *);

/* By state; session may be NULL. */
int selection_session(const struct selection *, const struct session *);

#endif
