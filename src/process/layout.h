/*
 * layout.h: where the kernel that runs keeps what we read of a socket and of a
 * process: it describes its own structures (BTF).
 */
#ifndef SRC_PROCESS_LAYOUT_H
#define SRC_PROCESS_LAYOUT_H

#include <stdint.h>

#include "core/errbuf.h"

enum layout_field {
	LAYOUT_FAMILY, LAYOUT_PROTOCOL, LAYOUT_UID, LAYOUT_NET,
	LAYOUT_LOCAL_PORT, LAYOUT_REMOTE_PORT,
	LAYOUT_LOCAL4, LAYOUT_REMOTE4, LAYOUT_LOCAL6, LAYOUT_REMOTE6,
	LAYOUT_NETNS,				/* of struct net */
	LAYOUT_FLAGS, LAYOUT_LEADER, LAYOUT_NAME, /* of struct task_struct */
	LAYOUT_FIELDS
};

struct layout {
	uint32_t offset[LAYOUT_FIELDS];
};

/* How many bytes it has. */
uint32_t layout_size(enum layout_field);

/* -1 and errbuf when the kernel does not tell, or has something else there. */
int layout_read(struct layout *, struct errbuf *);

#endif
