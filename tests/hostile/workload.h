/* workload.h: what flood can write. */
#ifndef TESTS_HOSTILE_WORKLOAD_H
#define TESTS_HOSTILE_WORKLOAD_H

#include <stdint.h>

enum {
	WORK_PLAIN	= 1 << 0,	/* without the true connections */
	WORK_SESSIONS	= 1 << 1,	/* COUNT is of sessions */
	WORK_TUNNELED	= 1 << 2,	/* of the true ones, a third */
	WORK_NOPS	= 1 << 3,	/* the true ones have 40 of them */
};

struct workload {
	const char *name, *what;
	void (*emit)(void);	/* a frame or a few */
	void (*finish)(void);	/* ends what has begun; or NULL */
	unsigned int flags;
};

extern uint64_t sessions_begun;	/* with WORK_SESSIONS */

/* In work_tcp.c. */
void normal_emit(void), normal_finish(void);
void sessions_emit(void), sessions_finish(void);
void syn_emit(void);
void midstream_emit(void);
void open_emit(void);
void rst_emit(void);
void synin_emit(void);
void synpair_emit(void);
void collide_emit(void);
void holes_emit(void);
void acks_emit(void);

/* In work_ip.c. */
void queries_emit(void);
void overlap_emit(void);
void unfinished_emit(void);
void pieces_finish(void);
void tunnels_emit(void);
void options_emit(void);
void backwards_emit(void);
void paths_emit(void);

#endif
