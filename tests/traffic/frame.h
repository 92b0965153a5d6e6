/*
 * frame.h: frames built from the payload outwards.
 *
 * A frame begins with frame_payload() or frame_bytes(); each header is then
 * put before what stands, lengths and checksums right; frame_write() gives it
 * the time frame_time, which goes on by frame_step.
 */
#ifndef TESTS_TRAFFIC_FRAME_H
#define TESTS_TRAFFIC_FRAME_H

#include "out.h"

enum {
	IPPROTO_4 = 4, IPPROTO_T = 6, IPPROTO_U = 17, IPPROTO_6 = 41,
	IPPROTO_KEYED = 47, IPPROTO_PIECE = 44, IPPROTO_DEST = 60,

	F_FIN = 0x01, F_SYN = 0x02, F_RST = 0x04, F_PSH = 0x08, F_ACK = 0x10,
};
#define FRAME_EPOCH	(INT64_C(1767225600) * 1000000000)	/* 2026 */

/* Who sends to whom. */
struct ends {
	uint8_t version;	/* 4 or 6 */
	uint8_t src[16], dst[16];	/* IPv4 in the first four bytes */
	uint16_t sport, dport;
};

struct segment {
	uint32_t seq, ack;
	unsigned int flags;
	const uint8_t *options;
	unsigned int noptions;	/* bytes, a multiple of 4 */
};

/* What an IP header may have besides. */
struct ip_extra {
	int fragment;		/* the next three are valid */
	uint32_t id;
	unsigned int offset;	/* bytes */
	int more;
	const uint8_t *options;	/* IPv4 only */
	unsigned int noptions;	/* bytes, a multiple of 4 */
};

extern int64_t frame_time;	/* ns since 1970, of the next frame */
extern int64_t frame_step;	/* ns from one frame to the next */
extern uint64_t frame_count;	/* frames written */

/* The seed of rnd(); the file's header is written. */
void frame_start(uint64_t seed, enum out_format);
void frame_finish(void);

uint32_t rnd(void);
uint32_t rnd_below(uint32_t n);		/* 0 .. n - 1 */

void put16(uint8_t *, unsigned int);
void put32(uint8_t *, uint32_t);

void frame_payload(size_t n);
void frame_bytes(const void *, size_t n);
/* What has been built so far. */
const uint8_t *frame_data(size_t *n);
/* Room before it, for the caller to fill. */
uint8_t *frame_push(size_t n);

void frame_tcp(const struct ends *, const struct segment *);
void frame_udp(const struct ends *);
void frame_ip(const struct ends *, unsigned int protocol,
    const struct ip_extra *);		/* which may be NULL */
/* IPIP, GRE or VXLAN around a datagram of that version.  The outer version. */
enum wrap { WRAP_IP, WRAP_GRE, WRAP_VXLAN, WRAPS };
unsigned int frame_wrap(enum wrap, unsigned int version, uint32_t id);
/* Tags stand between the addresses and the type; 0 for none. */
void frame_ethernet(unsigned int version, unsigned int outer_tag,
    unsigned int inner_tag);
void frame_write(void);

/* From IP to the wire, in the plain way. */
void frame_send(const struct ends *, unsigned int protocol);

/* 10.0.0.0 + n, or 2001:db8:10:: + n, to the server and port. */
void ends_make(struct ends *, unsigned int version, uint32_t n,
    unsigned int sport, unsigned int server, unsigned int dport);
void ends_swap(struct ends *to, const struct ends *from);

#endif
