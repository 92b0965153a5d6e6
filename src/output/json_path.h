/*
 * json_path.h: the layers, tags and tunnels of a session, as JSON.
 *
 * Few paths serve many sessions, so the text of the last ones is kept.  A path
 * is known again by its number: its place in memory may be another's soon.
 */
#ifndef SRC_OUTPUT_JSON_PATH_H
#define SRC_OUTPUT_JSON_PATH_H

#include "output/fmt.h"
#include "session/path.h"

enum {
	JSON_PATHS	= 16,	/* a power of two */
	JSON_PATH_TEXT	= 160,	/* longer ones are not kept */
};

/* All zero is empty. */
struct json_paths {
	struct json_path {
		const struct dissector *const *known;	/* of whose table */
		uint32_t number, hash;
		uint32_t text_len;
		char text[JSON_PATH_TEXT];
		struct fmt_word service;
	} slot[JSON_PATHS];
};

/* ,"layers":[...],"vlan":[...],"tunnel":[...]; "service" gets ,"service":"dns"
 * or nothing, which is valid until the next call. */
char *json_path(char *p, struct json_paths *, const struct path *,
    const struct fmt_word **service);

#endif
