/*
 * json.h: pieces that JSON records share.
 *
 * Each one writes at p and answers the place behind; outbuf_room() has made
 * room.  Only the files of sink_json.c use this.
 */
#ifndef SRC_OUTPUT_JSON_H
#define SRC_OUTPUT_JSON_H

#include "output/fmt.h"
#include "output/sink.h"

/* A literal. */
#define PUT(p, literal) fmt_bytes((p), (literal), sizeof(literal) - 1)

/* ,"name":value with a literal name. */
#define COUNTER(p, name, value) \
	json_counter((p), ",\"" name "\":", sizeof(name) + 3, (value))

char *json_str(char *p, const char *);
char *json_bool(char *p, int value);
char *json_counter(char *p, const char *name, size_t n, uint64_t value);
char *json_protocol(char *p, uint8_t protocol, uint8_t ip_version);
/* The interface that frame.ifindex means, when it has a name. */
char *json_interface(char *p, const struct sink *, uint32_t ifindex);
/* "ip" and "port" of one end of the session. */
char *json_endpoint(char *p, const struct session *, unsigned int side);
char *json_state(char *p, const struct side *);
/* TCP has a state a side; other protocols have one, of the session. */
char *json_session_state(char *p, const struct session *);
char *json_icmp(char *p, const struct session_key *, unsigned int client);

/* The record of a session. */
void json_session(struct sink *, const struct session *,
    const struct trouble *, int open);

#endif
