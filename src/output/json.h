/*
 * json.h: pieces that JSON records share.
 *
 * Each one writes at p and answers the place behind; outbuf_room() has made
 * room.  Only the files of sink_json.c, and sink_stats.c, use this.
 */
#ifndef SRC_OUTPUT_JSON_H
#define SRC_OUTPUT_JSON_H

#include "output/fmt.h"
#include "output/sink.h"

/* ,"name":value with a literal name. */
#define COUNTER(p, name, value) \
	fmt_u64(PUT((p), ",\"" name "\":"), (value))

/* The same of 32 bits, without a call. */
#define NUMBER(p, name, value) \
	fmt_u32(PUT((p), ",\"" name "\":"), (value))

char *json_protocol(char *p, uint8_t protocol, uint8_t ip_version);
/* The interface that frame.ifindex means, when it has a name. */
char *json_interface(char *p, const struct sink *, uint32_t ifindex);

/* "ip":"192.0.2.1","port":80, the latter where it has one. */
static inline char *
json_address(char *p, const union addr *a, unsigned int ip_version,
    int has_ports, uint16_t port)
{
	p = PUT(p, "\"ip\":\"");
	p = fmt_addr(p, a, ip_version);
	if (has_ports)
		return fmt_u32(PUT(p, "\",\"port\":"), port);
	*p++ = '"';
	return p;
}

/* "ip" and "port" of one end of the session, and its "name" with -N. */
char *json_endpoint(char *p, const struct sink *, const struct session *,
    unsigned int side);
/* ,"process":{...} of that end, where one is known. */
char *json_process(char *p, const struct sink *, const struct session *,
    unsigned int side);
/* ,"socket":{...}: what the kernel says of it, with --sockets. */
char *json_socket(char *p, struct sink *, const struct session *,
    unsigned int side);
/* TCP has a state a side; other protocols have one, of the session. */
char *json_session_state(char *p, const struct session *);
char *json_icmp(char *p, const struct session_key *, unsigned int client);

/* ,"state":"syn_sent","confirmed":true, by state and "confirmed". */
extern const struct fmt_word json_states[TCP_STATES][2];

static inline char *
json_state(char *p, const struct side *s)
{
	return fmt_word(p, &json_states[s->state][s->confirmed]);
}

/* The record of --stats. */
void json_stats(struct sink *, const struct stats *);

/* The record of a session. */
void json_session(struct sink *, const struct session *,
    const struct trouble *, int open);

#endif
