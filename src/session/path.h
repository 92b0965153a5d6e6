/*
 * path.h: the headers, tags and tunnels that a session's packets come in.
 *
 * Few paths serve many sessions, so each one stands once and sessions share
 * it.
 */
#ifndef SRC_SESSION_PATH_H
#define SRC_SESSION_PATH_H

#include <sessdump/packet.h>

struct path {
	struct path *next;	/* of the same bucket */
	uint32_t hash;
	uint32_t users;
	uint32_t ifindex;	/* see frame.ifindex */
	uint8_t nlayers, nvlans, ntunnels;
	const struct dissector *layer[PACKET_LAYERS];
	uint16_t vlan[PACKET_VLANS];
	struct tunnel tunnel[PACKET_TUNNELS];
};

struct path_table;

struct path_table *path_table_new(void);
void path_table_free(struct path_table *);

/* The path that the packet came; NULL when memory is short. */
const struct path *path_get(struct path_table *, const struct packet *);
void path_put(struct path_table *, const struct path *);

/* The layer behind the transport, when one was recognized: "dns"; else NULL.
 * The path may be NULL. */
const char *path_service(const struct path *);

#endif
